import type { Choices } from '../judge/choices.ts';
import { isOver, type Limits } from '../judge/search.ts';
import { INTERLEAVING, type ModelName } from '../models/registry.ts';
import type { InTurns } from '../program/turns.ts';
import { type Candidate, CandidateQueue, EPSILON } from './candidates.ts';
import { judge } from './consistency.ts';
import { type Architecture, costOf } from './costs.ts';
import type { VariantAnswer } from './decision.ts';
import type { Beside, CostKind, Edit, Patch, Protocol } from './edit.ts';
import { type Gap, Mendable } from './mendable.ts';
import { type Found, findAny } from './search.ts';
import { endingOf, replay, unlocated } from './trace.ts';

export interface RepairOptions extends Limits {
  readonly architecture: Architecture;
  /** The most edits of a repair. */
  readonly maxEdits: number;
  /** How many repairs are looked for. */
  readonly maxRepairs: number;
}

/** A set of edits that makes the protocol hold; no smaller choice of them does. */
export interface Repair {
  readonly edits: readonly Pick<Edit, 'words' | 'thread' | 'place' | 'cost'>[];
  readonly cost: number;
  /** How many executions of the repaired protocol were visited, none of which fails. */
  readonly executions: number;
  /** The change of the source, where that is text. */
  readonly patch: Patch | undefined;
  /** Of a race, what becomes of its other forms that are broken, with the same edits. */
  readonly elsewhere?: readonly VariantAnswer[];
}

/** A failing execution, and what could forbid it. */
interface Lead {
  /** The exchanges of the protocol that it is of. */
  readonly swaps: string;
  readonly choices: Choices;
  /** Whether it fails because accesses race, and for nothing else. */
  readonly races: boolean;
  help: Help | undefined;
}

interface Help {
  readonly mendable: Mendable;
  /** The gaps at which each edit helps. */
  readonly gaps: ReadonlyMap<number, ReadonlySet<Gap>>;
  /** What something at a gap costs at least. */
  cheapest(gap: Gap): number;
}

/** What orders as much as can be. */
const FULL: ReadonlySet<CostKind | undefined> = new Set<CostKind>([
  'mb',
  'mb-instead',
  'atomic-mb',
  'lock-mb',
  'rmw-full',
]);

/** The search for repairs of one protocol: see findRepairs(). */
export class RepairSearch {
  readonly repairs: Repair[] = [];
  /** Failing executions, with the swaps of the protocol that they are of. */
  readonly known: Lead[] = [];
  tried = 0;
  /** Whether every set that could be a repair was looked at. */
  isExhausted = false;
  /** Whether some set could not be decided, or there were too many. */
  isCut = false;
  private readonly edits: readonly Edit[];
  private readonly found: (readonly number[])[] = [];
  private readonly queue = new CandidateQueue();
  private readonly visited = new Set<string>();
  private readonly failsInOrder = new Map<string, boolean>();

  constructor(
    private readonly protocol: Protocol,
    private readonly model: ModelName,
    private readonly options: RepairOptions,
    first: Found,
  ) {
    this.edits = protocol.strengthenings();
    this.queue.push({ edits: [], cost: 0, bound: 0 });
    const { choices, failure } = first;
    this.known.push({ swaps: '', choices, races: failure.kind === 'data-race', help: undefined });
  }

  *run(): InTurns<void> {
    const { maxRepairs } = this.options;
    while (this.queue.length > 0 && this.repairs.length < maxRepairs) {
      if (isOver(this.options)) return;
      const candidate = this.queue.shift()!;
      const key = candidate.edits.join();
      if (this.visited.has(key)) continue;
      this.visited.add(key);
      if (this.found.some((repair) => this.isImpliedBy(repair, candidate.edits))) continue;
      yield {
        words: candidate.edits.map((e) => this.edits[e]!.words).join(', ') || 'as it stands',
        done: this.tried,
        of: this.tried + this.queue.length + 1,
      };
      yield* this.visit(candidate);
    }
    // What is still open costs as much as the dearest repair, or more.
    this.isExhausted = true;
    this.repairs.sort((a, b) => a.cost - b.cost || a.edits.length - b.edits.length);
  }

