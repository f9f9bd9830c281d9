import type { Call, Statement } from '../../litmus/ast.ts';
import { SPIN } from '../../litmus/locks.ts';
import type { Primitive } from '../../litmus/primitive.ts';

/** Fences that order less than one, the weakest first. */
export const WEAKER_FENCES: Readonly<Record<string, readonly string[]>> = {
  smp_mb: ['smp_wmb()', 'smp_rmb()'],
  smp_mb__before_atomic: ['smp_wmb()', 'smp_rmb()'],
  smp_mb__after_atomic: ['smp_wmb()', 'smp_rmb()'],
  smp_mb__after_spinlock: ['smp_wmb()', 'smp_rmb()'],
  smp_mb__after_unlock_lock: ['smp_wmb()', 'smp_rmb()'],
  synchronize_rcu: ['smp_mb()'],
  synchronize_rcu_expedited: ['smp_mb()'],
  synchronize_srcu: ['smp_mb()'],
  synchronize_srcu_expedited: ['smp_mb()'],
};

/** The name of a primitive without its ordering, and that. */
export function split(name: string): readonly [base: string, suffix: string] {
  const match = /^(.*?)(_relaxed|_acquire|_release)?$/.exec(name)!;
  return [match[1]!, match[2] ?? ''];
}

/** `*x` for `x`, `x` for `&x`. */
export function pointee(pointer: string): string {
  if (pointer.startsWith('&')) return pointer.slice(1).trim();
  return /^\w+$/.test(pointer) ? `*${pointer}` : `*(${pointer})`;
}

/** `x` for `*x`, `&x` for `x`. */
export function pointer(lvalue: string): string {
  if (lvalue.startsWith('*')) return lvalue.slice(1).trim();
  return `&${lvalue}`;
}

/** The call that is all of a statement. */
export const callOf = (s: Statement): Call | undefined =>
  s.kind === 'expression' && s.expression.kind === 'call' ? s.expression : undefined;

/** Barriers that order something wherever they stand. */
export const MOVABLE: ReadonlySet<string> = new Set([
  'smp_mb',
  'smp_wmb',
  'smp_rmb',
  'synchronize_rcu',
  'synchronize_rcu_expedited',
]);

export const isLock = (p: Primitive): boolean => p.kind === 'lock';

export const isSpinLock = (p: Primitive): boolean => p.kind === 'lock' && p.lock === SPIN;

export function isRelaxedRmw(p: Primitive): boolean {
  switch (p.kind) {
    case 'rmw':
    case 'xchg':
    case 'cmpxchg':
    case 'tryCmpxchg':
    case 'rmwIf':
      return true;
    default:
      return false;
  }
}

/** May an access change places with another? Not one that waits, ends a section, or stands for a lock. */
export function isMovable(p: Primitive): boolean {
  switch (p.kind) {
    case 'load':
    case 'store':
    case 'rmw':
    case 'xchg':
    case 'cmpxchg':
    case 'testBit':
      return true;
    default:
      return false;
  }
}
