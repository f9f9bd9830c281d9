import type { Choices } from '../judge/choices.ts';
import { isOver, type Limits, type Searched, searchInTurns } from '../judge/search.ts';
import type { ModelName } from '../models/registry.ts';
import type { InTurns } from '../program/turns.ts';
import { judge } from './consistency.ts';
import type { Edit, Ordering, Protocol } from './edit.ts';
import { endingOf, replay, unlocated } from './trace.ts';

/** What makes an ordering unnecessary. Numbers are places in the list of orderings. */
export interface Because {
  /**
   * The others that do its work. Where all of one set go an execution fails that the ordering forbids, and that each of the
   * set would forbid as well. Empty where there is none of one other, and none of more was found.
   */
  readonly sets: readonly (readonly number[])[];
}

/** So many failing executions are looked at, of each protocol, to find one that the ordering forbids. */
const MAX_FAILING = 300;
/** So many are looked at for sets of more than one. */
const MAX_TAKEN_APART = 20;

/** Finds what does the work of orderings that are not needed, by taking others away as well. */
export class Unneeded {
  constructor(
    private readonly protocol: Protocol,
    private readonly orderings: readonly Ordering[],
    private readonly model: ModelName,
    private readonly limits: Limits,
  ) {}

  /** @returns undefined where a limit was hit before that was known */
  *because(n: number): InTurns<Because | undefined> {
    const others = [...this.orderings.keys()].filter((other) => other !== n);
    const sets: (readonly number[])[] = [];
    let isComplete = true;
    for (const other of others) {
      if (isOver(this.limits)) return undefined;
      const found = yield* this.doesItsWork(n, other);
      if (found === true) sets.push([other]);
      isComplete &&= found !== undefined;
    }
    if (sets.length > 0) return { sets };
    const larger = new Map<string, readonly number[]>();
    for (const set of yield* this.larger(n, others)) larger.set(set.join(), set);
    const fewest = Math.min(...[...larger.values()].map(({ length }) => length));
    if (larger.size > 0) return { sets: [...larger.values()].filter(({ length }) => length === fewest) };
    return isComplete && !isOver(this.limits) ? { sets } : undefined;
  }

  private edit(n: number): Edit {
    return this.orderings[n]!.weaker[0]!.edit;
  }

  private without(gone: readonly number[]): Protocol | undefined {
    return this.protocol.edited(gone.map((each) => this.edit(each)));
  }

  /** All that can go together with an ordering, but locks: without them threads do other things. */
  private together(n: number, others: readonly number[]): number[] {
    const gone: number[] = [];
    for (const other of others) {
      const isLock = this.orderings[other]!.kind === 'lock';
      if (!isLock && this.without([n, ...gone, other]) !== undefined) gone.push(other);
    }
    return gone;
  }

  /** Does an execution fail without both that the ordering would forbid? Undefined where too many fail to know. */
  private *doesItsWork(n: number, other: number): InTurns<boolean | undefined> {
    const [neither, kept] = [this.without([n, other]), this.without([other])];
    if (neither === undefined || kept === undefined) return undefined;
    let isFound = false;
    let failing = 0;
    const { end } = yield* this.failing(neither, (choices) => {
      isFound = !this.fails(kept, choices);
      return isFound || ++failing >= MAX_FAILING;
    });
    return isFound || (end === 'every' ? false : undefined);
  }

  /** Sets of more than one, each from an execution that fails without all that can go. */
  private *larger(n: number, others: readonly number[]): InTurns<(readonly number[])[]> {
    const all = this.together(n, others);
    const nothing = this.without([n, ...all]);
    const taken: Choices[] = [];
    if (nothing === undefined) return [];
    yield* this.failing(nothing, (choices) => taken.push(choices) >= MAX_TAKEN_APART);
    const found: (readonly number[])[] = [];
    for (const choices of taken) {
      yield;
      if (isOver(this.limits)) break;
      const set = this.smallest(n, all, choices);
      const kept = this.without(set);
      if (kept !== undefined && !this.fails(kept, choices)) found.push(set);
    }
    return found;
  }

  private failing(protocol: Protocol, visit: (choices: Choices) => boolean): InTurns<Searched> {
    return searchInTurns(protocol, {
      ...this.limits,
      model: this.model,
      visit: ({ kind }, ending) => (kind === 'failing' || kind === 'stuck') && visit(ending.choices),
    });
  }

  /** Is an execution there, and does it fail? */
  private fails(protocol: Protocol, choices: Choices): boolean {
    const again = replay(unlocated(protocol), choices);
    if (again === undefined) return false;
    const { consistent, flags } = judge(protocol.program, again.trace, this.model);
    if (!consistent) return false;
    const { kind } = protocol.judge({ ...endingOf(protocol.program, again), flags });
    return kind === 'failing' || kind === 'stuck';
  }

  /** Puts back one after the other, as long as the execution stays: those of its own thread last, which may do the same. */
  private smallest(n: number, all: readonly number[], choices: Choices): readonly number[] {
    const isOwn = (other: number): boolean => this.orderings[other]!.thread === this.orderings[n]!.thread;
    let gone = all;
    for (const other of [...all.filter((each) => !isOwn(each)), ...all.filter(isOwn)]) {
      const fewer = gone.filter((each) => each !== other);
      const made = this.without([n, ...fewer]);
      if (made !== undefined && this.fails(made, choices)) gone = fewer;
    }
    return gone;
  }
}