  /** Is a set of edits a repair with more to it, or with a full barrier where the repair has less in the same thread? */
  private isImpliedBy(repair: readonly number[], edits: readonly number[]): boolean {
    const left = new Set(edits);
    const others: Edit[] = [];
    for (const e of repair) if (!left.delete(e)) others.push(this.edits[e]!);
    for (const { thread, isSwap, cost } of others) {
      const full = [...left].find((e) => this.edits[e]!.thread === thread && FULL.has(this.edits[e]!.cost));
      if (full === undefined || isSwap || FULL.has(cost)) return false;
      left.delete(full);
    }
    return true;
  }

  private *visit(candidate: Candidate): InTurns<void> {
    const made = this.protocol.edited(candidate.edits.map((e) => this.edits[e]!));
    if (made === undefined) return;
    const swaps = this.swapsOf(candidate);
    const swapped = swaps.join();
    let lead = this.known.find((known) => known.swaps === swapped && this.fails(made, known.choices));
    if (lead === undefined) {
      this.tried++;
      const { outcome, executions } = yield* findAny(made, this.model, this.options);
      if (outcome.kind === 'holds') {
        yield* this.keep(candidate, executions);
        return;
      }
      if (!('failure' in outcome)) {
        this.isCut = true;
        return;
      }
      const { choices, failure } = outcome;
      if (failure.kind === 'deadlock' || choices === undefined) return;
      lead = { swaps: swapped, choices, races: failure.kind === 'data-race', help: undefined };
      this.known.push(lead);
    }
    yield* this.extend(candidate, swaps, lead);
  }

  private swapsOf({ edits }: Candidate): number[] {
    return edits.filter((e) => this.edits[e]!.isSwap);
  }

  /** Does this execution of the protocol still exist, and fail? */
  private fails(made: Protocol, choices: Choices): boolean {
    const recording = unlocated(made);
    const replayed = replay(recording, choices);
    if (replayed === undefined) return false;
    const verdict = judge(recording.program, replayed.trace, this.model);
    if (!verdict.consistent) return false;
    const ending = { ...endingOf(recording.program, replayed), flags: verdict.flags };
    return made.judge(ending).kind === 'failing';
  }

  /** Adds what could forbid the execution, alone or with more. */
  private *extend(candidate: Candidate, swaps: readonly number[], lead: Lead): InTurns<void> {
    const { maxEdits, architecture } = this.options;
    if (candidate.edits.length === maxEdits) return;
    lead.help ??= yield* this.helpFor(lead, swaps);
    const { mendable, gaps } = lead.help;
    const covered = new Set(candidate.edits.flatMap((e) => [...(gaps.get(e) ?? [])]));
    // A way whose gaps all have something that does not suffice together will not do with more at the same gaps.
    const open = mendable.ways.map((way) => way.filter((gap) => !covered.has(gap))).filter((way) => way.length > 0);
    const next = new Set(open.map((way) => way[0]!));
    const least = Math.min(...open.map((way) => way.reduce((sum, gap) => sum + lead.help!.cheapest(gap), 0)));
    for (const [e, edit] of this.edits.entries()) {
      if (candidate.edits.includes(e)) continue;
      // What exchanges or marks accesses may help in ways that barriers do not; where nothing is reordered, anywhere.
      const isOther = edit.isSwap || edit.cost === 'mark';
      const isNear = mendable.threads.has(edit.thread) || (edit.isSwap && mendable.threads.size === 0);
      if (isOther ? !isNear : ![...(gaps.get(e) ?? [])].some((gap) => next.has(gap))) continue;
      const cost = candidate.cost + costOf(edit, architecture);
      const edits = [...candidate.edits, e].sort((x, y) => x - y);
      // Exchanges and marks that are still to come are counted from the set that has them.
      const isKept = this.queue.push({
        edits,
        cost,
        bound: isOther ? cost : Math.max(cost, candidate.cost + least - EPSILON),
      });
      if (!isKept) this.isCut = true;
    }
  }

