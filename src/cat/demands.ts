import type { CompiledCat, Step } from './compile.ts';
import { CO, FR, Pair, PO_LOC, PO_OTHER, RF } from './facts.ts';
import type { Node } from './node.ts';

export type Test = Extract<Step, { kind: 'test' }>;

/** What the text of a model says for certain of every execution that it allows. */
export interface Demands {
  /** That each thread sees the writes of a location in one order: the test that says so. */
  readonly coherence: Test | undefined;
  /** That nothing comes between the halves of an RMW. */
  readonly atomicity: Test | undefined;
  /** A test whose relation has every read before a later write of its thread, and a write before who reads it elsewhere. */
  readonly noBuffering: Test | undefined;
  /** Whether what it orders it orders for all: some relation without cycles has coherence, from-reads and reads-from between threads. */
  readonly isOneOrder: boolean;
  /**
   * Tests that fail for good: where they do, no event that is added can mend it, and an event that is added last never makes
   * them fail. So they may be asked of executions that are not complete, even where what some read takes is not known yet.
   */
  readonly early: readonly Test[];
  /** Of the early ones those that put a write before who reads it elsewhere. */
  readonly orders: readonly Ordering[];
}

/** A relation without cycles that has reads-from between threads, from writes in all of some sets to reads in all of others. */
export interface Ordering {
  readonly of: Node;
  readonly writes: readonly Node[];
  readonly reads: readonly Node[];
}

const GLOBAL = Pair.Rfe | CO | FR;

export function demandsOf({ steps }: CompiledCat): Demands {
  const tests = steps.filter((step): step is Test => step.kind === 'test' && !step.flag && !step.negated);
  const withAll = (pairs: number): Test | undefined =>
    tests.find(({ check, of }) => check === 'acyclic' && (of.facts.must & pairs) === pairs);
  const early = tests.filter(
    ({ check, of: { facts } }) =>
      check !== 'empty' && facts.grows && facts.isStable && facts.isForward && facts.isStrict,
  );
  return {
    coherence: withAll(PO_LOC | RF | CO | FR),
    atomicity: tests.find(({ check, of }) => check === 'empty' && isAtomicity(of)),
    noBuffering: withAll(Pair.PoLocRW | Pair.PoRW | Pair.Rfe),
    isOneOrder: early.some(({ of: { facts } }) => (facts.must & GLOBAL) === GLOBAL && isMoreThanCoherence(facts.must)),
    early,
    orders: early.flatMap(({ check, of }) => {
      const external = check === 'acyclic' ? externalRf(of) : undefined;
      return external === undefined ? [] : [{ of, ...external }];
    }),
  };
}

/** Does it order accesses of different locations, or not even all of one? Then it is no test of coherence. */
const isMoreThanCoherence = (must: number): boolean => (must & PO_LOC) !== PO_LOC || (must & PO_OTHER) !== 0;

/** Between which events a relation has all of reads-from between threads; undefined where it may have none. */
function externalRf(node: Node): Omit<Ordering, 'of'> | undefined {
  if ((node.facts.must & Pair.Rfe) !== 0) return { writes: [], reads: [] };
  const [a, b] = node.kids;
  if (node.op === 'or') return externalRf(a!) ?? externalRf(b!);
  if (node.op === 'plus' || node.op === 'star' || node.op === 'maybe') return externalRf(a!);
  if (node.op !== 'seq') return undefined;
  if (a!.op === 'identity' && a!.kids[0]!.facts.isStatic) {
    const rest = externalRf(b!);
    return rest && { ...rest, writes: [...rest.writes, a!.kids[0]!] };
  }
  if (b!.op !== 'identity' || !b!.kids[0]!.facts.isStatic) return undefined;
  const rest = externalRf(a!);
  return rest && { ...rest, reads: [...rest.reads, b!.kids[0]!] };
}

/** Has it all of `rmw & (fre ; coe)`? */
function isAtomicity(node: Node): boolean {
  if (node.op === 'or') return node.kids.some(isAtomicity);
  const parts = partsOf(node);
  return parts.length > 1 && parts.every((part) => hasRmw(part) || isBetween(part));
}

const partsOf = (node: Node): readonly Node[] => (node.op === 'and' ? node.kids.flatMap(partsOf) : [node]);

const hasRmw = (node: Node): boolean =>
  (node.op === 'base' && node.name === 'rmw') || (node.op === 'or' && node.kids.some(hasRmw));

const isBetween = ({ op, kids: [before, after] }: Node): boolean =>
  op === 'seq' && (before!.facts.must & Pair.Fre) !== 0 && (after!.facts.must & Pair.Coe) !== 0;
