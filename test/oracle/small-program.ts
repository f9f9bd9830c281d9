import type { Cpu, TrackedCpu } from '../../src/cpu/cpu.ts';
import { type Deps, depsUnion, NO_DEPS } from '../../src/cpu/deps.ts';
import { type Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { OUT_OF_THIN_AIR, type Program } from '../../src/program/program.ts';

/** Where an access goes: to `at`, or, where register `via` is not 0 and there is an `other`, to that. */
export interface Address {
  readonly at: number;
  /** An address dependency on this register, whether or not it changes the place. */
  readonly via?: number;
  readonly other?: number;
  /** The register is a pointer, and its value the address of one of the first so many words. */
  readonly words?: number;
}

/** A constant; or, with a register, a data dependency on it and its value times `scale` (0 or 1) added. */
export interface Value {
  readonly constant: number;
  readonly register?: number;
  readonly scale?: 0 | 1;
}

/** One step of a thread. Locations and registers are small numbers; `into` is the register that the result goes to. */
export type Step =
  | {
      readonly do: 'read';
      readonly into: number;
      readonly address: Address;
      readonly mode: Mode;
      /** What somebody who asks hopes that it returns; see `Cpu.expect`. */
      readonly expect?: number;
    }
  | { readonly do: 'write'; readonly address: Address; readonly value: Value; readonly mode: Mode }
  /** Unconditional; `into` gets the old value, and is absent where the operation returns nothing. */
  | {
      readonly do: 'rmw';
      readonly into?: number;
      readonly address: Address;
      readonly op: RmwOp;
      readonly value: Value;
      readonly mode: Mode;
      readonly expect?: number;
    }
  | {
      readonly do: 'cmpxchg';
      readonly into: number;
      readonly address: Address;
      readonly expected: number;
      readonly value: Value;
      readonly mode: Mode;
      readonly expect?: number;
    }
  /** atomic_add_unless(): adds 1 unless the old value is `unless`; `into` gets whether it did. */
  | { readonly do: 'addUnless'; readonly into: number; readonly address: Address; readonly unless: number }
  /** Waits until the word is `until`. */
  | { readonly do: 'await'; readonly at: number; readonly until: number; readonly mode: Mode }
  | { readonly do: 'fence'; readonly fence: Fence; readonly at?: number }
  /** `into` gets 0 or 1, whichever. */
  | { readonly do: 'choose'; readonly into: number }
  | { readonly do: 'lock'; readonly at: number }
  | { readonly do: 'unlock'; readonly at: number }
  /** `into` gets the old value: 0 where the lock was taken. */
  | { readonly do: 'trylock'; readonly into: number; readonly at: number }
  | { readonly do: 'isLocked'; readonly into: number; readonly at: number }
  | { readonly do: 'bitLock'; readonly at: number }
  /** test_and_set_bit_lock() of bit 0: `into` gets whether it was set. */
  | { readonly do: 'bitTrylock'; readonly into: number; readonly at: number }
  | { readonly do: 'bitUnlock'; readonly at: number }
  | { readonly do: 'srcuLock'; readonly into: number; readonly at: number }
  | { readonly do: 'srcuUnlock'; readonly register: number; readonly at: number }
  | {
      readonly do: 'if';
      readonly register: number;
      readonly equal: boolean;
      readonly constant: number;
      readonly then: readonly Step[];
      readonly else?: readonly Step[];
    };

/** A program too small to hide anything: threads of steps over a few words, all registers of a thread its result. */
export interface SmallProgram {
  readonly initial: readonly number[];
  readonly registers: number;
  readonly threads: readonly (readonly Step[])[];
}

/**
 * The steps as threads for an engine. `tracked`: they say where everything comes from; `conservative`: addresses carry
 * their provenance, and that is all.
 */
export function toProgram(small: SmallProgram, dependencies: Program['dependencies'] = 'tracked'): Program {
  const tracked = dependencies === 'tracked';
  return {
    name: 'small',
    initial: small.initial,
    threads: small.threads.map(
      (steps) => (cpu: Cpu) => new Runner(cpu as TrackedCpu, tracked, small.registers).run(steps),
    ),
    dependencies,
    cellName: (index) => `x${index}`,
  };
}

/** Where an access goes whose register has this value. */
export function placeOf({ at, other, words }: Address, value: number): number {
  if (words !== undefined) return Math.abs(value) % words;
  return other !== undefined && value !== 0 ? other : at;
}

/** All places to which an access may go. */
export const placesOf = ({ at, other, words }: Address): readonly number[] =>
  words !== undefined ? Array.from({ length: words }, (_, i) => i) : other === undefined ? [at] : [at, other];

class Runner {
  private readonly cpu: TrackedCpu;
  private readonly tracked: boolean;
  private readonly values: number[];
  private readonly origins: Deps[];
  private readonly provenances: number[];

  constructor(cpu: TrackedCpu, tracked: boolean, registers: number) {
    this.cpu = cpu;
    this.tracked = tracked;
    this.values = new Array<number>(registers).fill(0);
    this.origins = new Array<Deps>(registers).fill(NO_DEPS);
    this.provenances = new Array<number>(registers).fill(0);
  }

  run(steps: readonly Step[]): readonly number[] {
    if (this.tracked) {
      this.cpu.ctrlDeps = NO_DEPS;
      this.cpu.branchedOn = NO_DEPS;
    }
    for (const step of steps) this.step(step);
    return this.values;
  }

  private place(address: Address): number {
    if (address.via === undefined) return address.at;
    const decides = address.other !== undefined || address.words !== undefined;
    const index = placeOf(address, decides ? this.known(address.via) : 0);
    if (!this.tracked) return index + this.provenances[address.via]!;
    this.cpu.addrDeps = this.origins[address.via]!;
    return index;
  }

  private value(value: Value): number {
    if (value.register === undefined) return value.constant;
    if (this.tracked) this.cpu.dataDeps = this.origins[value.register]!;
    if (value.scale === 0) return value.constant;
    // Nothing is computed with a value out of thin air.
    if (value.constant === 0) return this.values[value.register]!;
    return value.constant + this.known(value.register);
  }

  /** An operand of what computes. */
  private operand(value: Value): number {
    if (value.register !== undefined && value.scale !== 0) this.known(value.register);
    return this.value(value);
  }

  /** What a register holds, where that decides something: a value out of thin air does not. */
  private known(register: number): number {
    const value = this.values[register]!;
    if (value === OUT_OF_THIN_AIR) this.cpu.abandon();
    return value;
  }

  private setRead(register: number, value: number): void {
    this.set(register, value);
    if (!this.tracked) this.provenances[register] = this.cpu.provenance(value);
  }

  /** Sets a register to what was made of a value that was read: no address is made of that. */
  private set(register: number, value: number): void {
    this.values[register] = value;
    if (this.tracked) this.origins[register] = this.cpu.readDeps();
    else this.provenances[register] = 0;
  }

  private step(step: Step): void {
    const { cpu } = this;
    if ('expect' in step && step.expect !== undefined) cpu.expect(step.expect, 'condition');
    switch (step.do) {
      case 'read':
        this.setRead(step.into, cpu.read(this.place(step.address), step.mode));
        return;
      case 'write':
        cpu.write(this.place(step.address), this.value(step.value), step.mode);
        return;
      case 'rmw': {
        const value = step.op === RmwOp.Xchg ? this.value(step.value) : this.operand(step.value);
        const old = cpu.rmw(this.place(step.address), step.op, value, step.mode);
        if (step.into !== undefined) this.setRead(step.into, old);
        return;
      }
      case 'cmpxchg': {
        const place = this.place(step.address);
        this.setRead(step.into, cpu.cmpxchg(place, step.expected, this.value(step.value), step.mode));
        return;
      }
      case 'addUnless': {
        const added = cpu.atomicAddUnless(this.place(step.address), 1, step.unless);
        this.set(step.into, added ? 1 : 0);
        return;
      }
      case 'await':
        cpu.readWhen(step.at, -1, step.until, step.mode);
        return;
      case 'fence':
        cpu.fence(step.fence, step.at);
        return;
      case 'choose':
        this.values[step.into] = cpu.choose(2);
        this.origins[step.into] = NO_DEPS;
        this.provenances[step.into] = 0;
        return;
      case 'lock':
        cpu.spinLock(step.at);
        return;
      case 'unlock':
        cpu.spinUnlock(step.at);
        return;
      case 'trylock':
        this.set(step.into, cpu.spinTrylock(step.at) ? 0 : 1);
        return;
      case 'isLocked':
        this.set(step.into, cpu.spinIsLocked(step.at) ? 1 : 0);
        return;
      case 'bitLock':
        cpu.bitLock(step.at, 1);
        return;
      case 'bitTrylock':
        this.set(step.into, cpu.bitTrylock(step.at, 1) ? 0 : 1);
        return;
      case 'bitUnlock':
        cpu.bitUnlock(step.at, 1);
        return;
      case 'srcuLock':
        this.setRead(step.into, cpu.read(step.at, Mode.SrcuLock));
        return;
      case 'srcuUnlock':
        if (this.tracked) cpu.dataDeps = this.origins[step.register]!;
        cpu.write(step.at, this.values[step.register]!, Mode.SrcuUnlock);
        return;
      case 'if': {
        const outer = cpu.ctrlDeps;
        if (this.tracked) {
          cpu.ctrlDeps = depsUnion(outer, this.origins[step.register]!);
          cpu.branchedOn = depsUnion(cpu.branchedOn, this.origins[step.register]!);
        }
        const holds = (this.known(step.register) === step.constant) === step.equal;
        const arm = cpu.branch(holds) ? step.then : (step.else ?? []);
        for (const inner of arm) this.step(inner);
        if (this.tracked) cpu.ctrlDeps = outer;
        return;
      }
    }
  }
}
