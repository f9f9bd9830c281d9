/** Random operations of processes and devices, as values. */

import fc from 'fast-check';
import { ADVICE } from '../../src/mm/map/madvise.ts';
import { VM_READ, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { ROOMY } from './machine.ts';

export const SPAN = ROOMY.pmdsPerMm * ROOMY.ptesPerTable;

export type Op =
  | { op: 'mmap'; mm: number; start: number; end: number; shared: boolean; writable: boolean; file?: number }
  | { op: 'munmap' | 'dontneed'; mm: number; start: number; end: number }
  | { op: 'mprotect'; mm: number; start: number; end: number; protection: number }
  | { op: 'madvise'; mm: number; start: number; end: number; advice: keyof typeof ADVICE }
  | { op: 'load' | 'store'; mm: number; address: number }
  | { op: 'fork'; mm: number; child: number }
  | { op: 'exit'; mm: number }
  | { op: 'large'; mm: number; address: number; pmd: boolean }
  | { op: 'gup'; mm: number; address: number; pin: boolean; fast: boolean; write: boolean; force: boolean }
  | { op: 'device' | 'unpin'; which: number; dirty: boolean };

const mm = fc.nat(ROOMY.mms - 1);
const address = fc.nat(SPAN - 1);
const range = fc
  .tuple(fc.nat(SPAN - 1), fc.integer({ min: 1, max: 3 }))
  .map(([start, length]) => ({ start, end: Math.min(SPAN, start + length) }));
export const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({
        mm,
        range,
        shared: fc.boolean(),
        writable: fc.boolean(),
        file: fc.option(fc.nat(1), { nil: undefined }),
      })
      .map(({ range: r, file, ...rest }) => ({
        op: 'mmap' as const,
        ...rest,
        ...r,
        ...(file === undefined ? {} : { file }),
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ op: fc.constantFrom('munmap' as const, 'dontneed' as const), mm, range })
      .map(({ range: r, ...rest }) => ({ ...rest, ...r })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ mm, range, protection: fc.constantFrom(0, VM_READ, VM_READ | VM_WRITE) })
      .map(({ range: r, ...rest }) => ({ op: 'mprotect' as const, ...rest, ...r })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ mm, range, advice: fc.constantFrom(...(Object.keys(ADVICE) as (keyof typeof ADVICE)[])) })
      .map(({ range: r, ...rest }) => ({ op: 'madvise' as const, ...rest, ...r })),
  },
  { weight: 8, arbitrary: fc.record({ op: fc.constantFrom('load' as const, 'store' as const), mm, address }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fork' as const), mm, child: mm }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('exit' as const), mm }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('gup' as const),
      mm,
      address,
      pin: fc.boolean(),
      fast: fc.boolean(),
      write: fc.boolean(),
      force: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom('device' as const, 'unpin' as const),
      which: fc.nat(3),
      dirty: fc.boolean(),
    }),
  },
);

/** The same with large folios, under one PMD or mapped by entries. */
export const opWithLarge: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: op },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('large' as const), mm, address, pmd: fc.boolean() }) },
);

/** What every run starts with: anonymous memory, a private and a shared mapping of files. */
export const START: readonly Op[] = [
  { op: 'mmap', mm: 0, start: 0, end: 3, shared: false, writable: true },
  { op: 'mmap', mm: 0, start: 3, end: 4, shared: false, writable: true, file: 0 },
  { op: 'mmap', mm: 0, start: 4, end: 6, shared: true, writable: true, file: 1 },
  { op: 'store', mm: 0, address: 1 },
];
