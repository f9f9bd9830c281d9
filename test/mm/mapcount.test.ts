import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import { pinUserPages, pinUserPagesFast, pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion } from '../../src/mm/map/mmap.ts';
import { lockPage, PAGE_FLAGS, type Page, PG_WRITEBACK, unlockPage } from '../../src/mm/memory/page.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { type Mkclean, pageMkclean } from '../../src/mm/rmap/mkclean.ts';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';
import { interrupt } from './stepping.ts';

const design = (name: string, decisions: Record<string, string> = {}): Design => {
  const found = designWith(designOf(name), decisions);
  if ('kind' in found) throw new Error(found.kind);
  return found;
};
/** Two address spaces that map page 0 of a file, writable; it is page frame 0. */
function world(d: Design): Machine {
  const m = machine(d);
  for (const mm of [0, 1]) {
    mmapRegion(m.cpu, m.k, m.mm(mm), { start: 2, end: 3, flags: RW | VM_SHARED, file: 0 });
    userStore(m.cpu, m.k, m.mm(mm), 2, 7);
  }
  return m;
}
const frame = (m: Machine): Page => m.k.layout.page(0);
const pin = (m: Machine, call = pinUserPages): readonly Pin[] => call(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE).pins;
function mkclean(m: Machine, cpu: DirectCpu = m.cpu): Mkclean {
  lockPage(cpu, frame(m));
  const result = pageMkclean(cpu, m.k, frame(m));
  unlockPage(cpu, frame(m));
  return result;
}
const proposals = PRESETS.filter(({ name }) => name.startsWith('mapcount-'));

describe.each(proposals)('$name', (preset) => {
  it.each([pinUserPages, pinUserPagesFast])('a pin of a file page counts as if it mapped it', (call) => {
    const m = world(preset.design);
    const pins = pin(m, call);
    expect([m.show('page0.mapcount'), m.show('page0.refcount')]).toEqual(['3', '4 (generation 1)']);
    expect(m.show('page0.flags')).toBe(preset.design.pinDetect === 'first' ? 'dirty' : 'dirty dma_pinned');
    expect(m.check(pins)).toEqual([]);
    for (const p of pins) unpinUserPage(m.other, m.k, p);
    expect([m.show('page0.mapcount'), m.show('page0.refcount')]).toEqual(['2', '3 (generation 1)']);
    expect(m.check()).toEqual([]);
  });

  it('a pin of an anonymous page does not', () => {
    const m = world(preset.design);
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW });
    const { pins } = pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE);
    expect(m.show(`page${m.k.layout.pfnOf(pins[0]!.page)}.mapcount`)).toBe('1');
    expect(m.check(pins)).toEqual([]);
    for (const p of pins) unpinUserPage(m.other, m.k, p);
    expect(m.check()).toEqual([]);
  });

  it('with nobody else about, the verdict is right', () => {
    const m = world(preset.design);
    expect(mkclean(m)).toEqual({ cleaned: 2, pinned: false, warned: false });
    userStore(m.cpu, m.k, m.mm(0), 2, 8);
    const pins = pin(m);
    expect(mkclean(m)).toEqual({ cleaned: 1, pinned: true, warned: false });
    expect(m.show('page0.flags')).toContain('dma_pinned');
    for (const p of pins) unpinUserPage(m.other, m.k, p);
    expect(mkclean(m).pinned).toBe(false);
    expect(m.show('page0.flags')).toBe('dirty');
    expect(m.check()).toEqual([]);
  });

  it('a page that is pinned is written, and stays dirty', () => {
    const m = world(preset.design);
    const pins = pin(m);
    expect(writePage(m.cpu, m.k, m.k.layout.file(0), 0)).toEqual({ written: true, pinned: true, checksum: 7, data: 7 });
    expect(m.show('page0.flags')).toContain('dirty');
    for (const p of pins) unpinUserPage(m.other, m.k, p);
    expect(writePage(m.cpu, m.k, m.k.layout.file(0), 0).pinned).toBe(false);
    expect(m.show('page0.flags')).toBe('none');
    expect(m.check()).toEqual([]);
  });

  it('a pin of a page that is being written waits', () => {
    const m = world(preset.design);
    m.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
    const before = [m.show('page0.mapcount'), m.show('page0.refcount')];
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 2, 1, FOLL_WRITE)).toEqual([]);
    expect([m.show('page0.mapcount'), m.show('page0.refcount')]).toEqual(before);
    const cpu = new DirectCpu(1, m.memory);
    expect(runDirect(() => pinUserPages(cpu, m.k, m.mm(0), 2, 1, FOLL_WRITE)).kind).toBe('blocked');
    const ignoring = world(design(preset.name, { pinWriteback: 'ignore' }));
    ignoring.memory[frame(m) + PAGE_FLAGS]! += PG_WRITEBACK;
    expect(pin(ignoring)).toHaveLength(1);
  });

  it('what is unmapped leaves what the design says, and a fault takes its place', () => {
    const m = world(preset.design);
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    expect(m.show('table0.pte[0]')).toBe(preset.design.zapMarker === 'none' ? 'none' : '0 marker');
    expect(m.check()).toEqual([]);
    expect(userLoad(m.cpu, m.k, m.mm(0), 2)).toBe(7);
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    expect(m.show('table0.pte[0]')).toBe(preset.design.zapMarker === 'present' ? '0 marker' : 'none');
    expect(userStore(m.cpu, m.k, m.mm(0), 2, 9)).toBe(0);
    expect(m.check()).toEqual([]);
  });

  it('a walk takes markers away', () => {
    const m = world(preset.design);
    madviseDontneed(m.cpu, m.k, m.mm(0), 2, 3);
    expect(mkclean(m)).toMatchObject({ cleaned: 1, pinned: false });
    expect(m.show('table0.pte[0]')).toBe('none');
    expect(m.check()).toEqual([]);
  });
});

