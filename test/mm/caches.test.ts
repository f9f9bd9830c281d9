import { describe, expect, it } from 'vitest';
import { OPS } from '../../src/mm/design/ops.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { userStore } from '../../src/mm/fault/user.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { AS_PAGES } from '../../src/mm/memory/address-space.ts';
import { Layout } from '../../src/mm/memory/layout.ts';
import { SMALL_CONFIG } from '../../src/mm/memory/layout-config.ts';
import {
  PAGE_FLAGS,
  PAGE_INDEX,
  PAGE_MAPPING,
  PAGE_PRIVATE,
  PG_SWAPCACHE,
  PG_WRITEBACK,
} from '../../src/mm/memory/page.ts';
import { getPage } from '../../src/mm/memory/page-ref.ts';
import { PT_PTES } from '../../src/mm/memory/page-table.ts';
import { isSwapEntry, PTE_EXCLUSIVE } from '../../src/mm/memory/pte.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { checkInvariants } from '../../src/mm/observe/invariants.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { addToSwap } from '../../src/mm/reclaim/swap-cache.ts';
import { DirectCpu } from '../../src/run/direct.ts';
import { ANON_RW, pageAt } from '../../src/scenarios/world.ts';

/** A page of a file at 0 of the one mm, an anonymous page in the swap cache at 1; another is free. */
function world() {
  const layout = new Layout({
    ...SMALL_CONFIG,
    files: ['disk'],
    pagesPerFile: 2,
    swapSlots: 2,
    vmasPerMm: 2,
    pages: 6,
    anonVmas: 2,
  });
  const k = { layout, design: designOf('v6.12'), ops: OPS };
  const memory = layout.initialMemory();
  const cpu = new DirectCpu(layout.bootCpu, memory);
  const mm = layout.mm(0);
  mmapRegion(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW | VM_SHARED, file: 0 });
  mmapRegion(cpu, k, mm, { start: 1, end: 2, flags: ANON_RW });
  for (const address of [0, 1]) userStore(cpu, k, mm, address, 1);
  const file = pageAt(cpu, k, mm, 0);
  const anon = pageAt(cpu, k, mm, 1);
  return { layout, k, memory, cpu, mm, file, anon };
}

type World = ReturnType<typeof world>;
const wrong = (change: (world: World) => void): string[] => {
  const made = world();
  addToSwap(made.cpu, made.k, made.anon);
  expect(checkInvariants(made.memory, made.k)).toEqual([]);
  change(made);
  return checkInvariants(made.memory, made.k).map(({ id, message }) => `${id} ${message}`);
};

describe('I23: caches and pages agree', () => {
  it.each<[string, (world: World) => void, string]>([
    ['another index', ({ memory, file }) => (memory[file + PAGE_INDEX] = 1), 'I23 file 0, at 0, has page'],
    ['no mapping', ({ memory, file }) => (memory[file + PAGE_MAPPING] = 0), 'I23 file 0, at 0, has page'],
    [
      'twice in the file',
      ({ memory, layout }) => (memory[layout.file(0) + AS_PAGES + 1] = memory[layout.file(0) + AS_PAGES]!),
      'is in file 0, at 0, and in file 0, at 1,',
    ],
    [
      'not in the file',
      ({ memory, layout }) => (memory[layout.file(0) + AS_PAGES] = 0),
      'is in a cache, and is in none',
    ],
    ['another slot', ({ memory, anon }) => (memory[anon + PAGE_PRIVATE] = 1), 'I23 swap slot 0 has page'],
    ['no flag', ({ memory, anon }) => (memory[anon + PAGE_FLAGS]! &= ~PG_SWAPCACHE), 'I23 swap slot 0 has page'],
    ['not in the swap cache', ({ memory, layout }) => (memory[layout.swapCache] = 0), 'is in a cache, and is in none'],
    ['write-back without end', ({ memory, file }) => (memory[file + PAGE_FLAGS]! |= PG_WRITEBACK), 'I20 page'],
  ])('%s', (_, change, said) => {
    expect(wrong(change).join('\n')).toContain(said);
  });
});

it('I6: a page in swap that is exclusive is so to one entry', () => {
  const { k, memory, cpu, mm, anon, layout } = world();
  getPage(cpu, anon);
  shrinkPage(cpu, k, anon);
  dupMmap(cpu, k, mm, layout.mm(1));
  expect(checkInvariants(memory, k)).toEqual([]);
  const cells = Array.from({ length: layout.config.tables }, (_, table) => layout.table(table) + PT_PTES + 1);
  const swapped = cells.filter((cell) => isSwapEntry(memory[cell]!));
  expect(swapped.length).toBe(2);
  memory[swapped[0]!]! |= PTE_EXCLUSIVE;
  expect(checkInvariants(memory, k).map(({ id }) => id)).toEqual(['I6']);
});
