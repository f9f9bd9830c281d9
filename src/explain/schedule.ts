import { INIT, Kind } from '../graph/event.ts';
import { type AccessRef, accessRef, type Choices } from '../judge/choices.ts';
import type { Program } from '../program/program.ts';
import type { Drawing } from './drawing.ts';
import type { Recorded } from './recorded.ts';
import { ReplayCpu } from './replay-cpu.ts';
import type { Trace } from './trace.ts';

/**
 * An execution as the order in which its steps are drawn, and what takes effect elsewhere. All values follow from that,
 * but for those that are read before, or visible before, they are computed.
 */
export interface Schedule {
  /** The thread of each step. */
  readonly threads: readonly number[];
  /** What was chosen, in the order of the steps. */
  readonly chosen: readonly number[];
  readonly effects: readonly ScheduledEffect[];
}

export interface ScheduledEffect {
  /** The step, and how many steps come before its effect. */
  readonly row: number;
  readonly moment: number;
  /** What it reads, where that is written further down; or what it writes, and where, where others see it further up. */
  readonly value: number | undefined;
  readonly cell: number | undefined;
}

/** The order of a drawing as data. */
export function scheduleOf(trace: Trace, drawing: Drawing): Schedule {
  const steps = drawing.rows.filter((row) => row.kind === 'step');
  const effects = drawing.effects.map(({ row, moment }): ScheduledEffect => {
    const events = steps[row]!.events.map((e) => trace.events[e]!);
    const first = events[0]!;
    const last = events[events.length - 1]!;
    const early = moment <= row;
    if (early && last.kind === Kind.Write) return { row, moment, value: last.value, cell: last.cell };
    const value = !early && first.kind === Kind.Read ? first.value : undefined;
    return { row, moment, value, cell: undefined };
  });
  const chosen = steps.map((row) => trace.events[row.events[0]!]!).filter((e) => e.kind === Kind.Choice);
  return { threads: steps.map((row) => row.thread), chosen: chosen.map((e) => e.value), effects };
}

/** What a word holds at some moment. The write of a store that is seen early becomes known later. */
interface Held {
  readonly value: number;
  from: AccessRef;
}

/** What a read got, and from where. */
interface Got {
  readonly value: number;
  held: Held;
}

/** Runs the program in the order of a schedule. Undefined where it does not go that way. */
export function follow(program: Program, schedule: Schedule): Choices | undefined {
  const run = new Follower(program, schedule);
  return run.follow();
}

class Follower {
  private readonly cpu = new ReplayCpu(() => undefined);
  private readonly memory = new Map<number, Held>();
  private readonly co = new Map<number, Held[]>();
  private readonly got: Got[][];
  private readonly chosen: number[][];
  private readonly steps: number[];
  private readonly events: number[];
  /** Stores that others do not see yet: by the step that made them. */
  private readonly waiting = new Map<number, { readonly thread: number; readonly cell: number; readonly held: Held }>();
  private readonly snapshots = new Map<number, Map<number, Held>>();
  private readonly early = new Map<number, Held>();
  private readonly ahead = new Map<number, Got & { cell: number }>();
  private nextChoice = 0;
  private failed = false;

  constructor(
    private readonly program: Program,
    private readonly schedule: Schedule,
  ) {
    const none = <T>(): T[][] => program.threads.map(() => []);
    this.got = none();
    this.chosen = none();
    this.steps = program.threads.map(() => 0);
    this.events = program.threads.map(() => 0);
  }

  follow(): Choices | undefined {
    const { program, schedule } = this;
    if (schedule.threads.some((t) => t >= program.threads.length)) return undefined;
    for (let row = 0; row <= schedule.threads.length; row++) {
      for (const effect of schedule.effects) if (effect.moment === row) this.takeEffect(effect, row);
      if (row < schedule.threads.length) this.step(row);
      if (this.failed) return undefined;
    }
    for (const [t, body] of program.threads.entries()) {
      const { end } = this.runThread(t, body, Number.POSITIVE_INFINITY, () => undefined);
      if (end.kind !== 'finished' && end.kind !== 'waiting') return undefined;
    }
    return {
      reads: this.got.map((list) => list.map(({ value, held }) => ({ value, from: held.from }))),
      chosen: this.chosen,
      co: [...this.co].sort(([a], [b]) => a - b).map(([, writes]) => writes.map((held) => held.from)),
    };
  }

