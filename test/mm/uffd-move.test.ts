import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { uffdioMove } from '../../src/mm/fault/uffd-move.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFast } from '../../src/mm/gup/pin.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { lockPage } from '../../src/mm/memory/page.ts';
import { migratePage } from '../../src/mm/migrate/migrate.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { mapAnonFolio, pageAt } from '../../src/scenarios/world.ts';
import { type Machine, machine, RO, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

const design = (decisions: Record<string, string> = {}): Design => designWith(designOf('v6.12'), decisions) as Design;

/** Pages with 10 and 11 at 0 and 1, an empty mapping of another anon_vma at 2 and 3, a file at 4. */
function world(d: Design): Machine {
  const m = machine(d, { swapSlots: 1 });
  for (const start of [0, 2]) mmapRegion(m.cpu, m.k, m.mm(0), { start, end: start + 2, flags: RW });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 4, end: 5, flags: RW, file: 0 });
  for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 10 + address);
  return m;
}
const move = (m: Machine, dst: number, src: number, count: number): number =>
  uffdioMove(m.cpu, m.k, m.mm(0), dst, src, count);
const load = (m: Machine, address: number): number => userLoad(m.cpu, m.k, m.mm(0), address);

describe.each(['single', 'batched', 'batched-mb'])('uffdMove=%s', (uffdMove) => {
  const d = design({ uffdMove });

  it('moves pages with their contents, without a copy', () => {
    const m = world(d);
    const pages = [0, 1].map((address) => pageAt(m.cpu, m.k, m.mm(0), address));
    expect(move(m, 2, 0, 2)).toBe(2);
    expect(m.check()).toEqual([]);
    expect([2, 3].map((address) => pageAt(m.cpu, m.k, m.mm(0), address))).toEqual(pages);
    expect([0, 1, 2, 3].map((address) => load(m, address))).toEqual([0, 0, 10, 11]);
    expect(m.check()).toEqual([]);
  });

  it('a moved page is found through its new anon_vma and address', () => {
    const m = world(d);
    move(m, 3, 0, 1);
    const page = pageAt(m.cpu, m.k, m.mm(0), 3);
    m.memory[page] = m.memory[page]! + 1;
    expect(migratePage(m.cpu, m.k, page)).toBe(0);
    expect(load(m, 3)).toBe(10);
  });

  it('a pinned page stays, with those after it; those before it are moved', () => {
    const m = world(d);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    expect(move(m, 2, 0, 2)).toBe(1);
    expect([load(m, 2), load(m, 1)]).toEqual([10, 11]);
    expect(move(m, 3, 1, 1)).toBe(-16);
    expect(m.check(pins)).toEqual([]);
  });

  it.each<[string, number, number, number, number, (m: Machine) => unknown]>([
    ['onto what is mapped', 1, 0, 1, -17, () => 0],
    ['from where there is no page table', 0, 2, 1, -2, () => 0],
    ['a hole', 3, 2, 1, -2, () => 0],
    ['out of a VMA of a file', 2, 4, 1, -22, () => 0],
    ['across the end of a VMA', 3, 0, 2, -22, () => 0],
    ['from where there is no VMA', 2, 5, 1, -22, () => 0],
    ['a page that a child shares', 2, 0, 1, -16, (m) => dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))],
  ])('does not move %s', (_what, dst, src, count, error, before) => {
    const m = world(d);
    before(m);
    expect(move(m, dst, src, count)).toBe(error);
    expect(m.check()).toEqual([]);
  });

  it('leaves a page in swap where it is', () => {
    const m = world(d);
    const page = pageAt(m.cpu, m.k, m.mm(0), 0);
    m.memory[page] = m.memory[page]! + 1;
    shrinkPage(m.cpu, m.k, page);
    expect(move(m, 2, 0, 1)).toBe(-16);
    expect(load(m, 0)).toBe(10);
    expect(m.check()).toEqual([]);
  });

  it('waits for whoever has locked the page', () => {
    const m = world(d);
    lockPage(m.other, pageAt(m.cpu, m.k, m.mm(0), 0));
    const cpu = new DirectCpu(0, m.memory);
    expect(runDirect(() => uffdioMove(cpu, m.k, m.mm(0), 2, 0, 1)).kind).toBe('blocked');
  });

  it.each([false, true])('splits a large folio first, under a PMD: %s', (huge) => {
    const m = machine(d, { largeFolios: true });
    mapAnonFolio(m.cpu, m.k, m.mm(0), 0, huge);
    userStore(m.cpu, m.k, m.mm(0), 1, 8);
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 4, flags: RW });
    expect(move(m, 2, 1, 1)).toBe(1);
    expect([load(m, 2), load(m, 0)]).toEqual([8, 1]);
    expect(m.check()).toEqual([]);
  });
});

it('there is no such call before v6.8, and none into a mapping that is read-only', () => {
  expect(move(world(designOf('v6.5')), 2, 0, 1)).toBe(-22);
  const m = machine(design());
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 3, flags: RO });
  userStore(m.cpu, m.k, m.mm(0), 0, 1);
  expect(move(m, 2, 0, 1)).toBe(-22);
});

describe('the steps', () => {
  it.each<[string, number, string[]]>([
    ['single', 2, ['A1', 'mb', 'A2', 'A4', 'A1', 'mb', 'A2', 'A4']],
    ['batched', 2, ['A1', 'A2', 'A4', 'A1', 'A2', 'A4', 'mb']],
    ['batched', 1, ['A1', 'mb', 'A2', 'A4']],
    ['batched-mb', 2, ['A1', 'mb', 'A2', 'A4', 'A1', 'mb', 'A2', 'A4', 'mb']],
  ])('%s, %i pages: %o', (uffdMove, count, expected) => {
    const m = machine(design({ uffdMove }), { ptesPerTable: 4 });
    for (const start of [0, 2]) mmapRegion(m.cpu, m.k, m.mm(0), { start, end: start + 2, flags: RW });
    for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 1);
    const cpu = new RecordingCpu(0, m.memory);
    expect(uffdioMove(cpu, m.k, m.mm(0), 2, 0, count)).toBe(count);
    expect(cpu.steps).toEqual(expected);
  });
});
