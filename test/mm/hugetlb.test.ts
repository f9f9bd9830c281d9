import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { pinUserPagesFastOnly, unpinUserPage } from '../../src/mm/gup/pin.ts';
import { hugePmdShare, hugePmdUnshare } from '../../src/mm/huge/hugetlb.ts';
import { mmapRegion, munmap } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { VM_SHARED } from '../../src/mm/memory/vma.ts';
import { type Machine, machine, RW } from './machine.ts';
import { RecordingCpu } from './recording.ts';

/** mm 0 has stored 10 and 11 to a file; mm 1 maps it, and shares the table where it can. */
function world(design: Design): Machine {
  const m = machine(design, { hugetlb: true, files: ['hugetlb'], pagesPerFile: 2, tlb: false });
  for (const mm of [0, 1]) mmapRegion(m.cpu, m.k, m.mm(mm), { start: 0, end: 2, flags: RW | VM_SHARED, file: 0 });
  for (const address of [0, 1]) userStore(m.cpu, m.k, m.mm(0), address, 10 + address);
  return m;
}
const share = (m: Machine): boolean => hugePmdShare(m.cpu, m.k, m.mm(1), vmaLookup(m.cpu, m.k, m.mm(1), 0)!, 0);
const load = (m: Machine, mm: number, address = 0): number => userLoad(m.cpu, m.k, m.mm(mm), address);

describe.each(['none', 'ipi', 'ipi-last'])('unshareSync=%s', (unshareSync) => {
  const design = designWith(designOf('v6.12'), { unshareSync }) as Design;

  it('a table is shared, and what one stores there the other loads', () => {
    const m = world(design);
    expect(share(m)).toBe(true);
    expect([m.show('mm0.pmd[0]'), m.show('table0.shares')]).toEqual([m.show('mm1.pmd[0]'), '1']);
    userStore(m.cpu, m.k, m.mm(1), 0, 9);
    expect([load(m, 0), load(m, 1, 1)]).toEqual([9, 11]);
  });

  it('who unmaps it lets go of it, and the other keeps its entries, and then the table', () => {
    const m = world(design);
    share(m);
    munmap(m.cpu, m.k, m.mm(0), 0, 2);
    expect([m.show('mm0.pmd[0]'), m.show('table0.shares')]).toEqual(['none', '0']);
    expect(m.check()).toEqual([]);
    expect(load(m, 1, 1)).toBe(11);
    munmap(m.cpu, m.k, m.mm(1), 0, 1);
    mmapRegion(m.cpu, m.k, m.mm(1), { start: 0, end: 1, flags: RW });
    userStore(m.cpu, m.k, m.mm(1), 0, 5);
    expect([load(m, 1), load(m, 1, 1), m.check()]).toEqual([5, 11, []]);
    for (const mm of [0, 1]) exitMmap(m.cpu, m.k, m.mm(mm));
    expect(m.check()).toEqual([]);
  });

  it('there is none to share where nobody has one, and none to let go of', () => {
    const m = world(design);
    munmap(m.cpu, m.k, m.mm(0), 0, 2);
    expect([share(m), hugePmdUnshare(m.cpu, m.k, m.mm(1), 0)]).toEqual([false, false]);
    const n = world(design);
    expect(hugePmdUnshare(n.cpu, n.k, n.mm(0), 0)).toBe(false);
    expect([load(n, 0), n.check()]).toEqual([10, []]);
  });

  it('a fast walk pins through it, and the pin outlives the mapping', () => {
    const m = world(design);
    share(m);
    const pins = pinUserPagesFastOnly(m.other, m.k, m.mm(1), 1, 1, FOLL_WRITE);
    for (const mm of [1, 0]) munmap(m.cpu, m.k, m.mm(mm), 0, 2);
    expect([pins.length, m.check(pins)]).toEqual([1, []]);
    unpinUserPage(m.cpu, m.k, pins[0]!);
    expect(m.check()).toEqual([]);
  });

  it('it is unlinked, then others are waited for, then it is not shared any more', () => {
    const m = world(design);
    share(m);
    const cpu = new RecordingCpu(1, m.memory);
    hugePmdUnshare(cpu, m.k, m.mm(0), 0);
    expect(cpu.steps).toEqual(unshareSync === 'ipi' ? ['u1', 'mb', 'u2'] : ['u1', 'u2']);
  });
});
