import { Mode } from '../../src/cpu/modes.ts';
import { type BuiltInModel, LADDER, MODELS } from '../../src/models/registry.ts';
import { OUT_OF_THIN_AIR, type Program } from '../../src/program/program.ts';
import { type Candidate, members, type Node, type Skeleton, skeletonOf } from './candidate.ts';
import { atomic, coherent, judge } from './models.ts';
import { between, has, inverse, isAcyclic, nothing, plus, type Relation, sequence, union } from './relation.ts';
import { type Trace, threadTraces } from './traces.ts';
import { invalidUse } from './validity.ts';

/** One execution that a model allows. */
export interface OracleExecution {
  /** The accesses of each thread, reads-from and coherence, as a string: equal strings, equal executions. */
  readonly text: string;
  /** What each thread returned. */
  readonly results: readonly unknown[];
  /** The final value of each word. */
  readonly memory: readonly number[];
  readonly flags: readonly string[];
  /** Does every read return what was expected of it, if anything was? */
  readonly asExpected: boolean;
}

/**
 * All executions of a program under each of some models, by trying everything.
 * @param guesses see {@link threadTraces}
 */
export function enumerate(
  program: Program,
  guesses: readonly number[] = [],
  models: readonly BuiltInModel[] = LADDER,
): Record<BuiltInModel, OracleExecution[]> {
  const found = Object.fromEntries(MODELS.map((model) => [model, [] as OracleExecution[]])) as Record<
    BuiltInModel,
    OracleExecution[]
  >;
  for (const traces of combinations(threadTraces(program, guesses))) {
    if (!valuesSuffice(traces, program.initial)) continue;
    for (const candidate of candidates(skeletonOf(traces, program.initial))) {
      if (program.dependencies === 'conservative' && buffersLoads(candidate)) continue;
      if (hasReasonlessValue(candidate)) continue;
      let invalid: string[] | undefined;
      for (const model of models) {
        const { allowed, flags } = judge(model, candidate);
        if (!allowed) continue;
        invalid ??= invalidUse(candidate, program.dependencies === 'tracked');
        found[model].push(describe(candidate, traces, program, [...flags, ...invalid]));
      }
    }
  }
  return found;
}

/** Is there load buffering, a cycle of program order and reads-from? No conservative program has it, plain or marked. */
const buffersLoads = ({ po, rf }: Candidate): boolean => !isAcyclic(union(po, rf));

/**
 * Does a value come from itself alone, round a circle of reads-from and data? Of all that it might be then, it is taken
 * to be the one that says so.
 */
function hasReasonlessValue({ nodes, reads, data, rf }: Candidate): boolean {
  const flow = plus(union(data, rf));
  return members(reads).some((r) => has(flow[r]!, r) && nodes[r]!.value !== OUT_OF_THIN_AIR);
}

/** One member of each list, in every way. */
function* combinations<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  if (lists.length === 0) {
    yield [];
    return;
  }
  for (const rest of combinations(lists.slice(0, -1))) for (const last of lists.at(-1)!) yield [...rest, last];
}

/** Every order of the items that has `a` before `b` wherever `precedes(a, b)`. */
function* orders<T>(items: readonly T[], precedes: (a: T, b: T) => boolean): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const first of items) {
    if (items.some((other) => precedes(other, first))) continue;
    const others = items.filter((item) => item !== first);
    for (const rest of orders(others, precedes)) yield [first, ...rest];
  }
}

/**
 * Nothing but a short cut: a trace that reads a value which nobody wrote has no candidate, and neither do more
 * read-modify-writes of a value than there are writes of it, for each needs one of its own.
 */
function valuesSuffice(traces: readonly Trace[], initial: ArrayLike<number>): boolean {
  const events = traces.flatMap((trace) => trace.events);
  return events.every(({ kind, at, value }) => {
    if (kind !== 'R') return true;
    const writes = events.filter((e) => e.kind === 'W' && e.at === at && e.value === value).length;
    const sources = writes + (initial[at] === value ? 1 : 0);
    const takers = traces.flatMap((trace) =>
      trace.events.filter((e) => e.at === at && e.partner !== undefined && trace.events[e.partner]!.value === value),
    ).length;
    return sources > 0 && sources >= takers;
  });
}

/**
 * Every rf and co that are coherent, atomic, and as lock.cat wants them. These three speak of one word at a time, so
 * each word's choices are made alone and then combined.
 */
