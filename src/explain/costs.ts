import type { CostKind, Edit } from './edit.ts';

/** Machines for which the cost of an edit is known; `any` where the code has to run on all of them. */
export const ARCHITECTURES = ['any', 'x86', 'arm64', 'riscv', 'power'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/**
 * What an edit costs, in no unit: only the order is meant, and roughly how many of one are worth one of another.
 * docs/explain.md says what each becomes on each machine. On x86 only a full barrier after plain code costs anything;
 * on arm64 acquire and release are instructions of their own, and a barrier waits for more; on riscv they are a relaxed
 * access with a fence, but bits of the instruction in an atomic; on power everything but a
 * relaxed access is a barrier, and the full one goes over the bus. A barrier that stands there is paid for: it costs
 * next to nothing to move it, and a full one in its place costs what that costs more.
 */
export const COSTS: Readonly<Record<Architecture, Readonly<Record<CostKind, number>>>> = {
  any: {
    swap: 1,
    mark: 1,
    move: 1,
    acquire: 4,
    release: 4,
    wmb: 6,
    rmb: 6,
    'rmw-acquire': 5,
    'rmw-release': 5,
    'rmw-full': 12,
    'atomic-mb': 14,
    'lock-mb': 14,
    'mb-instead': 14,
    mb: 20,
  },
  x86: {
    swap: 1,
    mark: 1,
    move: 1,
    acquire: 1,
    release: 1,
    wmb: 1,
    rmb: 1,
    'rmw-acquire': 1,
    'rmw-release': 1,
    'rmw-full': 1,
    'atomic-mb': 1,
    'lock-mb': 1,
    'mb-instead': 19,
    mb: 20,
  },
  arm64: {
    swap: 1,
    mark: 1,
    move: 1,
    acquire: 2,
    release: 4,
    wmb: 6,
    rmb: 5,
    'rmw-acquire': 2,
    'rmw-release': 4,
    'rmw-full': 8,
    'atomic-mb': 16,
    'lock-mb': 16,
    'mb-instead': 10,
    mb: 16,
  },
  riscv: {
    swap: 1,
    mark: 1,
    move: 1,
    acquire: 6,
    release: 6,
    wmb: 6,
    rmb: 6,
    'rmw-acquire': 2,
    'rmw-release': 2,
    'rmw-full': 8,
    'atomic-mb': 16,
    'lock-mb': 16,
    'mb-instead': 10,
    mb: 16,
  },
  power: {
    swap: 1,
    mark: 1,
    move: 1,
    acquire: 8,
    release: 8,
    wmb: 8,
    rmb: 8,
    'rmw-acquire': 8,
    'rmw-release': 8,
    'rmw-full': 30,
    'atomic-mb': 24,
    'lock-mb': 24,
    'mb-instead': 16,
    mb: 24,
  },
};

/** The cost of an edit that orders more. */
export const costOf = (edit: Edit, architecture: Architecture): number => COSTS[architecture][edit.cost ?? 'mb'];
