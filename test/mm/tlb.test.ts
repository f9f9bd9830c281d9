import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { localIrqRestore, localIrqSave } from '../../src/mm/memory/irq.ts';
import { tlbAccessBegin, tlbAccessEnd } from '../../src/mm/memory/tlb.ts';
import { VM_READ } from '../../src/mm/memory/vma.ts';
import { runDirect } from '../../src/run/direct.ts';
import { type Machine, machine, RW } from './machine.ts';

const decided = (decisions: Record<string, string>): Design => {
  const design = designWith(designOf('v6.12'), decisions);
  if ('kind' in design) throw new Error(design.kind);
  return design;
};

function world(decisions: Record<string, string> = {}): Machine {
  const m = machine(decided(decisions));
  mmapRegion(m.cpu, m.k, m.mm(0), { start: 0, end: 2, flags: RW });
  userStore(m.cpu, m.k, m.mm(0), 0, 1);
  userLoad(m.other, m.k, m.mm(0), 0);
  return m;
}

describe('a TLB', () => {
  it('is filled by a walk, with the dirty bit only where a store set it', () => {
    const m = world();
    expect(m.show('cpu0.tlb.mm0[0]')).toBe('0 present write dirty young');
    expect(m.show('cpu0.tlb.mm0[1]')).toBe('none');
    expect(m.show('cpu1.tlb.mm0[0]')).toBe('0 present write dirty young');
  });

  it('is used instead of the page table until it is flushed', () => {
    const m = world();
    const entry = m.k.layout.table(0) + 1;
    m.memory[entry] = 0;
    expect(userLoad(m.other, m.k, m.mm(0), 0)).toBe(1);
  });

  it('does not let a store pass through an entry for reading, but walks again', () => {
    const m = world();
    dupMmap(m.cpu, m.k, m.mm(0), m.mm(1));
    expect(userLoad(m.other, m.k, m.mm(0), 0)).toBe(1);
    expect(m.show('cpu1.tlb.mm0[0]')).toBe('0 present dirty young');
    expect(userStore(m.other, m.k, m.mm(0), 0, 2)).toBe(0);
    expect([userLoad(m.other, m.k, m.mm(0), 0), userLoad(m.other, m.k, m.mm(1), 0)]).toEqual([2, 1]);
    expect(m.check()).toEqual([]);
  });
});

describe.each(['broadcast', 'ipi'])('every CPU forgets (%s)', (tlbFlush) => {
  it.each<[string, (m: Machine) => void]>([
    ['MADV_DONTNEED', (m) => madviseDontneed(m.cpu, m.k, m.mm(0), 0, 1)],
    ['munmap', (m) => munmap(m.cpu, m.k, m.mm(0), 0, 1)],
    ['mprotect', (m) => mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ)],
    ['fork', (m) => dupMmap(m.cpu, m.k, m.mm(0), m.mm(1))],
  ])('%s', (_name, act) => {
    const m = world({ tlbFlush });
    act(m);
    expect([m.show('cpu0.tlb.mm0[0]'), m.show('cpu1.tlb.mm0[0]')]).toEqual(['none', 'none']);
    expect(m.check()).toEqual([]);
  });
});

describe('who waits for whom', () => {
  it.each([
    ['ipi', 'ipi', 'irqs', 'blocked'],
    ['broadcast', 'rcu', 'irqs', 'done'],
    ['ipi', 'ipi', 'access', 'blocked'],
    ['broadcast', 'rcu', 'access', 'blocked'],
  ])('a flush by %s, tables by %s, against %s: %s', (tlbFlush, tableFree, section, kind) => {
    const m = world({ tlbFlush, tableFree });
    if (section === 'irqs') localIrqSave(m.other, m.k);
    else tlbAccessBegin(m.other, m.k);
    expect(runDirect(() => mprotect(m.cpu, m.k, m.mm(0), 0, 1, VM_READ)).kind).toBe(kind);
  });

  it.each([
    ['ipi', 'ipi', 'blocked'],
    ['broadcast', 'ipi', 'blocked'],
    ['broadcast', 'barrier', 'done'],
  ])(
    'freeing a page table with flushes by %s and tables by %s, against interrupts off: %s',
    (tlbFlush, tableFree, kind) => {
      const m = world({ tlbFlush, tableFree });
      localIrqSave(m.other, m.k);
      expect(runDirect(() => munmap(m.cpu, m.k, m.mm(0), 0, 2)).kind).toBe(kind);
    },
  );

  it('interrupts off is an RCU read-side section where RCU frees page tables', () => {
    const m = world();
    localIrqSave(m.other, m.k);
    expect(m.other.rcuNesting).toBe(1);
    localIrqRestore(m.other, m.k);
    expect(m.other.rcuNesting).toBe(0);
    tlbAccessBegin(m.other, m.k);
    tlbAccessEnd(m.other, m.k);
    expect(m.check()).toEqual([]);
  });
});