function* candidates(s: Skeleton): Generator<Candidate> {
  const words = members(s.initialWrites).map((initial) => [...choicesOfWord(s, initial)]);
  for (const choice of combinations(words)) {
    const rf = union(nothing(s.n), ...choice.map((c) => c.rf));
    const co = union(nothing(s.n), ...choice.map((c) => c.co));
    yield { ...s, rf, co, fr: sequence(inverse(rf), co) };
  }
}

function* choicesOfWord(s: Skeleton, initial: number): Generator<{ rf: Relation; co: Relation }> {
  const { nodes, n } = s;
  const at = nodes[initial]!.at;
  const reads = members(s.reads).filter((e) => nodes[e]!.at === at);
  const writes = members(s.writes).filter((e) => nodes[e]!.at === at);
  const sources = reads.map((r) => writes.filter((w) => nodes[w]!.value === nodes[r]!.value));
  const others = writes.filter((w) => w !== initial);
  for (const order of orders(others, (a, b) => has(s.po[a]!, b))) {
    const all = [initial, ...order];
    const co = new Array<number>(n).fill(0);
    for (let i = 0; i < all.length; i++) for (let j = i + 1; j < all.length; j++) co[all[i]!]! |= 1 << all[j]!;
    const before = (w: number): number => all[all.indexOf(w) - 1]!;
    if (!locksInTurn(s, all)) continue;
    for (const choice of combinations(sources)) {
      const rf = new Array<number>(n).fill(0);
      reads.forEach((r, i) => {
        rf[choice[i]!]! |= 1 << r;
      });
      // An LKR reads from the write just before its LKW.
      const lockReadsJustBefore = reads.every(
        (r, i) => nodes[r]!.mode !== Mode.Lock || writes.every((w) => !has(s.rmw[r]!, w) || before(w) === choice[i]),
      );
      if (!lockReadsJustBefore) continue;
      const candidate = { ...s, rf, co, fr: sequence(inverse(rf), co) };
      if (coherent(candidate) && atomic(candidate)) yield { rf, co };
    }
  }
}

/** Does every spin_unlock() come just after its spin_lock(), and an unmatched spin_lock() after everything? */
function locksInTurn({ nodes, poLoc, mode }: Skeleton, order: readonly number[]): boolean {
  const lockWrites = mode('W', Mode.Lock);
  const unlocks = mode('W', Mode.Unlock);
  const lockOps = lockWrites | unlocks;
  const pairs = between(lockWrites, poLoc, unlocks);
  const nearer = sequence(between(lockWrites, poLoc, lockOps), between(lockOps, poLoc, unlocks));
  return order.every((w, i) => {
    if (!has(lockWrites, w)) return true;
    const unlock = nodes.findIndex((_, u) => has(pairs[w]!, u) && !has(nearer[w]!, u));
    return unlock < 0 ? i === order.length - 1 : order[i + 1] === unlock;
  });
}

/** `thread.place`, counting the accesses of a thread and not its fences; `init` for an initial write. */
function nameOf(nodes: readonly Node[], event: number): string {
  const { thread, index } = nodes[event]!;
  if (thread < 0) return 'init';
  const place = nodes.filter(
    (e) => e.thread === thread && e.index < index && (e.kind === 'R' || e.kind === 'W'),
  ).length;
  return `${thread}.${place}`;
}

function describe(
  { nodes, rf, co, initialWrites }: Candidate,
  traces: readonly Trace[],
  program: Program,
  flags: readonly string[],
): OracleExecution {
  const threads = traces.map((_, thread) =>
    nodes
      .flatMap((e, i) => {
        if (e.thread !== thread || e.kind === 'F') return [];
        if (e.kind === 'C') return [`chose ${e.value}`];
        const source =
          e.kind === 'R'
            ? `<${nameOf(
                nodes,
                rf.findIndex((row) => has(row, i)),
              )}`
            : '';
        return [`${e.kind}${e.at}=${e.value}${source}`];
      })
      .join(' '),
  );
  const memory = Array.from(program.initial);
  const orders = members(initialWrites)
    .map((initial) => {
      const order = members(co[initial]!).sort((a, b) => (has(co[a]!, b) ? -1 : 1));
      const { at } = nodes[initial]!;
      if (order.length > 0) memory[at] = nodes[order.at(-1)!]!.value;
      return { at, text: order.map((w) => nameOf(nodes, w)).join(' ') };
    })
    .filter(({ text }) => text !== '')
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `co${at}: ${text}`);
  return {
    text: [...threads, ...orders].join(' | '),
    results: traces.map((trace) => trace.result),
    asExpected: traces.every((trace) => trace.asExpected),
    memory,
    flags,
  };
}
