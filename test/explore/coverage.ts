import { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { type Address, placeOf, type SmallProgram, type Step } from '../oracle/small-program.ts';
import { FEATURES, FILTER, INITIAL, orderingOf, POINTER, THREADS, threadsName } from './features.ts';

/** The features that no program has together. */
const excluded = (a: string, b: string): boolean => {
  const counts = THREADS.map(threadsName);
  return counts.includes(a) && counts.includes(b);
};

const PAIRS: readonly (readonly [string, string])[] = FEATURES.flatMap((a, i) =>
  FEATURES.slice(i + 1).flatMap((b): [string, string][] => (excluded(a, b) ? [] : [[a, b]])),
);

const key = (a: string, b: string): string => (a < b ? `${a} + ${b}` : `${b} + ${a}`);

/** Which pairs of features have occurred in one execution, and which have not. */
export class Coverage {
  private readonly missing = new Map(PAIRS.map(([a, b]) => [key(a, b), [a, b] as const]));

  get uncovered(): readonly (readonly [string, string])[] {
    return [...this.missing.values()];
  }

  /** Features that have not occurred together yet, where there are such: two, and a third that has not met one of them. */
  next(random: (below: number) => number): readonly string[] {
    const pairs = this.uncovered;
    const any = (): string => FEATURES[random(FEATURES.length)]!;
    const [a, b] = pairs[random(pairs.length)] ?? [any(), any()];
    const others = pairs.flatMap(([c, d]) => (c === a || c === b ? [d] : d === a || d === b ? [c] : []));
    const third = others[random(others.length)] ?? any();
    const meets = ![a, b].includes(third) && ![a, b].some((name) => excluded(name, third));
    return [...new Set(meets ? [a, b, third] : excluded(a, b) ? [a] : [a, b])];
  }

  /** Adds what happens in the executions that end with these registers. */
  add(program: SmallProgram, executions: readonly { readonly results: readonly unknown[] }[]): void {
    const seen = new Set<string>();
    for (const { results } of executions) {
      const features = [...featuresOf(program, results as readonly (readonly number[])[])];
      const all = features.join();
      if (seen.has(all)) continue;
      seen.add(all);
      for (const [i, a] of features.entries()) for (const b of features.slice(i + 1)) this.missing.delete(key(a, b));
    }
  }

  report(): string {
    return `${PAIRS.length - this.missing.size} of ${PAIRS.length} pairs of ${FEATURES.length} features`;
  }
}

/** What has happened in an execution, given the registers of each thread at its end; every result has one of its own. */
export function featuresOf(program: SmallProgram, results: readonly (readonly number[])[]): Set<string> {
  const found = new Set<string>([threadsName(program.threads.length)]);
  if (program.initial.some((value) => value !== 0)) found.add(INITIAL);
  const sections = program.threads.map(() => new Sections());
  for (const [thread, steps] of program.threads.entries()) visit(steps, results[thread]!, found, sections[thread]!, 0);
  const behind = sections.some(({ readPlain }, i) =>
    sections.some(({ writtenIfTaken }, j) => i !== j && [...readPlain].some((at) => writtenIfTaken.has(at))),
  );
  if (behind) found.add('read plain behind spin_trylock');
  return found;
}

/** What a thread does while it has the lock. */
class Sections {
  lock: 'none' | 'taken' | 'tried' = 'none';
  readonly readPlain = new Set<number>();
  readonly writtenIfTaken = new Set<number>();

  step(step: Step, registers: readonly number[]): void {
    if (step.do === 'lock') this.lock = 'taken';
    else if (step.do === 'trylock' && registers[step.into] === 0) this.lock = 'tried';
    else if (step.do === 'unlock') this.lock = 'none';
    else if (step.do === 'read' && step.mode === Mode.Plain && this.lock === 'taken') {
      this.readPlain.add(atOf(step.address, registers));
    } else if (step.do === 'write' && this.lock === 'tried') this.writtenIfTaken.add(atOf(step.address, registers));
  }
}

const atOf = (address: Address, registers: readonly number[]): number =>
  address.via === undefined ? address.at : placeOf(address, registers[address.via]!);

const isHeld = (step: Step & { do: 'if' }, registers: readonly number[]): boolean =>
  (registers[step.register] === step.constant) === step.equal;

function visit(
  steps: readonly Step[],
  registers: readonly number[],
  found: Set<string>,
  sections: Sections,
  depth: number,
): void {
  for (const [i, step] of steps.entries()) {
    sections.step(step, registers);
    if ('expect' in step && step.expect !== undefined) found.add(FILTER);
    if ('address' in step && step.address.via !== undefined) {
      const { via, other, words } = step.address;
      if (words === undefined) found.add(other === undefined ? 'address' : 'pointer');
      // One that is not 0 was written.
      else if (registers[via] !== 0) found.add('pointer in memory');
    }
    if ('value' in step && step.value.register !== undefined) found.add(step.value.scale === 0 ? 'data' : 'copy');
    const name = nameOf(step, registers, steps[i + 1]);
    if (name !== undefined) found.add(name);
    if (step.do === 'write' && step.address.at === POINTER) found.add('pointer written');
    if (step.do !== 'if') continue;
    if (depth > 0) found.add('nested if');
    found.add((step.else ?? []).length > 0 ? 'else' : 'if');
    visit(isHeld(step, registers) ? step.then : (step.else ?? []), registers, found, sections, depth + 1);
  }
}

const FENCES: Readonly<Partial<Record<Fence, string>>> = {
  [Fence.Mb]: 'smp_mb',
  [Fence.Rmb]: 'smp_rmb',
  [Fence.Wmb]: 'smp_wmb',
  [Fence.BeforeAtomic]: 'smp_mb__before_atomic',
  [Fence.AfterAtomic]: 'smp_mb__after_atomic',
  [Fence.AfterSpinlock]: 'smp_mb__after_spinlock',
  [Fence.AfterUnlockLock]: 'smp_mb__after_unlock_lock',
  [Fence.RcuLock]: 'rcu_read_lock',
  [Fence.SyncRcu]: 'synchronize_rcu',
  [Fence.SyncSrcu]: 'synchronize_srcu',
};

const ACCESSES: Readonly<Partial<Record<Mode, string>>> = {
  [Mode.Once]: '',
  [Mode.Plain]: ' plain',
  [Mode.Acquire]: ' acquire',
  [Mode.Release]: ' release',
};

function nameOf(step: Step, registers: readonly number[], next: Step | undefined): string | undefined {
  const result = 'into' in step && step.into !== undefined ? registers[step.into]! : 0;
  const outcome = (succeeds: boolean): string => (succeeds ? 'succeeds' : 'fails');
  switch (step.do) {
    case 'read':
      return `read${ACCESSES[step.mode]}`;
    case 'write':
      return `write${ACCESSES[step.mode]}`;
    case 'rmw':
      if (step.mode === Mode.Noreturn) return 'add';
      if (step.op === RmwOp.Or) return `test_and_set_bit ${(result & 1) === 0 ? 'clear' : 'set'}`;
      return `${step.op === RmwOp.Add ? 'fetch_add' : 'xchg'}${orderingOf(step.mode)}`;
    case 'cmpxchg':
      return `cmpxchg${orderingOf(step.mode)} ${outcome(result === step.expected)}`;
    case 'addUnless':
      return `add_unless ${outcome(result === 1)}`;
    case 'bitTrylock':
      return `test_and_set_bit_lock ${result === 0 ? 'clear' : 'set'}`;
    case 'trylock': {
      const checked = next?.do === 'if' && next.register === step.into;
      return `spin_trylock ${checked ? '' : 'unchecked '}${outcome(result === 0)}`;
    }
    case 'lock':
      return 'spin_lock';
    case 'isLocked':
      return 'spin_is_locked';
    case 'fence':
      return FENCES[step.fence];
    case 'srcuLock':
      return 'srcu_read_lock';
    case 'await':
      return step.mode === Mode.Acquire ? 'wait acquire' : 'wait';
    default:
      return undefined;
  }
}