  private holding(cell: number, memory: ReadonlyMap<number, Held> = this.memory): Held {
    return memory.get(cell) ?? { value: this.program.initial[cell]!, from: INIT };
  }

  private store(cell: number, held: Held): void {
    this.memory.set(cell, held);
    const writes = this.co.get(cell);
    if (writes === undefined) this.co.set(cell, [held]);
    else writes.push(held);
  }

  private takeEffect({ row, value, cell }: ScheduledEffect, now: number): void {
    if (row >= now) {
      this.snapshots.set(row, new Map(this.memory));
      if (cell === undefined || value === undefined) return;
      const held: Held = { value, from: INIT };
      this.early.set(row, held);
      this.store(cell, held);
      return;
    }
    const read = this.ahead.get(row);
    if (read !== undefined) {
      const held = this.holding(read.cell);
      if (held.value !== read.value) this.failed = true;
      read.held = held;
    }
    const store = this.waiting.get(row);
    if (store === undefined) return;
    this.waiting.delete(row);
    this.store(store.cell, store.held);
  }

  private step(row: number): void {
    const thread = this.schedule.threads[row]!;
    const effect = this.schedule.effects.find((e) => e.row === row);
    const { events } = this.runThread(thread, this.program.threads[thread]!, ++this.steps[thread]!, (cell) => {
      const got = this.read(row, thread, cell, effect);
      this.got[thread]!.push(got);
      return got.value;
    });
    const made = events.slice(this.events[thread]!);
    if (made.length === 0) this.failed = true;
    const slots = events.filter((e) => e.kind <= Kind.Write).length;
    this.events[thread] = events.length;
    const write = made.find((e) => e.kind === Kind.Write);
    if (write !== undefined) this.write(row, thread, write, accessRef(this.steps.length, thread, slots - 1), effect);
  }

  private read(row: number, thread: number, cell: number, effect: ScheduledEffect | undefined): Got {
    if (effect !== undefined && effect.moment > row && effect.value !== undefined) {
      const ahead = { value: effect.value, held: { value: effect.value, from: INIT }, cell };
      this.ahead.set(row, ahead);
      return ahead;
    }
    let own: Held | undefined;
    for (const store of this.waiting.values()) if (store.thread === thread && store.cell === cell) own = store.held;
    const held = own ?? this.holding(cell, this.snapshots.get(row));
    return { value: held.value, held };
  }

  private write(
    row: number,
    thread: number,
    { cell, value }: Recorded,
    from: AccessRef,
    effect: ScheduledEffect | undefined,
  ): void {
    const early = this.early.get(row);
    if (early !== undefined) {
      early.from = from;
      if (early.value !== value) this.failed = true;
    } else if (effect !== undefined && effect.moment > row) {
      this.waiting.set(row, { thread, cell, held: { value, from } });
    } else {
      this.store(cell, { value, from });
    }
  }

  /** Runs a thread with what is known of it; beyond that `fresh` says what a read returns. */
  private runThread(
    thread: number,
    body: Program['threads'][number],
    budget: number,
    fresh: (cell: number) => number | undefined,
  ): ReturnType<ReplayCpu['run']> {
    const known = this.got[thread]!.length;
    let read = 0;
    let choice = 0;
    return this.cpu.run(
      thread,
      body,
      {
        read: (cell) => (read < known ? this.got[thread]![read++]!.value : fresh(cell)),
        choose: () => {
          const chosen = this.chosen[thread]!;
          if (choice === chosen.length && this.nextChoice < this.schedule.chosen.length) {
            chosen.push(this.schedule.chosen[this.nextChoice++]!);
          }
          return chosen[choice++];
        },
      },
      budget,
    );
  }
}
