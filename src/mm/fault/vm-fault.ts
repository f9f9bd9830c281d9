/** struct vm_fault: a page fault as its handlers see it. */

import type { Mm } from '../memory/mm-struct.ts';
import type { Vma } from '../memory/vma.ts';

/** What the fault wants: a bit each. Without FAULT_WRITE and FAULT_UNSHARE it wants to read. */
export const FAULT_WRITE = 1 << 0;
/** Break COW for a pin that reads: the page becomes exclusive, the entry stays read-only. */
export const FAULT_UNSHARE = 1 << 1;

/** What a handler returns where it broke COW, or reused the page for writing. Errors are negative, 0 is all else. */
export const VM_FAULT_WRITE = 1;

/** mmap_lock is held for reading throughout. */
export interface Fault {
  readonly mm: Mm;
  readonly vma: Vma;
  readonly address: number;
  readonly flags: number;
}

/** What a write fault does with a page that is mapped read-only. `changed`: the entry is another now, so that it is tried again. */
export type Reuse = 'reuse' | 'copy' | 'changed';
