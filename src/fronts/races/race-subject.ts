import { cellIndex } from '../../cpu/cpu.ts';
import type { AfterDeed } from '../../explain/after.ts';
import type { Drawing } from '../../explain/drawing.ts';
import type { Naming } from '../../explain/naming.ts';
import type { SourcePlace } from '../../explain/source-place.ts';
import type { Subject } from '../../explain/subject.ts';
import { endingOf, type Recording, type Replayed, type Trace, type TraceEvent } from '../../explain/trace.ts';
import { Kind } from '../../graph/event.ts';
import type { Ending, Judgement } from '../../judge/judgement.ts';
import { type NamedDesign, releaseOf } from '../../mm/design/presets.ts';
import type { Release } from '../../mm/design/release.ts';
import { isBookkeepingStep, isBookkeepingWord } from '../../mm/words/bookkeeping.ts';
import { kernelFunction } from '../../mm/words/lookup.ts';
import type { Program } from '../../program/program.ts';
import type { Prepared, Scenario, Step } from '../../scenarios/scenario.ts';
import { AfterCpu, AfterLog } from './after-cpu.ts';
import { afterDeeds } from './after-deeds.ts';
import { decisiveSteps } from './decisive.ts';
import { partingWords } from './parting.ts';
import { prepareRace } from './prepare-race.ts';
import { RaceJudge } from './race-judge.ts';
import { RaceNaming } from './race-naming.ts';
import { type FrameMap, placeInStack } from './stack-place.ts';

/** Where references and pins are counted. */
const PINNING = /^page-ref\.(?:tryCountPin|grabPage)$/;

/** The whole stack, however deep. (V8 has the limit; elsewhere there is none to set.) */
function stackOf(): string {
  const limited: { stackTraceLimit?: number | undefined } = Error as object;
  const { stackTraceLimit } = limited;
  limited.stackTraceLimit = 100;
  const stack = new Error().stack ?? '';
  limited.stackTraceLimit = stackTraceLimit;
  return stack;
}

/** One race under one design. */
export interface RaceCase {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly design: NamedDesign;
}

/** A race of the memory manager as something that can be explained. An execution fails where a property is broken. */
export class RaceSubject implements Subject {
  readonly name: string;
  readonly columns: readonly string[];
  readonly race: RaceCase;
  readonly worst = 'violated';
  protected readonly prepared: Prepared;
  private readonly afterLog: AfterLog;
  private readonly judging: RaceJudge;
  protected readonly frames: FrameMap;
  private readonly release: Release;

  /**
   * @param frames where the frames of a stack stand in the source
   * @param base the same race, where it has been prepared before
   */
  constructor(race: RaceCase, frames: FrameMap, base?: RaceSubject) {
    this.race = race;
    this.frames = frames;
    this.name = `${race.scenario.name} ${race.variant} under ${race.design.name}`;
    const log = base?.afterLog ?? new AfterLog(() => this.here());
    this.afterLog = log;
    this.prepared =
      base?.prepared ??
      prepareRace(race.scenario, race.variant, race.design, (id, memory) => new AfterCpu(id, memory, log));
    this.judging = new RaceJudge(this.prepared);
    this.columns = this.prepared.roles;
    this.release = race.design.release ?? releaseOf(race.design.name);
  }

  get program(): Program {
    return this.prepared.program;
  }

  get promise(): string {
    return `${this.race.scenario.title}: no execution breaks ${this.race.scenario.property}`;
  }

  judge(ending: Ending): Judgement {
    return this.judging.judge(ending);
  }

  recording(): Recording {
    return { program: this.program, locate: () => this.here() };
  }

  private here(): SourcePlace | undefined {
    const running = placeInStack(stackOf(), this.frames);
    if (running === undefined) return undefined;
    const { place, frames, calledAt } = running;
    const { call, name, file } = kernelFunction(frames, this.release);
    return {
      ...place,
      ...(name === undefined ? {} : { function: name }),
      kernel: { call, callAt: calledAt, file, frames },
    };
  }

  naming(trace: Trace): Naming {
    return new RaceNaming(this.prepared, this.release, trace);
  }

  showValue(cell: number, value: number): string {
    return this.prepared.k.layout.showValue(cell, value);
  }

  get observed(): readonly string[] {
    return [...this.columns, 'verdict'];
  }

  state(ending: Pick<Ending, 'result' | 'finalValue' | 'reads'>): string[] {
    const results = this.columns.map((_, thread) => this.showResult(ending.result(thread)));
    return [...results, this.judging.broken(ending)?.property ?? 'holds'];
  }

  /** What a thread returned, on one line; handles of pages as their number. */
  private showResult(result: unknown): string {
    const { layout } = this.prepared.k;
    const shown = JSON.stringify(result, (key, value: unknown) => {
      if (typeof value !== 'number') return value;
      return key === 'page' || key === 'folio' ? `pfn ${layout.pfnOf(cellIndex(value))}` : value;
    });
    return shown === undefined ? 'returns' : shown.replaceAll('"', '');
  }

  decisive(replayed: Replayed, drawing: Drawing): number[] {
    const { events, threads } = replayed.trace;
    const isMinor = ({ cell, place }: TraceEvent): boolean =>
      this.isMinor(cell) || isBookkeepingStep(place?.kernel?.frames ?? []);
    const decisive = decisiveSteps(this.judging, this.program, replayed, drawing, isMinor);
    // The steps of a race that posts have names for are told, whatever comes of them.
    // So is every step in which a page is pinned.
    const pins = ({ place }: TraceEvent): boolean => PINNING.test(place?.kernel?.frames[0] ?? '');
    const named = (e: TraceEvent): boolean => e.kind <= Kind.Write && (e.label !== undefined || pins(e)) && !isMinor(e);
    return threads === 1 ? decisive : [...decisive, ...[...events.keys()].filter((id) => named(events[id]!))];
  }

  after({ trace, results }: Replayed): readonly AfterDeed[] {
    if (trace.waits.length > 0) return [];
    let steps: readonly Step[] = [];
    const accesses = this.afterLog.listen(() => {
      steps = this.judging.broken(endingOf(this.program, { trace, results }))?.steps ?? [];
    });
    const naming = new RaceNaming(this.prepared, this.release, trace);
    return afterDeeds(steps, accesses, naming, (cell) => this.program.cellName(cell));
  }

  parting({ trace, results }: Replayed): string | undefined {
    const { k, program } = this.prepared;
    if (trace.waits.length > 0) return undefined;
    const memory = new Float64Array(program.initial.length);
    this.judging.broken(endingOf(program, { trace, results }), memory);
    return partingWords(results, memory, k.layout, new RaceNaming(this.prepared, this.release, trace));
  }

  isMinor(cell: number): boolean {
    return isBookkeepingWord(this.program.cellName(cell));
  }
}
