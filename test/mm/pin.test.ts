import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead, deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_LONGTERM, FOLL_WRITE, type GupResult } from '../../src/mm/gup/gup.ts';
import {
  getUserPages,
  getUserPagesFast,
  getUserPagesFastOnly,
  pinUserPages,
  pinUserPagesFast,
  pinUserPagesFastOnly,
  unpinUserPage,
  unpinUserPageDirty,
} from '../../src/mm/gup/pin.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { EFAULT } from '../../src/mm/memory/errno.ts';
import { MM_HAS_PINNED, MM_WRITE_PROTECT_SEQ } from '../../src/mm/memory/mm-struct.ts';
import { VM_PFNMAP, VM_READ, VM_SHARED } from '../../src/mm/memory/vma.ts';
import { last, type Machine, machine, RO, RW } from './machine.ts';

const decided = (name: string, decisions: Record<string, string> = {}): Design => {
  const design = designWith(designOf(name), decisions);
  if ('kind' in design) throw new Error(design.kind);
  return design;
};

/** Addresses 0 and 1 anonymous, 2 and 3 a private file, 4 and 5 a shared file (disk or shmem); nothing touched. */
function world(design: Design, file = 0): Machine {
  const m = machine(design);
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 2, flags: RW });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 2, end: 4, flags: RW, file });
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 4, end: 6, flags: RW | VM_SHARED, file });
  return m;
}
const paths = ({ pins, error }: GupResult): string => pins.map(({ path }) => path).join() || String(error);
const store = (m: Machine, address: number, value: number, mm = 0): number =>
  userStore(m.cpu, m.k, m.mm(mm), address, value);
const load = (m: Machine, address: number, mm = 0): number => userLoad(m.cpu, m.k, m.mm(mm), address);

describe('which path a pin takes', () => {
  it.each<[string, (m: Machine) => void, number, number, string]>([
    ['nothing is mapped yet', () => {}, 0, FOLL_WRITE, 'slow'],
    ['mapped writable', (m) => store(m, 0, 1), 0, FOLL_WRITE, 'fast'],
    ['mapped writable, to read', (m) => store(m, 0, 1), 0, 0, 'fast'],
    [
      'read-only after fork, to write',
      (m) => last(store(m, 0, 1), dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))),
      0,
      FOLL_WRITE,
      'slow',
    ],
    ['a private file page read before, to read', (m) => load(m, 2), 2, 0, 'fast'],
    ['a private file page read before, to write', (m) => load(m, 2), 2, FOLL_WRITE, 'slow'],
    ['a file page, clean', (m) => load(m, 4), 4, FOLL_WRITE, 'slow'],
    ['a file page, dirty', (m) => store(m, 4, 1), 4, FOLL_WRITE, 'fast'],
    ['PROT_NONE', (m) => last(store(m, 0, 1), mprotect(m.cpu, m.k, m.mm(0), 0, 1, 0)), 0, 0, String(EFAULT)],
    ['no VMA', (m) => munmap(m.cpu, m.k, m.mm(0), 0, 1), 0, 0, String(EFAULT)],
    ['a read-only VMA, to write', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ), 0, FOLL_WRITE, String(EFAULT)],
    ['the same with force', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ), 0, FOLL_WRITE | FOLL_FORCE, 'slow'],
    [
      'a read-only shared VMA with force',
      (m) => mprotect(m.cpu, m.k, m.mm(0), 4, 5, VM_READ),
      4,
      FOLL_WRITE | FOLL_FORCE,
      String(EFAULT),
    ],
  ])('%s', (_what, before, address, flags, path) => {
    const m = world(designOf('v6.12'));
    before(m);
    const result = pinUserPagesFast(m.other, m.k, m.mm(0), address, 1, flags);
    expect(paths(result)).toBe(path);
    expect(m.check(result.pins)).toEqual([]);
  });

  it('a range is fast as far as it goes, and slow from there', () => {
    const m = world(designOf('v6.12'));
    store(m, 0, 1);
    expect(paths(pinUserPagesFast(m.other, m.k, m.mm(0), 0, 3, FOLL_WRITE))).toBe('fast,slow,slow');
  });

  it('a range ends at the first page that cannot be had', () => {
    const m = world(designOf('v6.12'));
    munmap(m.cpu, m.k, m.mm(0), 1, 2);
    const result = pinUserPages(m.other, m.k, m.mm(0), 0, 3, 0);
    expect([result.pins.length, result.error]).toEqual([1, EFAULT]);
    expect(m.check(result.pins)).toEqual([]);
  });

  it('memory without struct pages is refused', () => {
    const m = machine(designOf('v6.12'));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RW | VM_PFNMAP });
    expect(getUserPages(m.other, m.k, m.mm(0), 0, 1, 0)).toEqual({ pins: [], error: EFAULT });
  });

  it('fast only gives nothing where the fast path does not go', () => {
    const m = world(designOf('v6.12'));
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, 0)).toEqual([]);
    expect(getUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, 0)).toEqual([]);
  });

  it('an odd write_protect_seq makes it slow', () => {
    const m = world(designOf('v6.12'));
    store(m, 0, 1);
    const seq = m.k.layout.mm(0) + MM_WRITE_PROTECT_SEQ;
    m.memory[seq] = 1;
    expect(pinUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, 0)).toEqual([]);
    expect(getUserPagesFastOnly(m.other, m.k, m.mm(0), 0, 1, 0)).toHaveLength(1);
    expect(pinUserPagesFast(m.other, m.k, m.mm(0), 0, 1, 0).pins[0]!.path).toBe('slow');
  });
});

