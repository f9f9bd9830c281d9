/**
 * Litmus tests made of cycles, the smallest first. Each thread accesses two locations, in some order that is kept or not, or
 * writes one; what a thread accesses last, the next one accesses first: reads what was written (rfe), overwrites what was read
 * (fre) or written (coe). The condition asks for the cycle, so SC forbids each.
 */

/** How two accesses of a thread are ordered: what is between them, and how they are marked. */
interface Ordering {
  readonly name: string;
  /** Of which two accesses it is one. */
  readonly of: readonly Pair[];
  readonly read?: string;
  readonly write?: string;
  readonly between?: string;
  /** How what was read reaches what is written. */
  readonly dependency?: 'data' | 'ctrl';
}

type Pair = 'RR' | 'RW' | 'WR' | 'WW';
const EVERY: readonly Pair[] = ['RR', 'RW', 'WR', 'WW'];

/** The first leaves the two as they are; every other is stronger than that. */
const ORDERINGS: readonly Ordering[] = [
  { name: 'po', of: EVERY },
  { name: 'rmb', of: ['RR'], between: 'smp_rmb();' },
  { name: 'wmb', of: ['WW'], between: 'smp_wmb();' },
  { name: 'data', of: ['RW'], dependency: 'data' },
  { name: 'ctrl', of: ['RW'], dependency: 'ctrl' },
  { name: 'acq', of: ['RR', 'RW'], read: 'smp_load_acquire' },
  { name: 'rel', of: ['RW', 'WW'], write: 'smp_store_release' },
  { name: 'rel-acq', of: ['WR'], read: 'smp_load_acquire', write: 'smp_store_release' },
  { name: 'mb', of: EVERY, between: 'smp_mb();' },
];

/** A thread: two accesses, or one write. */
type Step = { readonly pair: Pair; readonly ordering: Ordering } | 'W';

export interface SmallTest {
  readonly name: string;
  readonly text: string;
  /** Is it the other with some orderings left out? */
  isWithin(other: SmallTest): boolean;
}

export const MOST_THREADS = 4;

/** The tests of so many threads at most, each once whichever thread comes first. */
export function* smallTests(threads: number): Iterable<SmallTest> {
  for (let n = 2; n <= threads; n++) {
    const made = [...cyclesOf(n)].filter(isFirstOfItsTurns).map((steps) => new CycleTest(steps));
    yield* made.sort((a, b) => a.marks - b.marks);
  }
}

const STEPS: readonly Step[] = [
  ...ORDERINGS.flatMap((ordering) => ordering.of.map((pair): Step => ({ pair, ordering }))),
  'W',
];

const firstOf = (step: Step): string => (step === 'W' ? 'W' : step.pair[0]!);
const lastOf = (step: Step): string => (step === 'W' ? 'W' : step.pair[1]!);

/** May one thread come after the other? Two reads do not meet; one write alone is there to be read. */
const meet = (before: Step, after: Step): boolean =>
  before === 'W' ? after !== 'W' && firstOf(after) === 'R' : lastOf(before) === 'W' || firstOf(after) === 'W';

function* cyclesOf(n: number, steps: readonly Step[] = []): Iterable<readonly Step[]> {
  if (steps.length === n) {
    if (meet(steps[n - 1]!, steps[0]!) && steps.filter((step) => step !== 'W').length > 1) yield steps;
    return;
  }
  for (const step of STEPS) {
    if (steps.length === 0 || meet(steps[steps.length - 1]!, step)) yield* cyclesOf(n, [...steps, step]);
  }
}

const wordOf = (step: Step): string => (step === 'W' ? 'W' : `${step.pair}${step.ordering.name}`);

/** Of the turns of a cycle one stands for all. */
function isFirstOfItsTurns(steps: readonly Step[]): boolean {
  const words = steps.map(wordOf);
  const own = words.join('+');
  return words.every((_, turn) => own <= [...words.slice(turn), ...words.slice(0, turn)].join('+'));
}

const LOCATIONS = ['x', 'y', 'z', 'w'];

