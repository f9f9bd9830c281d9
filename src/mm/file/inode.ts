/** Inodes: the end of a file that nobody has open or maps any more. */

import type { Cpu } from '../../cpu/cpu.ts';
import { type AddressSpace, AS_FREED, AS_KIND } from '../memory/address-space.ts';
import type { Kernel } from '../memory/kernel.ts';
import { truncateInodePagesFinal } from './truncate.ts';

/** evict() (fs/inode.c, v4.4 to v6.12) of a file that was deleted: its pages leave the cache, and its inode is freed. */
export function evict(cpu: Cpu, k: Kernel, mapping: AddressSpace): void {
  truncateInodePagesFinal(cpu, k, mapping);
  destroyInode(cpu, k, mapping);
}

/** destroy_inode() (fs/inode.c, v4.4 to v6.12): frees the inode when the design says, with the address_space in it. */
function destroyInode(cpu: Cpu, k: Kernel, mapping: AddressSpace): void {
  if (k.design.inodeFree === 'rcu') cpu.synchronizeRcu();
  cpu.writeOnce(mapping + AS_KIND, AS_FREED);
}
