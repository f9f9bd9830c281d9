import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf, PRESETS } from '../../src/mm/design/presets.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { PAGE_DATA, PAGE_MAPCOUNT, PAGE_REFCOUNT, refCountOf } from '../../src/mm/memory/page.ts';
import { checkInvariants } from '../../src/mm/observe/invariants.ts';
import { DirectCpu } from '../../src/run/direct.ts';
import { FIRST_DATA, type SmallWorld, smallWorld } from './small-world.ts';

const world = (design: Design): SmallWorld => smallWorld(design, (id, memory) => new DirectCpu(id, memory));
const cpu = ({ memory }: SmallWorld, id = 0): DirectCpu => new DirectCpu(id, memory);
const show = ({ kernel, memory }: SmallWorld, name: string): string => {
  for (let i = 1; i < kernel.layout.size; i++) {
    if (kernel.layout.cellName(i) === name) return kernel.layout.showValue(i, memory[i]!);
  }
  throw new Error(`no word is called ${name}`);
};
const pin = (w: SmallWorld, c = cpu(w, 1)) => pinUserPagesFastOnly(c, w.kernel, w.parent, w.address, 1, FOLL_WRITE);

describe('the small world', () => {
  it('maps one page writable in the parent, and nothing in the child', () => {
    const w = world(designOf('v5.9'));
    expect(show(w, 'table0.pte[0]')).toBe('none');
    const pte = ['table1.pte[0]', 'table2.pte[0]', 'table3.pte[0]'].map((name) => show(w, name));
    expect(pte.filter((e) => e !== 'none')).toEqual(['2 present write dirty young']);
    expect(show(w, 'page2.refcount')).toBe('1 (generation 1)');
    expect(w.memory[w.page + PAGE_DATA]).toBe(FIRST_DATA);
  });
});

describe.each(PRESETS)('$name', ({ design }) => {
  it('fork shares a page that nobody pinned, and write-protects it', () => {
    const w = world(design);
    expect(dupMmap(cpu(w), w.kernel, w.parent, w.child)).toBe(0);
    expect(refCountOf(w.memory[w.page + PAGE_REFCOUNT]!)).toBe(2);
    expect(w.memory[w.page + PAGE_MAPCOUNT]).toBe(2);
    expect(pin(w)).toEqual([]);
  });

  it('a fast pin counts, and unpinning takes it back', () => {
    const w = world(design);
    const pins = pin(w);
    expect(pins.map((p) => [p.address, w.kernel.layout.pfnOf(p.page), p.generation, p.path])).toEqual([
      [0, 2, 1, 'fast'],
    ]);
    expect(refCountOf(w.memory[w.page + PAGE_REFCOUNT]!)).toBe(design.pinCount === 'get' ? 2 : 1025);
    for (const p of pins) unpinUserPage(cpu(w, 1), w.kernel, p);
    expect(refCountOf(w.memory[w.page + PAGE_REFCOUNT]!)).toBe(1);
  });

  it('fork after a pin copies the page, or shares it where the design ignores pins', () => {
    const w = world(design);
    expect(pin(w)).toHaveLength(1);
    expect(dupMmap(cpu(w), w.kernel, w.parent, w.child)).toBe(0);
    const copied = design.forkPinned === 'copy';
    expect(pin(w)).toHaveLength(copied ? 1 : 0);
    expect(w.memory[w.kernel.layout.page(0) + PAGE_DATA]).toBe(copied ? FIRST_DATA : 0);
  });

  it('the race is short', () => {
    const w = world(design);
    const pinner = cpu(w, 1);
    expect(pin(w, pinner)).toHaveLength(1);
    expect(pinner.events).toBeLessThanOrEqual(18);
    const v = world(design);
    const forker = cpu(v);
    dupMmap(forker, v.kernel, v.parent, v.child);
    expect(forker.events).toBeLessThanOrEqual(40);
  });
});

describe('what fork does with a pinned page', () => {
  it.each([
    ['v5.8', { pinFlag: 'write' }, 'shares it'],
    ['v5.8', { pinFlag: 'write', forkPinned: 'copy' }, 'copies it'],
    ['v5.9', { forkPinned: 'share' }, 'shares it'],
    ['v5.9', { pinFlag: 'none' }, 'shares it'],
    ['v5.9', { pinFlag: 'none', forkReads: 'count' }, 'copies it'],
    ['v5.9', { forkReads: 'count-flag' }, 'copies it'],
    ['v5.9', { forkReads: 'flag-rmb-count' }, 'copies it'],
    ['v5.9', { forkReads: 'count-rmb-flag' }, 'copies it'],
    ['v5.9', { pinCount: 'get' }, 'shares it'],
    ['v5.9', { forkAllocation: 'under-lock' }, 'copies it'],
    ['v6.12', { forkCandidate: 'writable' }, 'copies it'],
    ['v6.12', { forkReference: 'after-check' }, 'copies it'],
    ['v6.12', { forkSeqcount: 'bare', forkSeqEnd: 'none' }, 'copies it'],
    ['v5.9-rc', { forkBarrier: 'mb' }, 'copies it'],
  ])('%s with %o: %s', (name, decisions, what) => {
    const design = designWith(designOf(name), decisions);
    if ('kind' in design) throw new Error(design.kind);
    const w = world(design);
    const pins = pin(w);
    expect(dupMmap(cpu(w), w.kernel, w.parent, w.child)).toBe(0);
    expect(w.memory[w.page + PAGE_MAPCOUNT]).toBe(what === 'shares it' ? 2 : 1);
    expect(checkInvariants(w.memory, w.kernel, pins).filter(({ id }) => id !== 'I6')).toEqual([]);
  });
});