describe('the steps of the second proposal', () => {
  const steps = (held: boolean, decisions: Record<string, string> = {}): string[] => {
    const m = world(design('mapcount-second', { flushBarrier: 'none', ...decisions }));
    if (held) pin(m);
    const cpu = new RecordingCpu(1, m.memory);
    lockPage(cpu, frame(m));
    pageMkclean(cpu, m.k, frame(m));
    return cpu.steps;
  };
  it.each<[string, string[], string[]]>([
    ['nobody pinned it since', steps(false), ['m1', 'm2', 'm2', 'm3']],
    ['it is pinned', steps(true), ['m1', 'm2', 'm2', 'm3', 'm6']],
    ['first proposal', steps(true, { pinDetect: 'first' }), ['m2', 'm2', 'm1']],
    ['walk, read, walk', steps(true, { pinDetect: 'walk-read-walk' }), ['m2', 'm2', 'm6']],
    ['read, walk, walk', steps(true, { pinDetect: 'read-walk-walk' }), ['m1', 'm2', 'm2']],
    ['walk, walk, read', steps(true, { pinDetect: 'walk-walk-read' }), ['m2', 'm2', 'm6']],
  ])('%s', (_when, found, expected) => {
    expect(found).toEqual(expected);
  });

  it.each([
    ['mapcount-second', {}, ['B1', 'B3', 'g2', 'g3', 'g4', 'B4']],
    ['mapcount-second', { pinMapcount: 'mb' }, ['B1', 'B3', 'g2', 'g3', 'g4', 'afteratomic', 'B4']],
    ['mapcount-second', { pteRecheck: 'skip' }, ['B1', 'B3', 'g2', 'g3', 'g4']],
    ['mapcount-first', {}, ['B1', 'B3', 'g4', 'g2', 'B4']],
  ])('a fast pin under %s with %o: %o', (name, decisions, expected) => {
    const m = world(design(name, decisions));
    const cpu = new RecordingCpu(1, m.memory);
    expect(pinUserPagesFastOnly(cpu, m.k, m.mm(0), 2, 1, FOLL_WRITE)).toHaveLength(1);
    expect(cpu.steps).toEqual(expected);
  });
});