/** An access of a cycle: where it is, and what it reads or writes. */
interface Access {
  readonly thread: number;
  readonly kind: string;
  readonly location: number;
  value: number;
}

class CycleTest implements SmallTest {
  readonly name: string;
  readonly text: string;
  readonly marks: number;

  constructor(private readonly steps: readonly Step[]) {
    this.name = steps.map((step) => (step === 'W' ? 'W' : `${step.pair}-${step.ordering.name}`)).join('+');
    this.marks = steps.filter((step) => step !== 'W' && step.ordering !== ORDERINGS[0]).length;
    this.text = textOf(this.name, steps);
  }

  isWithin(other: SmallTest): boolean {
    if (!(other instanceof CycleTest) || other.steps.length !== this.steps.length) return false;
    const { steps } = other;
    return steps.some((_, turn) =>
      this.steps.every((step, i) => {
        const larger = steps[(i + turn) % steps.length]!;
        if (step === 'W' || larger === 'W') return step === larger;
        return step.pair === larger.pair && (step.ordering === larger.ordering || step.ordering === ORDERINGS[0]);
      }),
    );
  }
}

/** The accesses in the order of the cycle; what one location is in for stands together, but for the first. */
function accessesOf(steps: readonly Step[]): { readonly accesses: Access[]; readonly writes: number[] } {
  const locations = steps.filter((step) => step !== 'W').length;
  const accesses: Access[] = [];
  let location = 0;
  for (const [thread, step] of steps.entries()) {
    if (step === 'W') accesses.push({ thread, kind: 'W', location, value: 0 });
    else {
      accesses.push({ thread, kind: step.pair[0]!, location, value: 0 });
      location = (location + 1) % locations;
      accesses.push({ thread, kind: step.pair[1]!, location, value: 0 });
    }
  }
  // The first location is reached by what comes last.
  const start = accesses.findLastIndex((access) => access.location !== 0) + 1;
  const writes = new Array<number>(locations).fill(0);
  for (let i = 0; i < accesses.length; i++) {
    const access = accesses[(start + i) % accesses.length]!;
    if (access.kind === 'W') writes[access.location]!++;
    access.value = writes[access.location]!;
  }
  return { accesses, writes };
}

function textOf(name: string, steps: readonly Step[]): string {
  const { accesses, writes } = accessesOf(steps);
  const condition: string[] = [];
  const threads = steps.map((step, thread) => {
    const own = accesses.filter((access) => access.thread === thread);
    const parameters = own.map(({ location }) => `int *${LOCATIONS[location]}`).join(', ');
    const body = linesOf(step, own, (register, value) => condition.push(`${thread}:${register}=${value}`));
    return `P${thread}(${parameters})\n{\n${body.map((line) => `\t${line}\n`).join('')}}\n`;
  });
  writes.forEach((count, location) => {
    if (count > 1) condition.push(`${LOCATIONS[location]}=${count}`);
  });
  return `C ${name}\n\n{}\n\n${threads.join('\n')}\nexists (${condition.join(' /\\ ')})\n`;
}

function linesOf(step: Step, own: readonly Access[], asks: (register: string, value: number) => void): string[] {
  const { read, write, between, dependency } = step === 'W' ? ({} as Partial<Ordering>) : step.ordering;
  const lines: string[] = [];
  own.forEach(({ kind, location, value }, i) => {
    const at = LOCATIONS[location]!;
    if (kind === 'R') {
      asks(`r${i}`, value);
      lines.push(read === undefined ? `int r${i} = READ_ONCE(*${at});` : `int r${i} = ${read}(${at});`);
    } else {
      const written = dependency === 'data' ? `(r0 & 0) + ${value}` : `${value}`;
      const store = write === undefined || (i === 0 && own.length > 1 && own[1]!.kind === 'W') ? undefined : write;
      const line = store === undefined ? `WRITE_ONCE(*${at}, ${written});` : `${store}(${at}, ${written});`;
      if (dependency === 'ctrl') lines.push('if (r0 >= 0)', `\t${line}`);
      else lines.push(line);
    }
    if (i === 0 && between !== undefined) lines.push(between);
  });
  return lines;
}
