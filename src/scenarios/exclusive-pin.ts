import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE, type Pin } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly } from '../mm/gup/pin.ts';
import { mprotect } from '../mm/map/mmap.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import { MAPPING_KSM, mappingFlags } from '../mm/memory/mapping.ts';
import { lockPage, PAGE_FLAGS, PAGE_MAPPING, PG_ANON_EXCLUSIVE, unlockPage } from '../mm/memory/page.ts';
import { getPage, putPage } from '../mm/memory/page-ref.ts';
import { pteAlloc } from '../mm/memory/page-table.ts';
import { VM_MERGEABLE, VM_READ, VM_WRITE } from '../mm/memory/vma.ts';
import { ksmScanPage } from '../mm/migrate/ksm.ts';
import { removeMigrationPtes } from '../mm/migrate/migrate.ts';
import { type Memory, pageField } from '../mm/observe/inspect.ts';
import { addToSwap } from '../mm/reclaim/swap-cache.ts';
import { tryToMigrate, tryToUnmap, tryToUnmapFlush, type UnmapBatch } from '../mm/rmap/try-to-unmap.ts';
import { exclusivePinKernel } from './exclusive-pin-kernel.ts';
import { quiescent } from './judging.ts';
import { type Broken, scenario, type Variant } from './scenario.ts';
import { ANON_RW, type Family, LARGE, mapAndTouch, mapAnonPage, must, pageAt, unmapAndRestore } from './world.ts';

const STORED = 7;

interface Clearing extends Variant {
  /** The page is one of a large folio, which counts pins by themselves. */
  readonly large?: boolean;
  readonly by: 'ksm' | 'swap' | 'migration';
  /** Is the entry writable before? Then it differs after, and the pinner need not look at PG_anon_exclusive. */
  readonly writable: boolean;
}

interface World extends Family, Clearing {}

/**
 * "Anon-exclusive clearing", September 2022 (088b8aa5): KSM, or unmapping for swap or migration, takes PG_anon_exclusive
 * from a page while a fast walk pins it. The sub-cases of the post: RW (the entry was writable), RO-gone (it was read-only
 * and something else stands there after), RO-same (it was read-only and is restored bit by bit).
 */