describe('one act at any step of mkclean, which of them may fool it', () => {
  /** Every verdict that says "not pinned" although the pin is held at the end, without the file system knowing. */
  const fooled = (
    d: Design,
    act: (m: Machine, cpu: DirectCpu) => readonly Pin[],
    before?: (m: Machine) => readonly Pin[],
  ) => {
    const m = world(d);
    const early = before?.(m) ?? [];
    const start = m.memory.slice();
    let missed = 0;
    let warned = 0;
    for (let at = 0, steps = 1; at < steps; at++) {
      m.memory.set(start);
      let held: readonly Pin[] = early;
      let result: Mkclean | undefined;
      steps = interrupt(
        m.memory,
        at,
        (cpu) => {
          lockPage(cpu, frame(m));
          result = pageMkclean(cpu, m.k, frame(m));
        },
        (cpu) => {
          held = [...early, ...act(m, cpu)];
        },
      ).steps;
      if (held.length > 0 && !result!.pinned) missed++;
      if (result!.warned) warned++;
    }
    return { missed: missed > 0, warned: warned > 0 };
  };
  const slowPin = (m: Machine, cpu: DirectCpu): readonly Pin[] => {
    const found = runDirect(() => pinUserPages(cpu, m.k, m.mm(0), 2, 1, FOLL_WRITE).pins);
    return found.kind === 'done' ? found.value : [];
  };
  const zap = (mm: number) => (m: Machine, cpu: DirectCpu) => {
    madviseDontneed(cpu, m.k, m.mm(mm), 2, 3);
    return [];
  };
  const pinned = (m: Machine): readonly Pin[] => pin(m);

  it.each<[string, boolean, boolean]>([
    ['mapcount-first', false, true],
    ['mapcount-second', true, true],
    ['mapcount-walk-read-walk', false, false],
    ['mapcount-read-walk-walk', true, false],
    ['mapcount-walk-walk-read', false, true],
  ])('%s: a pin %s, an unmapping %s', (name, byPin, byZap) => {
    expect(fooled(designOf(name), slowPin).missed).toBe(byPin);
    expect(fooled(designOf(name), zap(1), pinned).missed).toBe(byZap);
  });

  it('markers for writable entries alone do not help: the walk has write-protected them', () => {
    const writable = design('mapcount-walk-read-walk', { zapMarker: 'writable' });
    expect(fooled(writable, zap(1), pinned).missed).toBe(true);
  });

  it('a fork that copies a private mapping: an entry more hides a pin, or breaks the assertion of the second proposal', () => {
    const forking = (m: Machine, cpu: DirectCpu): readonly Pin[] => {
      dupMmap(cpu, m.k, m.mm(0), m.mm(2));
      return [];
    };
    const privately = (m: Machine): readonly Pin[] => {
      exitMmap(m.cpu, m.k, m.mm(1));
      mmapRegion(m.cpu, m.k, m.mm(0), { start: 4, end: 5, flags: RW, file: 0 });
      userLoad(m.cpu, m.k, m.mm(0), 4);
      return pin(m);
    };
    const unpinned = (m: Machine): readonly Pin[] => {
      for (const p of privately(m)) unpinUserPage(m.other, m.k, p);
      return [];
    };
    expect(fooled(designOf('mapcount-second'), forking, privately)).toEqual({ missed: true, warned: false });
    expect(fooled(designOf('mapcount-second'), forking, unpinned)).toEqual({ missed: false, warned: true });
    expect(fooled(designOf('mapcount-walk-read-walk'), forking, privately)).toEqual({ missed: false, warned: false });
  });
});
