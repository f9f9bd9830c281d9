import type { Fence, Mode, RmwOp } from '../cpu/modes.ts';
import type { Lock } from './locks.ts';

/**
 * What a primitive of the kernel does, for the compiler. `parameters` has a letter for each: `l` an lvalue such as
 * `*x`, `p` a pointer, `d` either of them, `v` a value, `n` the number of a bit, `o` a pointer to the old value that
 * try_cmpxchg() expects, `c` a condition on VAL, `f` a variable that is given a value which nobody needs, `h` what a callback
 * is given, `F` the name of a function, `_` what is not evaluated, and `*`, as the last, any number of those.
 */
export type Primitive = { readonly parameters: string } & Action;

export type Action =
  | { readonly kind: 'load'; readonly mode: Mode }
  /** Loads until the condition `c` holds of what it finds, which is called VAL there. */
  | { readonly kind: 'loadUntil'; readonly mode: Mode }
  | { readonly kind: 'store'; readonly mode: Mode; readonly after?: Fence }
  | { readonly kind: 'fence'; readonly fence: Fence }
  | { readonly kind: 'synchronizeSrcu' }
  /** Has a function run after a grace period. */
  | { readonly kind: 'callback' }
  /** Unconditional. `after`: a fence where the result is not 0. */
  | {
      readonly kind: 'rmw';
      readonly op: RmwOp;
      readonly mode: Mode;
      readonly operand: Amount;
      readonly result: 'none' | 'old' | 'new' | 'newIsZero' | 'newIsNegative' | 'bit';
      readonly after?: Fence;
    }
  | { readonly kind: 'xchg' | 'cmpxchg' | 'tryCmpxchg'; readonly mode: Mode }
  /** Happens where the guard holds of the old value, and orders nothing where it does not. */
  | {
      readonly kind: 'rmwIf';
      readonly op: RmwOp;
      readonly mode: Mode;
      readonly operand: 'value' | number;
      readonly guard: Guard;
      /** Whether it happened; the old value; what it writes, or would. */
      readonly result: 'done' | 'old' | 'new';
    }
  | { readonly kind: 'lock' | 'trylock' | 'unlock' | 'isLocked'; readonly lock: Lock }
  /** Takes a lock of one bit. Has whether somebody else holds it. */
  | { readonly kind: 'testAndSetBitLock' }
  | { readonly kind: 'testBit'; readonly mode: Mode }
  /** A non-atomic bit operation: a plain read and a plain write. */
  | { readonly kind: 'plainBit'; readonly op: RmwOp; readonly result: 'none' | 'bit' }
  /** Whether the parameter is not 0: likely() and its kind. */
  | { readonly kind: 'truth' }
  /** The parameter, if there is one, must be 0: BUG_ON(), where the thread ends if it is not, and WARN_ON(). */
  | { readonly kind: 'assertion'; readonly ends: boolean; readonly result: 'none' | 'truth' }
  /** The thread must hold the lock. */
  | { readonly kind: 'assertHeld' }
  /** The parameter itself, with plain accesses of which no race is reported. */
  | { readonly kind: 'dataRace' }
  /** Runs a function in the next thread, which is returned, or told to what the first parameter points to. */
  | { readonly kind: 'startThread'; readonly isHandleReturned: boolean }
  /** Waits until a thread has ended. */
  | { readonly kind: 'joinThread' }
  /** An object of the type to which the value is converted. */
  | { readonly kind: 'allocate'; readonly isZeroed: boolean }
  | { readonly kind: 'free' }
  /** Orders nothing and computes nothing. */
  | { readonly kind: 'nothing' };

/** The parameter `v`, the mask of the bit `n`, or a number. */
export type Amount = 'value' | 'bit' | number;

/** When a read-modify-write happens, in the words of {@link guardHolds}; `value`: the last parameter. */
export interface Guard {
  readonly mask: number;
  readonly want: 'value' | number;
  readonly equal: boolean;
}

/** How a call is written, for messages: `atomic_add(v, p)`. */
export function signature(name: string, primitive: Primitive): string {
  const words: Readonly<Record<string, string>> = {
    l: '*x',
    d: '*x',
    p: 'x',
    v: 'value',
    n: 'bit',
    o: '&old',
    c: 'condition',
    f: 'flags',
    h: '&x->head',
    F: 'function',
    _: 'condition',
    '*': '...',
  };
  return `${name}(${[...primitive.parameters].map((letter) => words[letter]).join(', ')})`;
}

/** Does a call have a value? */
export function hasResult(primitive: Primitive): boolean {
  switch (primitive.kind) {
    case 'store':
    case 'fence':
    case 'synchronizeSrcu':
    case 'callback':
    case 'lock':
    case 'unlock':
    case 'free':
    case 'assertHeld':
    case 'nothing':
      return false;
    case 'rmw':
    case 'plainBit':
    case 'assertion':
      return primitive.result !== 'none';
    case 'load':
    case 'loadUntil':
    case 'xchg':
    case 'cmpxchg':
    case 'tryCmpxchg':
    case 'rmwIf':
    case 'trylock':
    case 'isLocked':
    case 'testAndSetBitLock':
    case 'testBit':
    case 'truth':
    case 'dataRace':
    case 'startThread':
    case 'joinThread':
    case 'allocate':
      return true;
  }
}

/** Does a call access memory? */
export const isAccess = ({ kind }: Primitive): boolean =>
  kind !== 'truth' && kind !== 'assertion' && kind !== 'dataRace' && kind !== 'fence' && kind !== 'nothing';

/** May a call have so many arguments? */
export const takes = ({ parameters }: Primitive, count: number): boolean =>
  parameters.endsWith('*') ? count >= parameters.length - 1 : count === parameters.length;
