import type { Cpu, TrackedCpu } from '../cpu/cpu.ts';
import type { Deps } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import type { Program, ThreadBody } from '../program/program.ts';
import type { Expression, Proposition } from './ast.ts';
import { beginCallback, endCalls } from './compile-callback.ts';
import { Callable } from './compile-invocation.ts';
import { Flow, OUTERMOST } from './compile-loop.ts';
import { endStarts, runStarted } from './compile-start.ts';
import { compileList } from './compile-statement.ts';
import type { Scope } from './constant.ts';
import { expectedReads, type Wanted } from './expected-reads.ts';
import { type Frame, ThreadCut, ThreadDeath, ThreadFault } from './frame.ts';
import type { Here } from './here.ts';
import { cellName, type Location, type ThreadLayout } from './layout.ts';
import type { LitmusTest } from './litmus-test.ts';
import { type Access, Machine, NEVER_UNLOCKED } from './machine.ts';
import type { Primitive } from './primitive.ts';
import { PRIMITIVES } from './primitives.ts';
import { conditionValue, type Ended, type Holds, StateReader } from './state.ts';
import { type ValueType, VOID } from './value-type.ts';
import { showProposition, variablesOf } from './variables.ts';
import { type Node, someNode } from './walk.ts';

/** The rounds that a loop makes unless told otherwise; herd7 has the same. */
export const DEFAULT_UNROLL = 2;
export const MAX_UNROLL = 1000;

export interface CompileOptions {
  /**
   * The most rounds of a loop, from 1 to {@link MAX_UNROLL}; loops that count between constants make all of theirs.
   * @defaultValue {@link DEFAULT_UNROLL}
   */
  readonly unroll?: number;
  /** Kept up to date while a thread runs. */
  readonly here?: Here;
}

/** A variable that must have a value at the end for the condition to hold. */
export interface Requirement {
  /** The thread whose register it is; -1: a word of memory. */
  readonly thread: number;
  /** The slot of the register in the frame of its thread, or the word of memory. */
  readonly place: number;
  readonly value: number;
}

/** A litmus test as a program, with its condition. */
export interface CompiledLitmus {
  readonly test: LitmusTest;
  readonly program: Program;
  /** The variables of a state: those of the condition and of `locations`, not those of the filter. */
  readonly state: StateReader;
  /** The proposition under the quantifier, asked of a state. */
  readonly holds: Holds;
  /** Undefined where every execution counts. */
  readonly filter: ((ended: Ended) => boolean) | undefined;
  /** What single variables must be for the proposition to hold; it may ask for more. */
  readonly requirements: readonly Requirement[];
  /** The condition on one line, as herd7 prints it. */
  readonly conditionText: string;
  /** Where the value of each register came from at the end of the last run of a thread, by its slot in the frame. */
  originsOf(thread: number): readonly Deps[];
}

/** Compiles a test. Throws a RangeError where `unroll` is out of range, and nothing else. */
export function compileLitmus(test: LitmusTest, options: CompileOptions = {}): CompiledLitmus {
  const { unroll = DEFAULT_UNROLL, here } = options;
  if (!Number.isInteger(unroll) || unroll < 1 || unroll > MAX_UNROLL) {
    throw new RangeError(`unroll is ${unroll}, but must be an integer from 1 to ${MAX_UNROLL}`);
  }
  const { layout } = test;
  const accessed = new Map<Location, Access>();
  const strays = mayStray(test) ? test.threads.length : 0;
  const machines = layout.threads.map((t, i) => new Machine(test, i, t.initial.length, accessed, strays));
  const state = new StateReader(layout, [...test.observed, ...variablesOf(test.condition)]);
  const requirements = requirementsOf(test.condition, test, state);
  const filtered =
    test.filter === undefined
      ? []
      : requirementsOf(test.filter, test, new StateReader(layout, variablesOf(test.filter)));
  const program: Program = {
    name: test.name,
    initial: [...layout.memory, ...lockWords(test)],
    words: layout.memory.length,
    observed: observedWords(test),
    threads: test.threads.map((_, i) =>
      compileThread(test, i, machines[i]!, unroll, wantedOf(requirements, filtered, i), here),
    ),
    dependencies: 'tracked',
    cellName: (index) => cellName(layout, index % layout.memory.length),
  };
  return {
    test,
    program,
    state,
    holds: state.compile(test.condition),
    filter: compileFilter(test),
    requirements,
    conditionText: `${test.quantifier === 'not exists' ? '~exists' : test.quantifier} (${showProposition(test.condition)})`,
    originsOf: (thread) => machines[thread]!.origins,
  };
}

const nothing = (): Flow => Flow.Next;

const isCallOf =
  (...kinds: Primitive['kind'][]) =>
  (node: Node): boolean =>
    node.kind === 'call' && kinds.some((kind) => PRIMITIVES.get(node.callee.name)?.kind === kind);