describe('what a reference adds to the count', () => {
  it.each([
    ['get', 2],
    ['full', 1025],
    ['acquire', 1025],
    ['relaxed', 1025],
    ['two-step', 1025],
    ['two-step-mb', 1025],
  ])('a pin counted as %s: %d', (pinCount, count) => {
    const design = decided('v6.12', { pinCount });
    for (const call of [pinUserPages, pinUserPagesFast]) {
      const m = world(design);
      store(m, 0, 1);
      const { pins } = call(m.other, m.k, m.mm(0), 0, 1, 0);
      expect(m.show('page0.refcount')).toBe(`${count} (generation 1)`);
      expect(m.check(pins)).toEqual([]);
      unpinUserPage(m.other, m.k, pins[0]!);
      expect(m.check()).toEqual([]);
    }
  });

  it('a get: 1, on either path', () => {
    for (const call of [getUserPages, getUserPagesFast]) {
      const m = world(designOf('v6.12'));
      store(m, 0, 1);
      const { pins } = call(m.other, m.k, m.mm(0), 0, 1, 0);
      expect(m.show('page0.refcount')).toBe('2 (generation 1)');
      unpinUserPage(m.other, m.k, pins[0]!);
      expect(m.check()).toEqual([]);
    }
  });

  it.each([
    ['none', '0'],
    ['write', '1'],
    ['test-set', '1'],
  ])('has_pinned is recorded as %s: %s', (pinFlag, flag) => {
    const m = world(decided('v6.12', { pinFlag }));
    getUserPagesFast(m.other, m.k, m.mm(0), 1, 1, 0);
    expect(m.show('mm0.has_pinned')).toBe('0');
    for (const call of [pinUserPagesFast, pinUserPages, pinUserPagesFastOnly]) {
      m.memory[m.k.layout.mm(0) + MM_HAS_PINNED] = 0;
      call(m.other, m.k, m.mm(0), 0, 1, 0);
      expect(m.show('mm0.has_pinned')).toBe(flag);
    }
  });
});

describe('what a reader is given', () => {
  /** The parent's page is shared with a child; the parent reads it through a pin, then stores. What does the device see? */
  const seen = (name: string): number => {
    const m = world(designOf(name));
    store(m, 0, 1);
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 0, 1, 0);
    store(m, 0, 2);
    expect(load(m, 0, 1)).toBe(1);
    expect(m.check(pins)).toEqual([]);
    return deviceRead(m.other, pins[0]!);
  };
  it.each([
    ['v4.4', 1],
    ['v5.8', 2],
    ['v5.9', 1],
    ['v5.14', 1],
    ['v5.19', 2],
    ['v6.12', 2],
  ])('%s: after a fork, a pin for reading sees the later store of its mm: %d', (name, value) => {
    expect(seen(name)).toBe(value);
  });

  it.each([
    ['v5.19', 0],
    ['v6.1', 0],
    ['v6.5', 2],
    ['v6.12', 2],
  ])('%s: a long-term pin of a private file page sees the later store of its mm: %d', (name, value) => {
    const m = world(designOf(name));
    load(m, 2);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 2, 1, FOLL_LONGTERM);
    store(m, 2, 2);
    expect(deviceRead(m.other, pins[0]!)).toBe(value);
    expect(m.check(pins)).toEqual([]);
  });
});

