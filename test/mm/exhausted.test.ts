import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../src/mm/design/presets.ts';
import { doAnonymousFolio } from '../../src/mm/fault/fault-anonymous.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { FOLL_FORCE, FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import {
  getUserPages,
  getUserPagesFast,
  pinUserPages,
  pinUserPagesFast,
  unpinUserPage,
  unpinUserPageDirty,
} from '../../src/mm/gup/pin.ts';
import { doHugePmdAnonymousPage } from '../../src/mm/huge/huge-pmd.ts';
import { madvise, madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { vmaLookup, vmas } from '../../src/mm/map/vma-list.ts';
import { ENOMEM } from '../../src/mm/memory/errno.ts';
import { VM_MAYWRITE, VM_READ, VM_SHARED } from '../../src/mm/memory/vma.ts';
import { type Machine, machine, ROOMY, RW } from './machine.ts';
import { type Op, opWithLarge, START } from './operations.ts';

/** Less memory than the operations ask for: pages, page tables, VMA slots and anon_vmas all run out. */
const POOR = { pages: 4, tables: 3, vmasPerMm: 3, anonVmas: 3, largeFolios: true, pcp: 1 };

/** Does what it can. @returns the error, or 0 */
function attempt(m: Machine, held: Pin[], o: Op): number {
  const { cpu, k } = m;
  switch (o.op) {
    case 'mmap': {
      const file = o.file === undefined ? {} : { file: o.file };
      const end = o.file === undefined ? o.end : Math.min(o.end, o.start + ROOMY.pagesPerFile);
      const shared = o.shared && o.file !== undefined ? VM_SHARED : 0;
      const flags = (o.writable ? RW : VM_READ | VM_MAYWRITE) | shared;
      return mmapRegion(cpu, k, m.mm(o.mm), { start: o.start, end, flags, ...file });
    }
    case 'munmap':
      return munmap(cpu, k, m.mm(o.mm), o.start, o.end);
    case 'dontneed':
      madviseDontneed(cpu, k, m.mm(o.mm), o.start, o.end);
      return 0;
    case 'mprotect':
      return mprotect(cpu, k, m.mm(o.mm), o.start, o.end, o.protection);
    case 'madvise':
      return madvise(cpu, k, m.mm(o.mm), o.start, o.end, o.advice);
    case 'load':
      return Math.min(0, userLoad(cpu, k, m.mm(o.mm), o.address));
    case 'store':
      return userStore(cpu, k, m.mm(o.mm), o.address, 1);
    case 'fork': {
      if (vmas(cpu, k, m.mm(o.child)).length > 0) return 0;
      const error = dupMmap(cpu, k, m.mm(o.mm), m.mm(o.child));
      if (error !== 0) exitMmap(cpu, k, m.mm(o.child));
      return error;
    }
    case 'exit':
      exitMmap(cpu, k, m.mm(o.mm));
      return 0;
    case 'large': {
      const vma = vmaLookup(cpu, k, m.mm(o.mm), o.address);
      if (vma === undefined || vma.file > 0) return 0;
      const fault = { mm: m.mm(o.mm), vma, address: o.address, flags: 0 };
      return (o.pmd ? doHugePmdAnonymousPage : doAnonymousFolio)(cpu, k, fault);
    }
    case 'gup': {
      const flags = (o.write ? FOLL_WRITE : 0) | (o.force ? FOLL_FORCE : 0);
      const call = o.pin ? (o.fast ? pinUserPagesFast : pinUserPages) : o.fast ? getUserPagesFast : getUserPages;
      const { pins, error } = call(cpu, k, m.mm(o.mm), o.address, 2, flags);
      held.push(...pins);
      return error;
    }
    case 'device':
      return 0;
    case 'unpin':
      for (const pin of held.splice(o.which, 1)) (o.dirty ? unpinUserPageDirty : unpinUserPage)(cpu, k, pin);
      return 0;
  }
}

describe('where memory is exhausted, counts stay exact, nothing leaks and no lock is held', () => {
  it.each(PRESETS.filter(({ name }) => ['v4.4', 'v5.8', 'v5.9', 'v5.14', 'v5.19', 'v6.12'].includes(name)))(
    '$name',
    ({ design }) => {
      let exhausted = 0;
      fc.assert(
        fc.property(fc.array(opWithLarge, { minLength: 30, maxLength: 80, size: 'max' }), (ops) => {
          const m = machine(design, POOR);
          const held: Pin[] = [];
          for (const o of [...START, ...ops]) {
            if (attempt(m, held, o) === ENOMEM) exhausted++;
            expect(m.check(held)).toEqual([]);
          }
          for (const pin of held) unpinUserPage(m.cpu, m.k, pin);
          for (let n = 0; n < ROOMY.mms; n++) exitMmap(m.cpu, m.k, m.mm(n));
          expect(m.check()).toEqual([]);
        }),
        { numRuns: 60, seed: 5 },
      );
      expect(exhausted).toBeGreaterThan(60);
    },
  );
});
