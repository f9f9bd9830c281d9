import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { exitMmap } from '../mm/fork/exit.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPages, unpinUserPage } from '../mm/gup/pin.ts';
import { madvise } from '../mm/map/madvise.ts';
import { mprotect } from '../mm/map/mmap.ts';
import { mmapWriteLock, mmapWriteUnlock } from '../mm/memory/mm-struct.ts';
import { VM_READ, VM_WRITE } from '../mm/memory/vma.ts';
import { pinnedPageMapped } from '../mm/observe/promises.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { family, must } from './world.ts';

const STORED = 7;

/**
 * "Pin, then fork", 17 September 2020: a driver pins a page for writing, the process forks, the child ends, and the
 * process stores to the page. Nothing of it races, unless the child is still ending.
 */
export const pinForkStore = scenario({
  name: 'T3',
  title: 'pin, fork, then store',
  why: 'Every program that registers memory with a device and starts another program does this. Where the store is given a copy of the page, the device goes on with the old one.',
  property: 'I4',
  variants: {
    wait: { doc: 'the child ends before the parent stores', racing: false, protect: false, dontfork: false },
    race: { doc: 'the child ends while the parent stores', racing: true, protect: false, dontfork: false },
    protected: {
      doc: 'as wait, and the page was made read-only for a while before the fork, so its entry still is (to v5.19)',
      racing: false,
      protect: true,
      dontfork: false,
    },
    dontfork: { doc: 'as race, with MADV_DONTFORK before the fork', racing: true, protect: false, dontfork: true },
  },
  proposals: ['simplified-wp', 'early-copy-sketch'],
  setup(cpu, k, variant) {
    const world = family(cpu, k);
    if (variant.dontfork) must(madvise(cpu, k, world.parent, 0, 1, 'dontfork'), 'MADV_DONTFORK');
    // As in dup_mmap(), the child is locked until it is complete.
    if (variant.racing) mmapWriteLock(cpu, world.child);
    return { ...world, ...variant };
  },
  threads({ k, parent, child, address, racing, protect }) {
    const parentRuns = (cpu: Cpu) => {
      const { pins } = pinUserPages(cpu, k, parent, address, 1, FOLL_WRITE);
      if (protect) {
        mprotect(cpu, k, parent, address, address + 1, VM_READ);
        mprotect(cpu, k, parent, address, address + 1, VM_READ | VM_WRITE);
      }
      dupMmap(cpu, k, parent, child);
      if (racing) mmapWriteUnlock(cpu, child);
      else exitMmap(cpu, k, child);
      userStore(cpu, k, parent, address, STORED);
      return pins;
    };
    const childRuns = (cpu: Cpu): void => exitMmap(cpu, k, child);
    return racing ? { parent: parentRuns, child: childRuns } : { parent: parentRuns };
  },
  happens: ({ results: { parent } }) => ({ pinned: parent.length > 0 }),
  judge({ world: { k, parent, address }, results, cpu, memory, step }) {
    const [pin] = results.parent;
    if (pin === undefined) return { property: 'I21', message: 'the page could not be pinned' };
    const mapped = pinnedPageMapped(memory, k.layout, parent, pin);
    const leak = quiescent(k, memory, [pin]);
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, address));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (!mapped || seen !== loaded) {
      return { property: 'I4', message: `the parent stored ${loaded}, and the device sees ${seen}` };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    exitMmap(cpu, k, parent);
    return quiescent(k, memory, []);
  },
});