describe('long-term pins for writing of shared file pages', () => {
  it.each([
    ['v6.1', 0, 'fast'],
    ['v6.5', 0, String(EFAULT)],
    ['v6.5', 1, 'fast'],
    ['v6.12', 0, String(EFAULT)],
    ['longterm-file-v7', 0, String(EFAULT)],
  ])('%s, file %d: %s', (name, file, path) => {
    const m = world(designOf(name), file);
    store(m, 4, 1);
    const result = pinUserPagesFast(m.other, m.k, m.mm(0), 4, 1, FOLL_WRITE | FOLL_LONGTERM);
    expect(paths(result)).toBe(path);
    expect(m.check(result.pins)).toEqual([]);
    expect(paths(pinUserPagesFast(m.other, m.k, m.mm(0), 4, 1, FOLL_WRITE))).toBe('fast');
  });

  it('anonymous pages are no file pages', () => {
    const m = world(designOf('v6.12'));
    store(m, 0, 1);
    expect(paths(pinUserPagesFast(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE | FOLL_LONGTERM))).toBe('fast');
  });
});

describe('a forced write to a private mapping that is read-only', () => {
  it.each(['v4.4', 'v4.20', 'v5.9', 'v5.19', 'v6.12'])('%s: goes to a copy, never to the file', (name) => {
    const m = machine(designOf(name));
    mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 1, flags: RO, file: 0 });
    load(m, 0);
    const { pins } = pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE | FOLL_FORCE);
    deviceWrite(m.other, pins[0]!, 9);
    expect(load(m, 0)).toBe(9);
    expect(store(m, 0, 1)).toBe(EFAULT);
    mmapRegion(m.cpu, m.k, m.mm(1), { start: 0, end: 1, flags: RO, file: 0 });
    expect(load(m, 0, 1)).toBe(0);
    expect(m.check(pins)).toEqual([]);
  });
});

describe('a slow pin for writing', () => {
  it('marks a page dirty whose entry is clean', () => {
    const m = world(designOf('v6.12'), 1);
    load(m, 4);
    expect(m.show('page0.flags')).toBe('none');
    const { pins } = pinUserPages(m.other, m.k, m.mm(0), 4, 1, FOLL_WRITE);
    expect(m.show('table0.pte[0]')).toBe('0 present write young');
    expect(m.show('page0.flags')).toBe('dirty');
    expect(m.check(pins)).toEqual([]);
  });

  it('leaves the flag alone where the entry is dirty', () => {
    const m = world(designOf('v6.12'));
    store(m, 0, 1);
    pinUserPages(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE);
    expect(m.show('page0.flags')).toBe('anon_exclusive');
  });
});

describe('giving back', () => {
  it('after munmap and exit, the last pin frees the page', () => {
    const m = world(designOf('v6.12'));
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 0, 1, FOLL_WRITE);
    exitMmap(m.cpu, m.k, m.mm(0));
    deviceWrite(m.other, pins[0]!, 3);
    expect(m.check(pins)).toEqual([]);
    unpinUserPage(m.other, m.k, pins[0]!);
    expect(m.show('page0.refcount')).toBe('0 (generation 1)');
    expect(m.check()).toEqual([]);
  });

  it('unpinning dirty marks the page, and a page that is marked is not locked', () => {
    const m = world(designOf('v6.1'), 1);
    load(m, 4);
    const { pins } = pinUserPagesFast(m.other, m.k, m.mm(0), 4, 1, 0);
    unpinUserPageDirty(m.other, m.k, pins[0]!);
    expect(m.show('page0.flags')).toBe('dirty');
    const events = m.other.events;
    const again = pinUserPagesFast(m.other, m.k, m.mm(0), 4, 1, 0).pins[0]!;
    const before = m.other.events;
    unpinUserPageDirty(m.other, m.k, again);
    expect(m.other.events - before).toBe(3);
    expect(before).toBeGreaterThan(events);
    expect(m.check()).toEqual([]);
  });
});