  /** Where each edit alone could help to forbid an execution of the protocol with some steps exchanged. */
  private *helpFor({ choices, races }: Lead, swaps: readonly number[]): InTurns<Help> {
    const { maxEdits, architecture } = this.options;
    const exchanged = swaps.map((e) => this.edits[e]!);
    const base = this.protocol.edited(exchanged)!;
    // Where it fails under SC as well no barrier helps.
    const most = (yield* this.failsByItself(base, swaps)) ? 0 : maxEdits;
    const { trace } = replay(unlocated(base), choices)!;
    const mendable = new Mendable(base.program, trace, this.model, most, races, () => isOver(this.options));
    if (mendable.isCut) this.isCut = true;
    const gaps = new Map<number, ReadonlySet<Gap>>();
    const costs = new Map<Gap, number>();
    for (const [e, edit] of this.edits.entries()) {
      if (isOver(this.options)) break;
      if (edit.isSwap || edit.cost === 'mark' || mendable.ways.length === 0 || !mendable.threads.has(edit.thread))
        continue;
      const edited = this.protocol.edited([...exchanged, edit]);
      const after = edited === undefined ? undefined : replay(unlocated(edited), choices);
      if (after === undefined) continue;
      const helped = mendable.gapsHelpedBy(after.trace);
      gaps.set(e, helped);
      const share = costOf(edit, architecture) / helped.size;
      for (const gap of helped) costs.set(gap, Math.min(costs.get(gap) ?? Number.POSITIVE_INFINITY, share));
    }
    return { mendable, gaps, cheapest: (gap) => costs.get(gap) ?? Number.POSITIVE_INFINITY };
  }

  /** Does the protocol fail under SC? */
  private *failsByItself(base: Protocol, swaps: readonly number[]): InTurns<boolean> {
    const key = swaps.join();
    let fails = this.failsInOrder.get(key);
    if (fails === undefined) {
      fails = 'failure' in (yield* findAny(base, INTERLEAVING, this.options)).outcome;
      this.failsInOrder.set(key, fails);
    }
    return fails;
  }

  /** Records a repair, or the smaller one that is in it. */
  private *keep(candidate: Candidate, executions: number): InTurns<void> {
    for (const left of candidate.edits) {
      if (candidate.edits.length === 1) break;
      const edits = candidate.edits.filter((e) => e !== left);
      const fewer = this.protocol.edited(edits.map((e) => this.edits[e]!));
      const search = fewer === undefined ? undefined : yield* findAny(fewer, this.model, this.options);
      if (search?.outcome.kind !== 'holds') continue;
      const cost = edits.reduce((sum, e) => sum + costOf(this.edits[e]!, this.options.architecture), 0);
      yield* this.keep({ edits, cost, bound: cost }, search.executions);
      return;
    }
    if (this.found.some((repair) => repair.join() === candidate.edits.join())) return;
    const chosen = candidate.edits.map((e) => this.edits[e]!);
    this.found.push(candidate.edits);
    this.repairs.push({
      edits: chosen.map((e) => ({ words: wordsAmong(e, chosen), thread: e.thread, place: e.place, cost: e.cost })),
      cost: candidate.cost,
      executions,
      patch: this.protocol.patch(chosen),
    });
  }
}

/** The words of an edit; what is inserted between two steps that change places stands between the same two then. */
function wordsAmong({ words, beside, thread, isSwap }: Edit, all: readonly Edit[]): string {
  if (beside === undefined || isSwap) return words;
  const { what, where, step } = beside;
  const isBetween = ({ what: second, step: first }: Beside): boolean => step === (where === 'before' ? second : first);
  const swap = all.find((e) => e.isSwap && e.thread === thread && e.beside !== undefined && isBetween(e.beside));
  return swap === undefined ? words : `${what} between them`;
}
