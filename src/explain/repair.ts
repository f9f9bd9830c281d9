import type { ModelName } from '../explore/contract.ts';
import type { Step } from './barriers.ts';
import type { Choices } from './choices.ts';
import { judge } from './consistency.ts';
import { type Architecture, costOf } from './costs.ts';
import { type Counterexample, explainFailure, type Reference } from './counterexample.ts';
import type { CostKind, Edit, Patch, Protocol } from './edit.ts';
import { Mendable } from './mendable.ts';
import { type Found, findAny, findBest, isOver, type Limits, type Undecided } from './search.ts';
import { endingOf, replay, unlocated } from './trace.ts';

export interface RepairOptions extends Limits {
  readonly architecture: Architecture;
  /** The most edits of a repair. */
  readonly maxEdits: number;
  /** So many repairs are looked for. */
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
}

export type RepairOutcome =
  | {
      readonly kind: 'repairs';
      readonly counterexample: Counterexample;
      /** Cheapest first; empty where there is none with so few edits. */
      readonly repairs: readonly Repair[];
      /**
       * Whether there are no others, with so many edits at most, as cheap as the dearest of these; where there are none,
       * none at all.
       */
      readonly complete: boolean;
      /** Protocols tried, and failing executions that told which edits to try. */
      readonly tried: number;
      readonly counterexamples: number;
    }
  /** The protocol fails although nothing is reordered, and no change of places of its steps helps. */
  | { readonly kind: 'interleaving'; readonly counterexample: Counterexample; readonly tried: number }
  | { readonly kind: 'holds'; readonly executions: number }
  | Undecided;

interface Candidate {
  /** Places in the list of edits, ascending. */
  readonly edits: readonly number[];
  readonly cost: number;
}

/** What orders as much as can be. */
const FULL: ReadonlySet<CostKind | undefined> = new Set<CostKind>(['mb', 'atomic-mb', 'lock-mb', 'rmw-full']);

/** So many sets of edits are kept for later, at most. */
const MAX_QUEUE = 200_000;

/**
 * Looks for the cheapest edits that mend a protocol. Each failing execution says which edits could forbid it: those in a
 * place where a full barrier could. So every repair has, for every failing execution, at least one of its edits,
 * and the sets of edits are built up along failing executions, cheapest first (Reiter's hitting-set tree). A set that
 * leaves a known execution possible is not explored; what is reported was explored in full.
 */
export function* findRepairs(
  protocol: Protocol,
  model: ModelName,
  reference: Reference,
  options: RepairOptions,
): Generator<Step, RepairOutcome> {
  yield { words: 'as it stands', done: 0, of: 0 };
  const whole = findBest(protocol, model, options);
  if (whole.kind === 'holds') return { kind: 'holds', executions: whole.executions };
  if (whole.kind !== 'found') return { kind: whole.kind };
  const counterexample = explainFailure(protocol, whole.shown, model, reference);
  const search = new RepairSearch(protocol, model, options, whole.shown);
  yield* search.run();
  if (search.repairs.length === 0 && whole.shown.model === 'sc' && search.isExhausted && !search.isCut) {
    return { kind: 'interleaving', counterexample, tried: search.tried };
  }
  return {
    kind: 'repairs',
    counterexample,
    repairs: search.repairs,
    complete: search.isExhausted && !search.isCut,
    tried: search.tried,
    counterexamples: search.known.length,
  };
}

class RepairSearch {
  readonly repairs: Repair[] = [];
  /** Failing executions, with the swaps of the protocol that they are of. */
  readonly known: { readonly choices: Choices; readonly swaps: string }[] = [];
  tried = 0;
  /** Whether every set that could be a repair was looked at. */
  isExhausted = false;
  /** Whether some set could not be decided, or there were too many. */
  isCut = false;
  private readonly edits: readonly Edit[];
  private readonly found: (readonly number[])[] = [];
  private readonly seen = new Set<string>();
  private readonly queue: Candidate[] = [{ edits: [], cost: 0 }];
  private readonly failsUnderSc = new Map<string, boolean>();

  constructor(
    private readonly protocol: Protocol,
    private readonly model: ModelName,
    private readonly options: RepairOptions,
    first: Found,
  ) {
    this.edits = protocol.strengthenings();
    this.known.push({ choices: first.choices, swaps: '' });
  }