export const exclusivePin = scenario({
  name: 'T4',
  title: 'clearing PG_anon_exclusive against a fast pin',
  why: 'A pin of a page that may be shared is worth nothing: the next store goes to a copy, and device and process see different data.',
  property: 'I5',
  variants: {
    'ksm-rw': { doc: 'KSM, the entry was writable: a pin for writing', by: 'ksm', writable: true },
    'ksm-ro': { doc: 'KSM, the entry was read-only and clean, and is restored the same', by: 'ksm', writable: false },
    'swap-rw': { doc: 'unmapping for swap, the entry was writable', by: 'swap', writable: true },
    'swap-ro': { doc: 'unmapping for swap, the entry was read-only', by: 'swap', writable: false },
    'migrate-rw': { doc: 'unmapping for migration, the entry was writable', by: 'migration', writable: true },
    'migrate-ro': { doc: 'unmapping for migration, the entry was read-only', by: 'migration', writable: false },
    'large-rw': { doc: 'as migrate-rw, of a page in a large folio', by: 'migration', writable: true, large: true },
    'large-ro': { doc: 'as migrate-ro, of a page in a large folio', by: 'migration', writable: false, large: true },
  } as Readonly<Record<string, Clearing>>,
  absent({ anonExclusive }: Design, { by, writable }) {
    if (anonExclusive === 'tracked') return undefined;
    if (!writable) return 'a pin for reading is promised an exclusive page from v5.19 only';
    return by === 'ksm' ? undefined : 'there is no PG_anon_exclusive to clear before v5.19';
  },
  layout: ({ by, large }) => (large ? LARGE : by === 'swap' ? { swapSlots: 1 } : {}),
  litmus(design, { by, writable, large }, name) {
    if (large) return undefined;
    return exclusivePinKernel(design, name, {
      before: writable ? 2 : 1,
      after: by === 'ksm' ? 1 : 3,
      ksm: by === 'ksm',
      flush: by === 'ksm' || (by === 'swap' ? design.unmapFlush !== 'batched' : design.migrateFlush === 'now'),
    });
  },
  setup(cpu, k, variant): World {
    const parent = k.layout.mm(0);
    const child = k.layout.mm(1);
    const mergeable = variant.by === 'ksm' ? VM_MERGEABLE : 0;
    if (variant.large) mapAnonPage(cpu, k, parent, 0, 'large');
    else mapAndTouch(cpu, k, parent, { start: 0, end: 1, flags: ANON_RW | mergeable });
    // In every kernel this makes the entry read-only, and what comes below leaves it so.
    if (!variant.writable) must(mprotect(cpu, k, parent, 0, 1, VM_READ), 'mprotect');
    const page = pageAt(cpu, k, parent, 0);
    pteAlloc(cpu, k, child, 0);
    // Who unmaps a page has locked it and holds a reference.
    getPage(cpu, page);
    lockPage(cpu, page);
    // It has been tried before, so that no dirty bit moves to the page in the race: that is a full barrier by itself.
    if (variant.by === 'migration' || !variant.writable) unmapAndRestore(cpu, k, page, page);
    if (variant.by === 'swap' && !addToSwap(cpu, k, page)) throw new RangeError('there is no slot of swap');
    if (variant.by === 'ksm') {
      unlockPage(cpu, page);
      putPage(cpu, k, page);
    }
    return { k, parent, child, address: 0, page, ...variant };
  },
  threads: (world) => ({
    clearer: (cpu) => clear(cpu, world),
    pinner: (cpu) =>
      pinUserPagesFastOnly(cpu, world.k, world.parent, world.address, 1, world.writable ? FOLL_WRITE : 0),
  }),
  happens: ({ results: { clearer, pinner } }) => ({ pinned: pinner.length > 0, cleared: clearer }),
  judge({ world, results: { clearer: cleared, pinner }, cpu, memory, step }) {
    const [pin] = pinner;
    const broken = pin === undefined ? undefined : brokenBy(world.k, memory, pin, cleared);
    if (pin === undefined || broken === undefined) {
      giveBack(cpu, world);
      return quiescent(world.k, memory, pinner);
    }
    const { k, parent, child, address, page } = world;
    if (world.by !== 'ksm') {
      step('parent', 'forks', () => dupMmap(cpu, k, parent, child));
      if (world.by === 'migration') removeMigrationPtes(cpu, k, page, page, page);
      unlockPage(cpu, page);
    }
    if (!world.writable) {
      step('parent', 'makes it writable again', () =>
        mprotect(cpu, k, parent, address, address + 1, VM_READ | VM_WRITE),
      );
    }
    step('parent', `stores ${STORED}`, () => userStore(cpu, k, parent, address, STORED));
    step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    return broken;
  },
});

/** What comes after unmapping where the page is not taken: its entries come back, and it is unlocked and dropped. */
function giveBack(cpu: Cpu, { k, page, by }: World): void {
  if (by === 'ksm') return;
  if (by === 'migration') removeMigrationPtes(cpu, k, page, page, page);
  unlockPage(cpu, page);
  putPage(cpu, k, page);
}

/** @returns whether the page may be shared from now on */
function clear(cpu: Cpu, { k, parent, address, page, by }: World): boolean {
  if (by === 'ksm') return ksmScanPage(cpu, k, parent, address, 0) !== 'kept';
  const batch: UnmapBatch = [];
  const unmapped = by === 'swap' ? tryToUnmap(cpu, k, page, batch) : tryToMigrate(cpu, k, page, batch);
  tryToUnmapFlush(cpu, k, batch);
  return unmapped;
}

function brokenBy(k: Kernel, memory: Memory, pin: Pin, cleared: boolean): Broken | undefined {
  if (k.design.anonExclusive === 'none') {
    return cleared ? { property: 'I17', message: 'KSM took the page although it is pinned for writing' } : undefined;
  }
  const exclusive = (pageField(memory, k.layout, pin.page, PAGE_FLAGS) & PG_ANON_EXCLUSIVE) !== 0;
  const ofKsm = mappingFlags(pageField(memory, k.layout, pin.page, PAGE_MAPPING)) === MAPPING_KSM;
  if (exclusive && ofKsm) return { property: 'I17', message: 'KSM took the page although it is pinned' };
  return exclusive ? undefined : { property: 'I5', message: 'the page is pinned, and not exclusive any more' };
}
