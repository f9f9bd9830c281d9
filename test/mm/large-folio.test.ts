import { describe, expect, it } from 'vitest';
import { designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { doAnonymousFolio } from '../../src/mm/fault/fault-anonymous.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead, deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { mmapRegion, munmap } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { pageMaybeDmaPinned } from '../../src/mm/memory/page-ref.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

/** An address space whose first two pages are one large folio, mapped by PTEs. */
function world(name: string, decisions: Record<string, string> = {}): Machine {
  const design = designWith(designOf(name), decisions);
  if ('kind' in design) throw new Error(design.kind);
  const m = machine(design, { largeFolios: true });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 4, flags: RW });
  const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
  expect(doAnonymousFolio(m.cpu, m.k, { mm: m.mm(0), vma, address: 1, flags: 0 })).toBe(0);
  return m;
}

describe('a large folio', () => {
  it('is one folio of several pages, each mapped once', () => {
    const m = world('v6.12');
    expect(m.show('page0.refcount')).toBe('2 (generation 1)');
    expect(m.show('page0.flags')).toBe('anon_exclusive head');
    expect(m.show('page1.flags')).toBe('anon_exclusive');
    expect(m.show('page1.head')).toBe('1');
    expect(m.check()).toEqual([]);
  });

  it('is not made where something is mapped already, or the VMA is too small', () => {
    const m = world('v6.12');
    const vma = vmaLookup(m.cpu, m.k, m.mm(0), 0)!;
    expect(doAnonymousFolio(m.cpu, m.k, { mm: m.mm(0), vma, address: 0, flags: 0 })).toBe(-22);
    expect(doAnonymousFolio(m.cpu, m.k, { mm: m.mm(0), vma: { ...vma, start: 3 }, address: 3, flags: 0 })).toBe(-22);
    expect(m.check()).toEqual([]);
    expect(m.show('page0.refcount')).toBe('2 (generation 1)');
  });

  it.each(['v5.9', 'v5.14', 'v6.12'])('%s: a pin counts exactly, in the head, whichever page is pinned', (name) => {
    for (const call of [pinUserPages, pinUserPagesFast]) {
      const m = world(name);
      const { pins } = call(m.other, m.k, m.mm(0), 0, 2, FOLL_WRITE);
      expect(pins.map((pin) => [m.k.layout.pfnOf(pin.page), m.k.layout.pfnOf(pin.folio)])).toEqual([
        [0, 0],
        [1, 0],
      ]);
      expect(m.show('page0.refcount')).toBe('4 (generation 1)');
      expect(m.show('page0.pincount')).toBe('2');
      expect(m.check(pins)).toEqual([]);
      for (const pin of pins) unpinUserPage(m.other, m.k, pin);
      expect(pageMaybeDmaPinned(m.cpu, m.k, m.k.layout.page(0))).toBe(false);
      expect(m.check()).toEqual([]);
    }
  });

  it.each([
    ['v6.8', ['flag', 'f1', 'flag', 'f1']],
    ['v6.9', ['flag', 'f1', 'f1']],
  ])('%s: fork tests for pins, and write-protects: %j', (name, steps) => {
    const m = world(name);
    const cpu = new RecordingCpu(0, m.memory);
    expect(dupMmap(cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
    expect(cpu.steps.filter((step) => /^f/.test(step))).toEqual(steps);
    expect([m.show('page0.refcount'), m.show('page0.flags'), m.show('page1.flags')]).toEqual([
      '4 (generation 1)',
      'head',
      'none',
    ]);
    for (const address of [0, 1]) expect(userLoad(m.cpu, m.k, m.mm(1), address)).toBe(0);
    expect(m.check()).toEqual([]);
  });

  it.each(['v5.11', 'v5.19', 'v6.12'])('%s: fork copies both pages where one is pinned', (name) => {
    const m = world(name);
    userStore(m.cpu, m.k, m.mm(0), 0, 5);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    expect(dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
    expect(m.show('page0.mapcount')).toBe('1');
    userStore(m.cpu, m.k, m.mm(0), 1, 6);
    expect(deviceRead(m.other, pins[0]!)).toBe(6);
    expect([userLoad(m.cpu, m.k, m.mm(1), 0), userLoad(m.cpu, m.k, m.mm(1), 1)]).toEqual([5, 0]);
    expect(m.check(pins)).toEqual([]);
  });

  it.each(['v5.8', 'v5.14', 'v6.12'])(
    '%s: it is shared by fork, copied on write, and freed with its last reference',
    (name) => {
      const m = world(name);
      expect(dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))).toBe(0);
      expect(m.show('page0.refcount')).toBe('4 (generation 1)');
      expect(userStore(m.cpu, m.k, m.mm(0), 1, 6)).toBe(0);
      expect(userLoad(m.cpu, m.k, m.mm(1), 1)).toBe(0);
      expect(m.check()).toEqual([]);
      exitMmap(m.cpu, m.k, m.mm(0));
      expect(m.check()).toEqual([]);
      exitMmap(m.cpu, m.k, m.mm(1));
      expect(m.show('page1.head')).toBe('0');
      expect(m.check()).toEqual([]);
    },
  );

  it.each([
    ['v5.19', 1, 'page0'],
    ['v6.8', 1, 'page0'],
    ['v6.9', 1, 'page2'],
    ['v5.19', 2, 'page2'],
  ])('%s: when the child is gone, a store to one of %i pages that are mapped goes to %s', (name, mapped, page) => {
    const m = world(name);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    exitMmap(m.cpu, m.k, m.mm(1));
    if (mapped === 1) munmap(m.cpu, m.k, m.mm(0), 1, 2);
    userStore(m.cpu, m.k, m.mm(0), 0, 7);
    expect(m.show(`${page}.data`)).toBe('7');
    expect(m.check()).toEqual([]);
  });

  it('a pin of its tail keeps all of it', () => {
    const m = world('v6.12');
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 1, 1, FOLL_WRITE);
    munmap(m.cpu, m.k, m.mm(0), 0, 4);
    deviceWrite(m.other, pins[0]!, 9);
    expect(m.show('page1.data')).toBe('9');
    expect(m.check(pins)).toEqual([]);
    unpinUserPage(m.other, m.k, pins[0]!);
    expect(m.check()).toEqual([]);
  });
});