  *run(): Generator<Step, void> {
    const { maxRepairs } = this.options;
    while (this.queue.length > 0 && this.repairs.length < maxRepairs) {
      if (isOver(this.options)) return;
      const candidate = this.queue.shift()!;
      if (this.found.some((repair) => this.isImpliedBy(repair, candidate.edits))) continue;
      yield {
        words: candidate.edits.map((e) => this.edits[e]!.words).join(', ') || 'as it stands',
        done: this.tried,
        of: this.tried + this.queue.length + 1,
      };
      this.visit(candidate);
    }
    // What is still open costs as much as the dearest repair, or more.
    this.isExhausted = true;
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

  private visit(candidate: Candidate): void {
    const made = this.protocol.edited(candidate.edits.map((e) => this.edits[e]!));
    if (made === undefined) return;
    const swaps = this.swapsOf(candidate);
    const allowed = this.known.find((cex) => cex.swaps === swaps && this.fails(made, cex.choices));
    let choices = allowed?.choices;
    if (choices === undefined) {
      this.tried++;
      const search = findAny(made, this.model, this.options);
      if (search.kind === 'holds') {
        this.keep(candidate, search.executions);
        return;
      }
      if (search.kind === 'deadlock') return;
      if (search.kind !== 'found') {
        this.isCut = true;
        return;
      }
      choices = search.found.choices;
      this.known.push({ choices, swaps });
    }
    this.extend(candidate, made, choices);
  }

  private swapsOf({ edits }: Candidate): string {
    return edits.filter((e) => this.edits[e]!.isSwap).join();
  }

  /** Does this execution of the protocol still exist, and fail? */
  private fails(made: Protocol, choices: Choices): boolean {
    const recording = unlocated(made);
    const replayed = replay(recording, choices);
    if (replayed === undefined) return false;
    const verdict = judge(recording.program, replayed.trace, this.model);
    if (!verdict.consistent) return false;
    const ending = { ...endingOf(recording.program, replayed), dataRace: verdict.dataRace };
    return made.judge(ending).kind === 'failing';
  }

  /** Adds what could forbid the execution, alone or with more. */
  private extend(candidate: Candidate, made: Protocol, choices: Choices): void {
    const { maxEdits, architecture } = this.options;
    if (candidate.edits.length === maxEdits) return;
    const replayed = replay(unlocated(made), choices);
    if (replayed === undefined) return;
    const cex = new Mendable(made.program, replayed.trace, this.model, maxEdits - candidate.edits.length);
    const mendable = cex.ways.length > 0 && !this.failsByItself(candidate, made);
    for (const [e, edit] of this.edits.entries()) {
      if (candidate.edits.includes(e)) continue;
      if (!edit.isSwap && !mendable && edit.cost !== 'mark') continue;
      // Where nothing is reordered, any exchange may help.
      if (!cex.threads.has(edit.thread) && !(edit.isSwap && cex.threads.size === 0)) continue;
      const edits = [...candidate.edits, e].sort((a, b) => a - b);
      const key = edits.join();
      if (this.seen.has(key)) continue;
      const more = this.protocol.edited(edits.map((i) => this.edits[i]!));
      if (more === undefined) continue;
      if (!edit.isSwap && edit.cost !== 'mark') {
        const after = replay(unlocated(more), choices);
        if (after !== undefined && !cex.isHelpedBy(after.trace)) continue;
      }
      this.seen.add(key);
      this.push({ edits, cost: candidate.cost + costOf(edit, architecture) });
    }
  }

  /** Does the protocol, with these swaps, fail under SC? Then no barrier helps. */
  private failsByItself(candidate: Candidate, made: Protocol): boolean {
    const swaps = this.swapsOf(candidate);
    let fails = this.failsUnderSc.get(swaps);
    if (fails === undefined) {
      fails = findAny(made, 'sc', this.options).kind === 'found';
      this.failsUnderSc.set(swaps, fails);
    }
    return fails;
  }

  private push(candidate: Candidate): void {
    if (this.queue.length >= MAX_QUEUE) {
      this.isCut = true;
      return;
    }
    let low = 0;
    let high = this.queue.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.queue[middle]!, candidate) <= 0) low = middle + 1;
      else high = middle;
    }
    this.queue.splice(low, 0, candidate);
  }

  /** Records a repair, or the smaller one that is in it. */
  private keep(candidate: Candidate, executions: number): void {
    for (const left of candidate.edits) {
      if (candidate.edits.length === 1) break;
      const edits = candidate.edits.filter((e) => e !== left);
      const fewer = this.protocol.edited(edits.map((e) => this.edits[e]!));
      const search = fewer === undefined ? undefined : findAny(fewer, this.model, this.options);
      if (search?.kind !== 'holds') continue;
      const cost = edits.reduce((sum, e) => sum + costOf(this.edits[e]!, this.options.architecture), 0);
      this.keep({ edits, cost }, search.executions);
      return;
    }
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

/** The words of an edit; what is inserted between two steps that change places stands before the other one then. */
function wordsAmong({ words, thread }: Edit, all: readonly Edit[]): string {
  const swap = all.find(
    (e) => e.isSwap && e.thread === thread && words.endsWith(` before ${e.words.split(' before ')[0]}`),
  );
  return swap === undefined || swap.words === words ? words : words.replace(/ before .*$/, ' between them');
}

/** Cheaper first, then fewer, then earlier in the source. */
function compare(a: Candidate, b: Candidate): number {
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.edits.length !== b.edits.length) return a.edits.length - b.edits.length;
  for (const [i, e] of a.edits.entries()) if (e !== b.edits[i]) return e - b.edits[i]!;
  return 0;
}
