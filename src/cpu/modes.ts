import { add, bitwise, complement, type IntKind, subtract } from './integer.ts';

/**
 * What an access or a fence is, in the words of the LKMM (tools/memory-model, Linux 6.12).
 * Numbers, because they are stored in the typed arrays of an execution graph.
 */

/** How a memory access is marked. */
export enum Mode {
  /** An ordinary C access; races are reported. */
  Plain = 0,
  /** READ_ONCE, WRITE_ONCE, and a value-returning relaxed atomic. */
  Once = 1,
  Acquire = 2,
  Release = 3,
  /** A successful value-returning atomic without suffix: a full barrier on both sides. */
  Full = 4,
  /** atomic_add() and its kind: relaxed, and its read is exempt from smp_rmb(). */
  Noreturn = 5,
  /** spin_lock(): its read is an acquire (LKR), its write is LKW. */
  Lock = 6,
  /** spin_unlock() (UL): a release. */
  Unlock = 7,
  SrcuLock = 8,
  SrcuUnlock = 9,
  /** A plain access within data_race(): its races are not reported. */
  DataRace = 10,
}

export const isPlain = (mode: number): boolean => mode === Mode.Plain || mode === Mode.DataRace;

/** Everything that orders or delimits without being a memory access. */
export enum Fence {
  Mb = 0,
  Rmb = 1,
  Wmb = 2,
  BeforeAtomic = 3,
  AfterAtomic = 4,
  AfterSpinlock = 5,
  AfterUnlockLock = 6,
  AfterSrcuReadUnlock = 7,
  /** barrier(): for the compiler only. */
  Barrier = 8,
  RcuLock = 9,
  RcuUnlock = 10,
  SyncRcu = 11,
  /** synchronize_srcu(): carries the location of the srcu_struct. */
  SyncSrcu = 12,
}

/** The arithmetic of a read-modify-write. */
export enum RmwOp {
  Add = 0,
  Sub = 1,
  And = 2,
  Or = 3,
  Xor = 4,
  Andnot = 5,
  Xchg = 6,
}

const OPERATION = 7;
const KIND_SHIFT = 3;

/** An operation on words of a type of C, where the new value wraps. What xchg() writes has been converted already. */
export const typedRmw = (op: RmwOp, kind: IntKind): RmwOp =>
  op === RmwOp.Xchg ? op : ((op | (kind << KIND_SHIFT)) as RmwOp);

/**
 * The new value of a word after `op`. Words of no type are integers of up to 53 bits: addition and subtraction are
 * exact, the bitwise operations work on the low 32 bits. See {@link typedRmw} for all others.
 */
export function applyRmw(op: RmwOp, old: number, operand: number): number {
  switch (op) {
    case RmwOp.Add:
      return old + operand;
    case RmwOp.Sub:
      return old - operand;
    case RmwOp.And:
      return old & operand;
    case RmwOp.Or:
      return old | operand;
    case RmwOp.Xor:
      return old ^ operand;
    case RmwOp.Andnot:
      return old & ~operand;
    case RmwOp.Xchg:
      return operand;
    default:
      return applyTyped(op & OPERATION, op >> KIND_SHIFT, old, operand);
  }
}

function applyTyped(op: number, kind: IntKind, old: number, operand: number): number {
  switch (op) {
    case RmwOp.Add:
      return add(kind, old, operand);
    case RmwOp.Sub:
      return subtract(kind, old, operand);
    case RmwOp.And:
      return bitwise(kind, '&', old, operand);
    case RmwOp.Or:
      return bitwise(kind, '|', old, operand);
    case RmwOp.Xor:
      return bitwise(kind, '^', old, operand);
    case RmwOp.Andnot:
      return bitwise(kind, '&', old, complement(kind, operand));
    default:
      return operand;
  }
}
