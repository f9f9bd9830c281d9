import { analyse, analyseWhy, type RacePair, replayExecution } from '../ask/analyse.ts';
import type { Settings } from '../ask/options.ts';
import { repairRace } from '../ask/repair-race.ts';
import type { CatSource } from '../cat/load.ts';
import type { Analysis, AnalysisName } from '../explain/analysis.ts';
import type { ExecutionId } from '../explain/execution-id.ts';
import type { AskedC } from '../fronts/c/c-front.ts';
import type { Asked } from '../fronts/fronts.ts';
import type { AskedTest } from '../fronts/litmus/litmus-front.ts';
import { isCatName, LADDER } from '../models/registry.ts';
import { atOnce, type InTurns } from '../program/turns.ts';
import { bundleFrames } from './frame-map.ts';
import { thrownDiagnostic } from './internal.ts';
import type { Task } from './pool.ts';
import { type DesignFile, designFrom } from './user-design.ts';
import { scenarioFrom } from './user-scenario.ts';
import type { Telling } from './worker-loop.ts';

/** A race under a design, by names. */
export interface NamedRace {
  readonly kind: 'race';
  readonly scenario: string;
  readonly variant: string;
  readonly preset: string;
  readonly decisions: Readonly<Record<string, string>>;
  /** The text of a module with the user's scenarios, or undefined for our own. */
  readonly module: string | undefined;
  readonly files: readonly DesignFile[];
}

/** What is asked about, as it crosses to the worker. */
export type Named = AskedTest | AskedC | NamedRace;

/** One question, with all that its answer needs; it crosses to the worker. */
export interface AnalysisRequest {
  readonly analysis: AnalysisName;
  /**
   * One, or of `diff` two; of `show` any number, of which the first that fails is shown; of `repair` the forms of a race; of
   * `why` each variant under the one design and then under the other.
   */
  readonly asked: readonly Named[];
  /** Of a replay. */
  readonly id: ExecutionId | undefined;
  readonly options: Settings;
  /** What models were read from, if any; of a replay the first is the one that its id is of. */
  readonly cats: readonly CatSource[];
  readonly maxExecutions: number | undefined;
  /** Seconds. */
  readonly timeout: number | undefined;
}

/** A request for a worker. */
export interface AnalysisTask extends Task {
  readonly request: AnalysisRequest;
}

/** What people call it, before it is looked at. */
export const nameOf = (asked: Named): string =>
  asked.kind === 'race' ? `${asked.scenario} ${asked.variant}` : asked.path;

/**
 * Answers a request. What is wrong with a race of the user is an answer too.
 * @param until when to stop at the latest, in milliseconds as `Date.now()` counts
 */
export function answer(request: AnalysisRequest, telling: Telling, until = Number.POSITIVE_INFINITY): Analysis {
  const start = performance.now();
  try {
    return found(request, telling, until);
  } catch (error) {
    const { analysis, asked, options } = request;
    const diagnostic = thrownDiagnostic(error);
    if (diagnostic.code === 'HF999') throw error;
    const about = { analysis, path: nameOf(asked[0]!), name: '', promise: '', model: options.model };
    return { kind: 'error', ...about, seconds: (performance.now() - start) / 1000, diagnostics: [diagnostic] };
  }
}

function found(
  request: AnalysisRequest,
  { onExecution: stopped, isStopped, onStep }: Telling,
  until: number,
): Analysis {
  const { analysis, id, options, maxExecutions, timeout } = request;
  const asked = request.asked.map(resolved);
  const latest = Math.min(until, timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000);
  const deadline = latest === Number.POSITIVE_INFINITY ? undefined : latest;
  const limits = { deadline, maxExecutions, stopped };
  const done = (analysing: InTurns<Analysis>): Analysis => atOnce(analysing, onStep, isStopped);
  if (analysis === 'replay') {
    const { model } = options;
    return done(replayExecution(id!, asked[0]!, limits, isCatName(model) ? model : undefined));
  }
  if (analysis === 'why') return done(analyseWhy(pairsOf(asked), { ...limits, models: LADDER }));
  const races = asked.filter((each) => each.kind === 'race');
  if (analysis === 'repair' && races.length > 0) return done(repairRace(races, options, limits));
  if (analysis !== 'show') return done(analyse(analysis, asked, options, limits));
  let last: Analysis | undefined;
  for (const each of asked) {
    last = done(analyse(analysis, [each], options, limits));
    if (last.kind !== 'holds') break;
  }
  return last!;
}

/** Races that were asked two by two. */
function pairsOf(asked: readonly Asked[]): RacePair[] {
  const races = asked.filter((each) => each.kind === 'race');
  return races.flatMap((race, i): RacePair[] => (i % 2 === 0 ? [[race, races[i + 1]!]] : []));
}

function resolved(asked: Named): Asked {
  if (asked.kind !== 'race') return asked;
  const { variant, preset, decisions, module, files } = asked;
  const scenario = scenarioFrom(module, asked.scenario);
  if (scenario === undefined) throw new RangeError(`no race ${nameOf(asked)}`);
  return {
    kind: 'race',
    race: { scenario, variant, design: designFrom(preset, decisions, files) },
    frames: bundleFrames(),
  };
}
