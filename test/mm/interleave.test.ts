import { describe, expect, it } from 'vitest';
import type { Design } from '../../src/mm/design/design.ts';
import { PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, unpinUserPage, unpinUserPageDirty } from '../../src/mm/gup/pin.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { VM_READ, VM_SHARED } from '../../src/mm/memory/vma.ts';
import type { DirectCpu } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';
import { interrupt } from './stepping.ts';

/**
 * One address space with two anonymous pages (one of them shared with a child), a private and a shared mapping of
 * files, all touched.
 */
function world(design: Design): Machine {
  const m = machine(design, { mms: 4 });
  const { cpu, k } = m;
  mmapRegion(cpu, k, m.mm(0), { start: 0, end: 2, flags: RW });
  mmapRegion(cpu, k, m.mm(0), { start: 2, end: 3, flags: RW, file: 0 });
  mmapRegion(cpu, k, m.mm(0), { start: 3, end: 4, flags: RW | VM_SHARED, file: 0 });
  userStore(cpu, k, m.mm(0), 1, 11);
  dupMmap(cpu, k, m.mm(0), m.mm(1));
  userStore(cpu, k, m.mm(0), 0, 10);
  userLoad(cpu, k, m.mm(0), 2);
  userStore(cpu, k, m.mm(0), 3, 13);
  return m;
}

type Act = (m: Machine, cpu: DirectCpu, held: Pin[]) => void;

const pinning =
  (call: typeof pinUserPages, address: number, flags: number): Act =>
  (m, cpu, held) => {
    held.push(...call(cpu, m.k, m.mm(0), address, 1, flags).pins);
  };

const ACTS: Readonly<Record<string, Act>> = {
  fork: (m, cpu) => dupMmap(cpu, m.k, m.mm(0), m.mm(2 + cpu.id)),
  'child exits': (m, cpu) => exitMmap(cpu, m.k, m.mm(1)),
  'store to a page of its own': (m, cpu) => userStore(cpu, m.k, m.mm(0), 0, 100),
  'store to a shared page': (m, cpu) => userStore(cpu, m.k, m.mm(0), 1, 101),
  'store by the child': (m, cpu) => userStore(cpu, m.k, m.mm(1), 1, 111),
  'store to a private file page': (m, cpu) => userStore(cpu, m.k, m.mm(0), 2, 102),
  'store to a file': (m, cpu) => userStore(cpu, m.k, m.mm(0), 3, 103),
  'load of a shared page': (m, cpu) => userLoad(cpu, m.k, m.mm(0), 1),
  MADV_DONTNEED: (m, cpu) => madviseDontneed(cpu, m.k, m.mm(0), 0, 4),
  munmap: (m, cpu) => munmap(cpu, m.k, m.mm(0), 1, 4),
  mprotect: (m, cpu) => mprotect(cpu, m.k, m.mm(0), 0, 4, VM_READ),
  'fast pin for writing': pinning(pinUserPagesFast, 0, FOLL_WRITE),
  'fast pin of a shared page': pinning(pinUserPagesFast, 1, 0),
  'slow pin of a shared page for writing': pinning(pinUserPages, 1, FOLL_WRITE),
  'slow pin of a file': pinning(pinUserPages, 3, FOLL_WRITE),
  'pin, write by a device, unpin': (m, cpu) => {
    for (const pin of pinUserPagesFast(cpu, m.k, m.mm(0), 0, 1, FOLL_WRITE).pins) {
      deviceWrite(cpu, pin, 200);
      unpinUserPageDirty(cpu, m.k, pin);
    }
  },
};

const designs = PRESETS.filter(({ name }) => ['v5.8', 'v5.14', 'v6.12'].includes(name));

/** As `expect`, which is too slow to be asked a hundred thousand times. */
function sound(m: Machine, held: readonly Pin[], when: () => string): void {
  const wrong = m.check(held);
  if (wrong.length > 0) expect(wrong, when()).toEqual([]);
}

describe.each(designs)('$name: one operation at any step of another leaves memory sound', ({ design }) => {
  it.each(Object.keys(ACTS))('%s', (name) => {
    const m = world(design);
    const start = m.memory.slice();
    for (const [other, second] of Object.entries(ACTS)) {
      for (let at = 0, steps = 1; at < steps; at++) {
        m.memory.set(start);
        const held: Pin[] = [];
        steps = interrupt(
          m.memory,
          at,
          (cpu) => ACTS[name]!(m, cpu, held),
          (cpu) => second(m, cpu, held),
        ).steps;
        sound(m, held, () => `${other} before step ${at}`);
        for (const pin of held) unpinUserPage(m.cpu, m.k, pin);
        for (const mm of [0, 1, 2, 3]) exitMmap(m.cpu, m.k, m.mm(mm));
        sound(m, [], () => `the end, after ${other} before step ${at}`);
      }
    }
  });
});
