import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_LONGTERM } from '../mm/gup/gup.ts';
import { pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { mmapRegion, mprotect } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { VM_READ, VM_WRITE } from '../mm/memory/vma.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { ANON_RW, LARGE, mapAndTouch, mapAnonFolio, must } from './world.ts';

const STORED = 7;

interface Mapped extends Variant {
  readonly map: (cpu: Cpu, k: Kernel, mm: Mm) => void;
}

const VARIANTS: Readonly<Record<string, Mapped>> = {
  shared: {
    doc: 'an anonymous page that a child shares since a fork',
    map(cpu, k, mm) {
      mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
      must(dupMmap(cpu, k, mm, k.layout.mm(1)), 'fork');
    },
  },
  protected: {
    doc: 'an anonymous page of its own, which was made read-only for a while, so its entry still is (to v5.19)',
    map(cpu, k, mm) {
      mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
      must(mprotect(cpu, k, mm, 0, 1, VM_READ), 'mprotect');
      must(mprotect(cpu, k, mm, 0, 1, VM_READ | VM_WRITE), 'mprotect');
    },
  },
  'protected-huge': {
    doc: 'as protected, of a huge page',
    map(cpu, k, mm) {
      mapAnonFolio(cpu, k, mm, 0, true);
      must(mprotect(cpu, k, mm, 0, k.layout.config.ptesPerTable, VM_READ), 'mprotect');
      must(mprotect(cpu, k, mm, 0, k.layout.config.ptesPerTable, VM_READ | VM_WRITE), 'mprotect');
    },
  },
  file: {
    doc: 'a page of a file in a private mapping',
    map(cpu, k, mm) {
      must(mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW, file: 0 }), 'mmap');
      userLoad(cpu, k, mm, 0);
    },
  },
};

/** A device is to read what a process stores, from a page that the process has mapped read-only so far. Nothing races. */
export const readPin = scenario({
  name: 'read-pin',
  title: 'a long-term pin for reading, then a store',
  why: 'The device sends data that the process has replaced long ago: registered buffers of io_uring, and RDMA.',
  property: 'I4',
  variants: VARIANTS,
  layout: (variant) => ({
    ...(variant === VARIANTS['protected-huge'] ? LARGE : { pages: 6 }),
    files: ['disk'],
    pagesPerFile: 1,
  }),
  setup(cpu, k, { map }) {
    const mm = k.layout.mm(0);
    map(cpu, k, mm);
    return { k, mm };
  },
  threads: ({ k, mm }) => ({
    process(cpu) {
      const { pins } = pinUserPagesFast(cpu, k, mm, 0, 1, FOLL_LONGTERM);
      userStore(cpu, k, mm, 0, STORED);
      return pins;
    },
  }),
  happens: ({ results: { process } }) => ({ pinned: process.length > 0 }),
  judge({ world: { k, mm }, results, cpu, memory, step }) {
    const [pin] = results.process;
    if (pin === undefined) return { property: 'I21', message: 'the page could not be pinned' };
    const leak = quiescent(k, memory, [pin]);
    step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== STORED) {
      return { property: 'I4', message: `the process stored ${STORED}, and the device reads ${seen}` };
    }
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