/**
 * The words of the locks of a test, free, and of unlocks without a lock in each thread, besides the words that have names
 * ({@link Machine.lock}, {@link Machine.release}).
 */
function lockWords({ threads, functions, layout }: LitmusTest): number[] {
  const isLockOperation = isCallOf('lock', 'trylock', 'unlock', 'isLocked');
  if (![...threads, ...functions].some(({ body }) => someNode(body, isLockOperation))) return [];
  const words = layout.memory.length;
  return [...new Array<number>(words).fill(0), ...new Array<number>(words * threads.length).fill(NEVER_UNLOCKED)];
}

/** May a thread unlock what it has not locked, as far as can be seen from how often it does either? */
function mayStray({ threads, functions }: LitmusTest): boolean {
  return [...threads, ...functions].some(({ body }) => {
    const count = (...kinds: Primitive['kind'][]): number => {
      let found = 0;
      const isOne = isCallOf(...kinds);
      someNode(body, (node) => {
        if (isOne(node)) found++;
        return false;
      });
      return found;
    };
    return count('unlock') > count('lock') || (count('unlock') > 0 && count('trylock') > 0);
  });
}

/** The words whose final values the condition, `locations` or the filter name. */
function observedWords({ layout, observed, condition, filter }: LitmusTest): number[] {
  const variables = [...observed, ...variablesOf(condition), ...(filter === undefined ? [] : variablesOf(filter))];
  return new StateReader(layout, variables).observed.filter((o) => o.thread < 0).map((o) => o.place);
}

function compileThread(
  test: LitmusTest,
  index: number,
  machine: Machine,
  unroll: number,
  wanted: ReadonlyMap<number, Wanted>,
  here: Here | undefined,
): ThreadBody {
  const { layout } = test;
  const thread: ThreadLayout = layout.threads[index]!;
  const { initial, calls, begunBy } = thread;
  const definition = test.threads[index]!;
  const types = new Map<Expression, ValueType>();
  const expected = expectedReads(definition, { thread, types }, wanted);
  const callables = new Map<string, Callable>();
  const scope: Scope = {
    ...{ layout, thread, types, plain: Mode.Plain, unroll, expected, targets: OUTERMOST, here },
    ...{ callables, returns: VOID },
  };
  for (const [name, own] of thread.functions ?? []) callables.set(name, new Callable(scope, own));
  const { startedBy } = thread;
  const run = startedBy === undefined ? compileList(scope, definition.body.body) : nothing;
  return (cpu: Cpu): Frame => {
    machine.reset(cpu as TrackedCpu, initial);
    if (here !== undefined) here.place = undefined;
    const { frame } = machine;
    try {
      const isCut = (begunBy === undefined || beginCallback(machine, begunBy, here)) && run(machine) === Flow.Cut;
      if (startedBy !== undefined) runStarted(machine, startedBy, layout, callables, definition, here);
      if (!isCut) endCalls(machine, calls.values());
      if (!isCut) endStarts(machine);
      machine.end(isCut ? 'cut' : 'complete', definition);
    } catch (error) {
      if (error instanceof ThreadCut) machine.end('cut', definition);
      else if (error instanceof ThreadDeath) {
        machine.leaveSections();
        machine.end('died', definition);
      } else if (error instanceof ThreadFault) {
        const { deps } = machine;
        machine.leaveSections();
        cpu.faulted(deps);
        machine.fault(error.fault);
      } else throw error;
    }
    return frame;
  };
}

/** By slot, what the registers of a thread must hold. */
function wantedOf(
  condition: readonly Requirement[],
  filter: readonly Requirement[],
  thread: number,
): Map<number, Wanted> {
  const wanted = new Map<number, Wanted>();
  for (const r of condition) if (r.thread === thread) wanted.set(r.place, { value: r.value, by: 'condition' });
  for (const r of filter) if (r.thread === thread) wanted.set(r.place, { value: r.value, by: 'filter' });
  return wanted;
}

function compileFilter(test: LitmusTest): ((ended: Ended) => boolean) | undefined {
  const { filter, layout } = test;
  if (filter === undefined) return undefined;
  const reader = new StateReader(layout, variablesOf(filter));
  const holds = reader.compile(filter);
  return (ended) => holds(reader.readAll(ended));
}

function requirementsOf(proposition: Proposition, test: LitmusTest, state: StateReader): Requirement[] {
  if (proposition.kind === 'and') return proposition.operands.flatMap((p) => requirementsOf(p, test, state));
  if (proposition.kind !== 'value') return [];
  const { thread, place, type } = state.observed[state.indexOf(proposition.variable)]!;
  return place < 0 ? [] : [{ thread, place, value: conditionValue(test.layout, proposition.value, type) }];
}
