import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { exitMmap } from '../mm/fork/exit.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead, deviceWrite } from '../mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_WRITE, type Pin } from '../mm/gup/gup.ts';
import { getUserPages, pinUserPages, unpinUserPage } from '../mm/gup/pin.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import type { Mm } from '../mm/memory/mm-struct.ts';
import { VM_MAYWRITE, VM_READ } from '../mm/memory/vma.ts';
import { quiescent } from './judging.ts';
import { scenario, type Variant } from './scenario.ts';
import { ANON_RW, FIRST_DATA, mapAndTouch, must } from './world.ts';

const STORED = 7;

interface Forking extends Variant {
  readonly flags: number;
  /** Memory is exhausted when the process forks. */
  readonly exhausted: boolean;
}

/**
 * Two ways through "pin, then fork", 17 September 2020, that its sketch leaves open: the page for an early copy cannot be had, and
 * the page was pinned, and is written to, by force.
 */
export const forkEdges = scenario({
  name: 'fork-edges',
  title: 'pin, then a fork that fails, or a forced write',
  why: 'What fork leaves behind on a way that is seldom taken is found by nobody until the machine is short of memory.',
  property: 'I4',
  variants: {
    nomem: { doc: 'there is no memory for an early copy, so that fork fails', flags: FOLL_WRITE, exhausted: true },
    force: {
      doc: 'the mapping may only be read; a debugger has it pinned, and writes to it after the fork (FOLL_FORCE)',
      flags: FOLL_WRITE | FOLL_FORCE,
      exhausted: false,
    },
  } as Readonly<Record<string, Forking>>,
  proposals: ['simplified-wp', 'early-copy-sketch'],
  layout: ({ exhausted }) => ({ pcp: 0, pages: exhausted ? 1 : 4 }),
  setup(cpu, k, { flags, exhausted }) {
    const parent = k.layout.mm(0);
    if (exhausted) mapAndTouch(cpu, k, parent, { start: 0, end: 1, flags: ANON_RW });
    else {
      must(mmapRegion(cpu, k, parent, { start: 0, end: 1, flags: VM_READ | VM_MAYWRITE }), 'mmap');
      write(cpu, k, parent, flags, FIRST_DATA);
    }
    return { k, parent, child: k.layout.mm(1), flags, forces: !exhausted };
  },
  threads: ({ k, parent, child, flags, forces }) => ({
    parent(cpu) {
      const { pins } = pinUserPages(cpu, k, parent, 0, 1, flags);
      const forked = dupMmap(cpu, k, parent, child);
      exitMmap(cpu, k, child);
      const stored = forces ? write(cpu, k, parent, flags, STORED) : userStore(cpu, k, parent, 0, STORED);
      return { pins, forked, stored };
    },
  }),
  happens: ({ world: { forces }, results: { parent } }) => ({
    pinned: parent.pins.length > 0,
    ...(forces ? { stored: parent.stored === 0 } : {}),
  }),
  judge({ world: { k, parent }, results, cpu, memory, step }) {
    const [pin] = results.parent.pins;
    if (pin === undefined) return { property: 'I21', message: 'the page could not be pinned' };
    const leak = quiescent(k, memory, [pin]);
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded) return { property: 'I4', message: `the parent loads ${loaded}, and the device sees ${seen}` };
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    exitMmap(cpu, k, parent);
    return quiescent(k, memory, []);
  },
});

/** What ptrace does. @returns 0, or an error */
function write(cpu: Cpu, k: Kernel, mm: Mm, flags: number, value: number): number {
  const { pins, error } = getUserPages(cpu, k, mm, 0, 1, flags);
  const each = (got: Pin): void => {
    deviceWrite(cpu, got, value);
    unpinUserPage(cpu, k, got);
  };
  pins.forEach(each);
  return error;
}
