import { applyRmw, Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import type { Address, SmallProgram, Step, Value } from './small-program.ts';

/** An event of a thread. Dependencies are indices of earlier reads of the same thread. */
export interface TraceEvent {
  readonly kind: 'R' | 'W' | 'F';
  /** Of an access; `Once` for what the LKMM gives no annotation, such as the write of an acquiring RMW. */
  readonly mode: Mode;
  /** Of a fence. */
  readonly fence: Fence | undefined;
  /** The word; of a fence, the srcu_struct, or -1. */
  readonly at: number;
  readonly value: number;
  /** Part of an atomic read-modify-write, be it one that failed; lock operations are not. */
  readonly atomic: boolean;
  /** Of the write of a read-modify-write or a lock, its read. */
  readonly partner: number | undefined;
  /** A failed spin_trylock() or a spin_is_locked(). */
  readonly looksAtLock: boolean;
  readonly addr: readonly number[];
  readonly data: readonly number[];
  readonly ctrl: readonly number[];
}

/** One way in which a thread may run, its reads having returned what they returned. */
export interface Trace {
  readonly events: readonly TraceEvent[];
  readonly registers: readonly number[];
}

/** A wait that these values do not end. */
class Waits extends Error {}

/** Runs the steps once; `read` says what the next read of a word returns. */
class Recorder {
  readonly events: TraceEvent[] = [];
  readonly registers: number[];
  private readonly origins: (readonly number[])[];
  private ctrl: readonly number[] = [];
  private readonly answer: (at: number) => number;

  constructor(registers: number, answer: (at: number) => number) {
    this.registers = new Array<number>(registers).fill(0);
    this.origins = new Array<readonly number[]>(registers).fill([]);
    this.answer = answer;
  }

  run(steps: readonly Step[]): Trace {
    for (const step of steps) this.step(step);
    return this;
  }

  private add(event: Partial<TraceEvent> & Pick<TraceEvent, 'kind'>): number {
    this.events.push({
      mode: Mode.Once,
      fence: undefined,
      at: -1,
      value: 0,
      atomic: false,
      partner: undefined,
      looksAtLock: false,
      addr: [],
      data: [],
      ctrl: this.ctrl,
      ...event,
    });
    return this.events.length - 1;
  }

  private place(address: Address): { at: number; addr: readonly number[] } {
    if (address.via === undefined) return { at: address.at, addr: [] };
    const elsewhere = address.other !== undefined && this.registers[address.via] !== 0;
    return { at: elsewhere ? address.other! : address.at, addr: this.origins[address.via]! };
  }

  private compute(value: Value): { value: number; data: readonly number[] } {
    if (value.register === undefined) return { value: value.constant, data: [] };
    const added = value.scale === 0 ? 0 : this.registers[value.register]!;
    return { value: value.constant + added, data: this.origins[value.register]! };
  }

  private set(register: number, value: number, read: number): void {
    this.registers[register] = value;
    this.origins[register] = [read];
  }

  /** A read-modify-write that happens where `next` gives a value, else a read. @returns the index of the read */
  private modify(
    at: number,
    addr: readonly number[],
    mode: Mode,
    old: number,
    next: number | undefined,
    data: readonly number[],
    computes: boolean,
  ): number {
    const lock = mode === Mode.Lock;
    const place = { at, addr };
    if (next === undefined) {
      return this.add({ kind: 'R', ...place, value: old, atomic: !lock, looksAtLock: lock });
    }
    if (mode === Mode.Full) this.add({ kind: 'F', fence: Fence.Mb });
    const readMode = mode === Mode.Acquire || mode === Mode.Noreturn || lock ? mode : Mode.Once;
    const read = this.add({ kind: 'R', ...place, mode: readMode, value: old, atomic: !lock });
    const writeMode = mode === Mode.Release || lock ? mode : Mode.Once;
    this.add({
      kind: 'W',
      ...place,
      mode: writeMode,
      value: next,
      atomic: !lock,
      partner: read,
      data: computes ? [...data, read] : data,
    });
    if (mode === Mode.Full) this.add({ kind: 'F', fence: Fence.Mb });
    return read;
  }

  private step(step: Step): void {
    switch (step.do) {
      case 'read': {
        const { at, addr } = this.place(step.address);
        const value = this.answer(at);
        this.set(step.into, value, this.add({ kind: 'R', at, addr, mode: step.mode, value }));
        return;
      }
      case 'write': {
        this.add({ kind: 'W', ...this.place(step.address), mode: step.mode, ...this.compute(step.value) });
        return;
      }
      case 'rmw': {
        const { at, addr } = this.place(step.address);
        const old = this.answer(at);
        const operand = this.compute(step.value);
        const next = applyRmw(step.op, old, operand.value);
        const read = this.modify(at, addr, step.mode, old, next, operand.data, step.op !== RmwOp.Xchg);
        if (step.into !== undefined) this.set(step.into, old, read);
        return;
      }
      case 'cmpxchg': {
        const { at, addr } = this.place(step.address);
        const old = this.answer(at);
        const { value, data } = this.compute(step.value);
        const next = old === step.expected ? value : undefined;
        this.set(step.into, old, this.modify(at, addr, step.mode, old, next, data, false));
        return;
      }
      case 'addUnless': {
        const { at, addr } = this.place(step.address);
        const old = this.answer(at);
        const next = old === step.unless ? undefined : old + 1;
        this.set(step.into, next === undefined ? 0 : 1, this.modify(at, addr, Mode.Full, old, next, [], true));
        return;
      }
      case 'await': {
        const value = this.answer(step.at);
        if (value !== step.until) throw new Waits();
        this.add({ kind: 'R', at: step.at, mode: step.mode, value });
        return;
      }
      case 'fence':
        this.add({ kind: 'F', fence: step.fence, at: step.at ?? -1 });
        return;
      case 'lock': {
        const old = this.answer(step.at);
        if (old !== 0) throw new Waits();
        this.modify(step.at, [], Mode.Lock, old, 1, [], false);
        return;
      }
      case 'unlock':
        this.add({ kind: 'W', at: step.at, mode: Mode.Unlock, value: 0 });
        return;
      case 'trylock': {
        const old = this.answer(step.at);
        this.set(step.into, old, this.modify(step.at, [], Mode.Lock, old, old === 0 ? 1 : undefined, [], false));
        return;
      }
      case 'isLocked': {
        const value = this.answer(step.at);
        this.set(step.into, value, this.add({ kind: 'R', at: step.at, value, looksAtLock: true }));
        return;
      }
      case 'bitLock': {
        const old = this.answer(step.at);
        if ((old & 1) !== 0) throw new Waits();
        this.modify(step.at, [], Mode.Acquire, old, old | 1, [], true);
        return;
      }
      case 'bitUnlock': {
        const old = this.answer(step.at);
        this.modify(step.at, [], Mode.Release, old, old & ~1, [], true);
        return;
      }
      case 'srcuLock': {
        const value = this.answer(step.at);
        this.set(step.into, value, this.add({ kind: 'R', at: step.at, mode: Mode.SrcuLock, value }));
        return;
      }
      case 'srcuUnlock': {
        const value = this.registers[step.register]!;
        this.add({ kind: 'W', at: step.at, mode: Mode.SrcuUnlock, value, data: this.origins[step.register]! });
        return;
      }
      case 'if': {
        const outer = this.ctrl;
        this.ctrl = [...new Set([...outer, ...this.origins[step.register]!])];
        const arm = (this.registers[step.register] === step.constant) === step.equal ? step.then : (step.else ?? []);
        for (const inner of arm) this.step(inner);
        this.ctrl = outer;
        return;
      }
    }
  }
}

/** Every trace of one thread whose reads of word `at` return members of `domain[at]`. */
function tracesOf(steps: readonly Step[], registers: number, domain: readonly ReadonlySet<number>[]): Trace[] {
  const traces: Trace[] = [];
  /** What the reads return, in order, as places in the domain; a run that reads more appends zeros. */
  let choices: number[] = [];
  for (;;) {
    const sizes: number[] = [];
    const recorder = new Recorder(registers, (at) => {
      const values = [...domain[at]!];
      sizes.push(values.length);
      if (choices.length < sizes.length) choices.push(0);
      return values[choices[sizes.length - 1]!]!;
    });
    try {
      traces.push(recorder.run(steps));
    } catch (error) {
      if (!(error instanceof Waits)) throw error;
    }
    choices = choices.slice(0, sizes.length);
    while (choices.length > 0 && choices[choices.length - 1]! + 1 === sizes[choices.length - 1]!) choices.pop();
    if (choices.length === 0) return traces;
    choices[choices.length - 1]!++;
  }
}

const countWrites = (steps: readonly Step[]): number =>
  steps.reduce((n, step) => n + (step.do === 'if' ? countWrites([...step.then, ...(step.else ?? [])]) : 1), 0);

/**
 * For each thread, every sequence of events that it may perform whatever its reads return, within the values that the
 * program can produce: the initial ones, and those written by traces over values found so far, repeated as often as
 * the program has writes, for no value takes a longer way than through all of them.
 */
export function threadTraces(program: SmallProgram): Trace[][] {
  const domain = program.initial.map((value) => new Set([value]));
  let rounds = program.threads.reduce((n, steps) => n + countWrites(steps), 0);
  for (;;) {
    const traces = program.threads.map((steps) => tracesOf(steps, program.registers, domain));
    let grew = false;
    for (const trace of traces.flat()) {
      for (const { kind, at, value } of trace.events) {
        if (kind !== 'W' || domain[at]!.has(value)) continue;
        domain[at]!.add(value);
        grew = true;
      }
    }
    if (!grew || rounds-- === 0) return traces;
  }
}
