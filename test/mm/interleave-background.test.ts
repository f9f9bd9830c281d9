import { describe, expect, it } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import type { Design } from '../../src/mm/design/design.ts';
import { PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { uffdioContinue } from '../../src/mm/fault/userfaultfd.ts';
import { invalidateInodePage2, punchHole, truncateSetsize } from '../../src/mm/file/truncate.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { madvise, madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { getPage, putPage, tryGetPage } from '../../src/mm/memory/page-ref.ts';
import { ptePfn } from '../../src/mm/memory/pte.ts';
import { VM_READ, VM_SHARED, VM_UFFD_MINOR } from '../../src/mm/memory/vma.ts';
import { ksmScanPage } from '../../src/mm/migrate/ksm.ts';
import { migratePage } from '../../src/mm/migrate/migrate.ts';
import { entryAt } from '../../src/mm/observe/inspect.ts';
import { pinnedPageExclusive, pinnedPageLives, pinnedPageMapped } from '../../src/mm/observe/promises.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import type { DirectCpu } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';
import { interrupt } from './stepping.ts';

interface World extends Machine {
  /** The page frames behind the addresses of mm 0, before anything happened. */
  readonly pfns: readonly number[];
}

/**
 * mm 0: two mergeable anonymous pages that contain the same, a page of a file mapped private and one mapped shared, an
 * anonymous page in swap, and nothing where a page of shmem could be. mm 1: a child that shares the anonymous pages
 * but the first.
 */
function world(design: Design): World {
  const m = machine(design, { mms: 4, swapSlots: 4 });
  const { cpu, k } = m;
  const mm = m.mm(0);
  mmapRegion(cpu, k, mm, { start: 0, end: 2, flags: RW });
  mmapRegion(cpu, k, mm, { start: 2, end: 3, flags: RW, file: 0 });
  mmapRegion(cpu, k, mm, { start: 3, end: 4, flags: RW | VM_SHARED, file: 0, pgoff: 1 });
  mmapRegion(cpu, k, mm, { start: 4, end: 5, flags: RW });
  mmapRegion(cpu, k, mm, { start: 5, end: 6, flags: RW | VM_SHARED | VM_UFFD_MINOR, file: 1 });
  userStore(cpu, k, mm, 1, 11);
  userStore(cpu, k, mm, 4, 14);
  dupMmap(cpu, k, mm, m.mm(1));
  userStore(cpu, k, mm, 0, 11);
  userLoad(cpu, k, mm, 2);
  userStore(cpu, k, mm, 3, 13);
  userStore(cpu, k, mm, 5, 15);
  madviseDontneed(cpu, k, mm, 5, 6);
  madvise(cpu, k, mm, 0, 2, 'mergeable');
  const pfns = [0, 1, 2, 3, 4].map((address) => ptePfn(entryAt(m.memory, k.layout, mm, address)));
  const swapped = k.layout.page(pfns[4]!);
  getPage(cpu, swapped);
  expect(shrinkPage(cpu, k, swapped)).toBe(true);
  return { ...m, pfns };
}

type Act = (m: World, cpu: DirectCpu, held: Pin[]) => void;

/** Does something to the page that was behind an address at the start, if it is still in use, with a reference. */
const withPage =
  (address: number, act: (m: World, cpu: DirectCpu, page: number) => void): Act =>
  (m, cpu) => {
    const page = m.k.layout.page(m.pfns[address]!);
    if (tryGetPage(cpu, page, 1, Mode.Full) < 0) return;
    act(m, cpu, page);
  };
const shrink = (address: number): Act => withPage(address, (m, cpu, page) => shrinkPage(cpu, m.k, page));
const migrate = (address: number): Act =>
  withPage(address, (m, cpu, page) => {
    migratePage(cpu, m.k, page);
    putPage(cpu, m.k, page);
  });
const pinning =
  (call: typeof pinUserPages, address: number, flags: number): Act =>
  (m, cpu, held) => {
    held.push(...call(cpu, m.k, m.mm(0), address, 1, flags).pins);
  };

const BACKGROUND: Readonly<Record<string, Act>> = {
  'KSM converts': (m, cpu) => ksmScanPage(cpu, m.k, m.mm(0), 0, 0),
  'KSM converts a shared page': (m, cpu) => ksmScanPage(cpu, m.k, m.mm(0), 1, 0),
  'KSM converts one page and merges the other': (m, cpu) => {
    if (ksmScanPage(cpu, m.k, m.mm(0), 0, 0) !== 'converted') return;
    withPage(0, (_m, _cpu, kpage) => {
      ksmScanPage(cpu, m.k, m.mm(0), 1, kpage);
      putPage(cpu, m.k, kpage);
    })(m, cpu, []);
  },
  'reclaim of an anonymous page': shrink(0),
  'reclaim of a shared anonymous page': shrink(1),
  'reclaim of a file page': shrink(2),
  'migration of an anonymous page': migrate(0),
  'migration of a shared anonymous page': migrate(1),
  'migration of a file page': migrate(3),
  'write-back': (m, cpu) => writePage(cpu, m.k, m.k.layout.file(0), 1),
  truncation: (m, cpu) => truncateSetsize(cpu, m.k, m.k.layout.file(0), 1),
  'hole punch': (m, cpu) => punchHole(cpu, m.k, m.k.layout.file(0), 0, 2),
  invalidation: (m, cpu) => invalidateInodePage2(cpu, m.k, m.k.layout.file(0), 0),
  UFFDIO_CONTINUE: (m, cpu) => uffdioContinue(cpu, m.k, m.mm(0), 5),
};

const PROCESSES: Readonly<Record<string, Act>> = {
  fork: (m, cpu) => dupMmap(cpu, m.k, m.mm(0), m.mm(2 + cpu.id)),
  'child exits': (m, cpu) => exitMmap(cpu, m.k, m.mm(1)),
  'store to a page of its own': (m, cpu) => userStore(cpu, m.k, m.mm(0), 0, 100),
  'store to a shared page': (m, cpu) => userStore(cpu, m.k, m.mm(0), 1, 101),
  'store to a private file page': (m, cpu) => userStore(cpu, m.k, m.mm(0), 2, 102),
  'store to a file': (m, cpu) => userStore(cpu, m.k, m.mm(0), 3, 103),
  'load from swap': (m, cpu) => userLoad(cpu, m.k, m.mm(0), 4),
  'store to swap by the child': (m, cpu) => userStore(cpu, m.k, m.mm(1), 4, 104),
  'store to shmem': (m, cpu) => userStore(cpu, m.k, m.mm(0), 5, 105),
  MADV_DONTNEED: (m, cpu) => madviseDontneed(cpu, m.k, m.mm(0), 0, 6),
  munmap: (m, cpu) => munmap(cpu, m.k, m.mm(0), 0, 6),
  mprotect: (m, cpu) => mprotect(cpu, m.k, m.mm(0), 0, 6, VM_READ),
  'fast pin for writing': pinning(pinUserPagesFast, 0, FOLL_WRITE),
  'fast pin for reading': pinning(pinUserPagesFast, 0, 0),
  'fast pin of a shared page': pinning(pinUserPagesFast, 1, 0),
  'slow pin for writing': pinning(pinUserPages, 0, FOLL_WRITE),
  'slow pin of a file': pinning(pinUserPages, 3, FOLL_WRITE),
  'slow pin from swap': pinning(pinUserPages, 4, FOLL_WRITE),
};

const designs = PRESETS.filter(({ name }) => ['v5.14', 'v6.12', 'mapcount-second'].includes(name));

/** As `expect`, which is too slow to be asked a hundred thousand times. */
function sound(m: Machine, held: readonly Pin[], when: () => string): void {
  const wrong = m.check(held);
  if (wrong.length > 0) expect(wrong, when()).toEqual([]);
}

/** Every second step of the first act, with the second act as a whole before it, then everything ended. */
function everyStep(
  m: World,
  start: Float64Array,
  [name, first]: readonly [string, Act],
  [other, second]: readonly [string, Act],
  judge: (held: readonly Pin[], when: () => string) => void,
): void {
  for (let at = 0, steps = 1; at < steps; at += 2) {
    m.memory.set(start);
    const held: Pin[] = [];
    const cpus = [(cpu: DirectCpu) => first(m, cpu, held), (cpu: DirectCpu) => second(m, cpu, held)] as const;
    steps = interrupt(m.memory, at, ...cpus).steps;
    judge(held, () => `${other} before step ${at} of ${name}`);
    for (const pin of held) unpinUserPage(m.cpu, m.k, pin);
    for (const mm of [0, 1, 2, 3]) exitMmap(m.cpu, m.k, m.mm(mm));
    sound(m, [], () => `the end, after ${other} before step ${at} of ${name}`);
  }
}

describe.each(designs)(
  '$name: what the kernel does by itself, at any step of anything, leaves memory sound',
  ({ design }) => {
    it.each(Object.entries(BACKGROUND))('%s', (name, act) => {
      const m = world(design);
      const start = m.memory.slice();
      const judge = (held: readonly Pin[], when: () => string): void => sound(m, held, when);
      for (const other of Object.entries({ ...BACKGROUND, ...PROCESSES }))
        everyStep(m, start, [name, act], other, judge);
      for (const other of Object.entries(PROCESSES)) everyStep(m, start, other, [name, act], judge);
    });
  },
);

describe.each(PRESETS.filter(({ design }) => design.anonExclusive === 'tracked'))(
  '$name: an anonymous page that is pinned stays where it is, and exclusive',
  ({ design }) => {
    const pins = Object.entries(PROCESSES).filter(([name]) => / pin for /.test(name));
    const kernel = Object.entries(BACKGROUND).filter(([name]) => /KSM|anonymous/.test(name));

    it.each(kernel)('%s', (name, act) => {
      const m = world(design);
      const start = m.memory.slice();
      const judge = (held: readonly Pin[], when: () => string): void => {
        sound(m, held, when);
        for (const pin of held) {
          const args = [m.memory, m.k.layout, m.mm(0), pin] as const;
          if (!pinnedPageLives(m.memory, m.k.layout, pin)) expect.fail(`reused: ${when()}`);
          if (!pinnedPageMapped(...args)) expect.fail(`not mapped: ${when()}`);
          if (!pinnedPageExclusive(...args)) expect.fail(`shared: ${when()}`);
        }
      };
      for (const pin of pins) {
        everyStep(m, start, pin, [name, act], judge);
        everyStep(m, start, [name, act], pin, judge);
      }
    });
  },
);
