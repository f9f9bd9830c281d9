import { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import { type Address, placesOf, type SmallProgram, type Step, type Value } from './small-program.ts';

/** Words, and in the same way registers, by name. */
export const [x, y, z, w] = [0, 1, 2, 3] as const;

type To = number | Address;
const address = (to: To): Address => (typeof to === 'number' ? { at: to } : to);
const asValue = (value: number | Value): Value => (typeof value === 'number' ? { constant: value } : value);

/** `word + (register & 0)`: an address dependency that changes nothing. */
export const through = (register: number, at: number): Address => ({ at, via: register });
/** What the pointer in a register points to, one of the first so many words. */
export const pointee = (register: number, words: number): Address => ({ at: 0, via: register, words });
/** The value of a register. */
export const of = (register: number, plus = 0): Value => ({ constant: plus, register });
/** A constant with a data dependency. */
export const tied = (register: number, constant: number): Value => ({ constant, register, scale: 0 });

export const read = (into: number, from: To, mode: Mode = Mode.Once): Step => ({
  do: 'read',
  into,
  address: address(from),
  mode,
});
export const acquire = (into: number, from: To): Step => read(into, from, Mode.Acquire);
export const readPlain = (into: number, from: To): Step => read(into, from, Mode.Plain);
export const write = (to: To, value: number | Value, mode: Mode = Mode.Once): Step => ({
  do: 'write',
  address: address(to),
  value: asValue(value),
  mode,
});
export const release = (to: To, value: number | Value): Step => write(to, value, Mode.Release);
export const writePlain = (to: To, value: number | Value): Step => write(to, value, Mode.Plain);
export const xchg = (into: number, to: To, value: number | Value, mode: Mode = Mode.Full): Step => ({
  do: 'rmw',
  into,
  address: address(to),
  op: RmwOp.Xchg,
  value: asValue(value),
  mode,
});
export const fetchAdd = (into: number, to: To, value: number | Value, mode: Mode = Mode.Full): Step => ({
  do: 'rmw',
  into,
  address: address(to),
  op: RmwOp.Add,
  value: asValue(value),
  mode,
});
/** atomic_add() */
export const add = (to: To, value: number | Value): Step => ({
  do: 'rmw',
  address: address(to),
  op: RmwOp.Add,
  value: asValue(value),
  mode: Mode.Noreturn,
});
export const cmpxchg = (
  into: number,
  to: To,
  expected: number,
  value: number | Value,
  mode: Mode = Mode.Full,
): Step => ({
  do: 'cmpxchg',
  into,
  address: address(to),
  expected,
  value: asValue(value),
  mode,
});
export const addUnless = (into: number, to: To, unless: number): Step => ({
  do: 'addUnless',
  into,
  address: address(to),
  unless,
});
export const waitFor = (at: number, until: number, mode: Mode = Mode.Once): Step => ({ do: 'await', at, until, mode });

export const choose = (into: number): Step => ({ do: 'choose', into });

export const fence = (kind: Fence): Step => ({ do: 'fence', fence: kind });
export const mb = fence(Fence.Mb);
export const rmb = fence(Fence.Rmb);
export const wmb = fence(Fence.Wmb);
export const rcuLock = fence(Fence.RcuLock);
export const rcuUnlock = fence(Fence.RcuUnlock);
export const synchronizeRcu = fence(Fence.SyncRcu);
export const synchronizeSrcu = (at: number): Step => ({ do: 'fence', fence: Fence.SyncSrcu, at });
export const srcuLock = (into: number, at: number): Step => ({ do: 'srcuLock', into, at });
export const srcuUnlock = (at: number, register: number): Step => ({ do: 'srcuUnlock', at, register });

export const lock = (at: number): Step => ({ do: 'lock', at });
export const unlock = (at: number): Step => ({ do: 'unlock', at });
export const trylock = (into: number, at: number): Step => ({ do: 'trylock', into, at });
export const isLocked = (into: number, at: number): Step => ({ do: 'isLocked', into, at });
export const bitLock = (at: number): Step => ({ do: 'bitLock', at });
export const bitTrylock = (into: number, at: number): Step => ({ do: 'bitTrylock', into, at });
export const bitUnlock = (at: number): Step => ({ do: 'bitUnlock', at });

/** `if (register == constant) then` */
export const ifIs = (register: number, constant: number, then: readonly Step[], otherwise?: readonly Step[]): Step => ({
  do: 'if',
  register,
  equal: true,
  constant,
  then,
  ...(otherwise && { else: otherwise }),
});
/** `if (register != 0) then` */
export const ifSet = (register: number, then: readonly Step[], otherwise?: readonly Step[]): Step => ({
  do: 'if',
  register,
  equal: false,
  constant: 0,
  then,
  ...(otherwise && { else: otherwise }),
});

/** Threads over as many words, all 0, and registers as they name. */
export function program(...threads: readonly (readonly Step[])[]): SmallProgram {
  let words = 0;
  let registers = 0;
  const word = (at: number | undefined): void => {
    words = Math.max(words, (at ?? -1) + 1);
  };
  const register = (r: number | undefined): void => {
    registers = Math.max(registers, (r ?? -1) + 1);
  };
  const visit = (step: Step): void => {
    if ('at' in step) word(step.at);
    if ('into' in step) register(step.into);
    if ('register' in step) register(step.register);
    if ('address' in step) {
      placesOf(step.address).forEach(word);
      register(step.address.via);
    }
    if ('value' in step) register(step.value.register);
    if (step.do === 'if') [...step.then, ...(step.else ?? [])].forEach(visit);
  };
  threads.flat().forEach(visit);
  return { initial: new Array<number>(words).fill(0), registers, threads };
}
