import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Layout } from '../../src/mm/memory/layout.ts';
import { SMALL_CONFIG } from '../../src/mm/memory/layout-config.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags, mappingTarget, mkMapping } from '../../src/mm/memory/mapping.ts';
import { generationOf, PAGE_FIELDS, PAGE_FLAGS, PAGE_REFCOUNT, refCountOf, refWord } from '../../src/mm/memory/page.ts';
import { mkPte, PTE_BIT_NAMES, PTE_PRESENT, PTE_SHIFT, PTE_WRITE, ptePfn } from '../../src/mm/memory/pte.ts';
import { decodeVma, encodeVma, MAX_ADDRESS, MAX_OBJECTS, VMA_FLAG_NAMES, type Vma } from '../../src/mm/memory/vma.ts';
import { DirectCpu } from '../../src/run/direct.ts';
import { ROOMY } from './machine.ts';

describe('what one word holds', () => {
  it('a page-table entry: a number and bits', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat((1 << PTE_SHIFT) - 1), (pfn, bits) => {
        const e = mkPte(pfn, bits);
        expect([ptePfn(e), e & ((1 << PTE_SHIFT) - 1)]).toEqual([pfn, bits]);
        expect(e).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(PTE_BIT_NAMES.length).toBe(PTE_SHIFT);
  });

  it('a reference count and the generation of its page', () => {
    fc.assert(
      fc.property(fc.nat(1 << 20), fc.nat((1 << 24) - 1), (generation, count) => {
        const word = refWord(generation, count);
        expect([generationOf(word), refCountOf(word)]).toEqual([generation, count]);
        expect(refCountOf(word + 1)).toBe((count + 1) % (1 << 24));
      }),
    );
  });

  it('a VMA', () => {
    const address = fc.nat(MAX_ADDRESS);
    const object = fc.nat(MAX_OBJECTS);
    const flags = fc.nat((1 << VMA_FLAG_NAMES.length) - 1);
    const vma = fc.record({ start: address, end: address, flags, file: object, pgoff: address, anonVma: object });
    fc.assert(
      fc.property(vma, fc.nat(9), (fields: Omit<Vma, 'slot'>, slot) => {
        const word = encodeVma(fields);
        expect(Number.isSafeInteger(word)).toBe(true);
        expect(decodeVma(word, slot)).toEqual({ ...fields, slot });
      }),
    );
  });

  it.each([0, MAPPING_ANON, MAPPING_KSM])('page->mapping: a handle and the bits %d', (flags) => {
    const cpu = new DirectCpu(0, Float64Array.of(0, mkMapping(77, flags)));
    const mapping = cpu.readOnce(1);
    expect(mappingFlags(mapping)).toBe(flags);
    expect(mappingTarget(cpu, mapping)).toBe(77);
  });
});

test('an address is made of what was read last', () => {
  const cpu = new DirectCpu(0, Float64Array.of(0, 5, 6));
  const five = cpu.readOnce(1);
  expect(cpu.provenance(five)).toBe(0);
  cpu.readOnce(2);
  expect(() => cpu.provenance(five)).toThrow('an address was made of 5, and the last read returned 6');
});

describe('the layout', () => {
  const layout = new Layout(ROOMY);
  const names = Array.from({ length: layout.size }, (_, index) => layout.cellName(index));

  it('gives every word a name of its own', () => {
    expect(new Set(names).size).toBe(layout.size);
    expect(names.filter((name) => /[?]|undefined/.test(name))).toEqual([]);
  });

  it.each([
    ['page2.refcount', layout.page(2) + PAGE_REFCOUNT],
    ['mm1.pmd[0]', layout.mm(1) + layout.mmPmds],
    ['table3.pte[1]', layout.table(3) + 2],
    ['file1.cache[0]', layout.file(1) + 5],
    ['file1.disk[2]', layout.disk(layout.file(1), 2)],
    ['cpu1.tlb.mm2[5]', layout.tlb(1, layout.mm(2), 5)],
    ['zone.free_pages', layout.freePages.zone],
    ['null', 0],
  ])('%s', (name, index) => {
    expect(layout.cellName(index)).toBe(name);
  });

  it('turns handles back into numbers, whatever their provenance', () => {
    const provenance = 3 * 2 ** 20;
    expect(layout.pfnOf(layout.page(7) + provenance)).toBe(7);
    expect(layout.mmNumber(layout.mm(2))).toBe(2);
    expect(layout.tableNumber(layout.table(4) + provenance)).toBe(4);
    expect(layout.fileNumber(layout.file(1) + provenance)).toBe(1);
    expect(layout.anonVmaNumber(layout.anonVma(3) + provenance)).toBe(3);
    expect(PAGE_FIELDS[PAGE_FLAGS]).toBe('flags');
  });

  it.each([
    ['a page-table entry', 'table0.pte[0]', mkPte(2, PTE_PRESENT | PTE_WRITE), '2 present write'],
    ['no entry', 'table0.pte[0]', 0, 'none'],
    ['a reference count', 'page0.refcount', refWord(3, 1025), '1025 (generation 3)'],
    ['page flags', 'page0.flags', 3, 'locked dirty'],
    ['anything else', 'page0.data', 42, '42'],
    [
      'a VMA',
      'mm0.vma[0]',
      encodeVma({ start: 1, end: 3, flags: 3, file: 2, pgoff: 4, anonVma: 1 }),
      '1-3 file1+4 read write',
    ],
  ])('shows %s', (_what, name, value, shown) => {
    expect(layout.showValue(names.indexOf(name), value)).toBe(shown);
  });

  it.each([
    [{ pages: 31 }, 'pages is 31, and must be an integer from 1 to 30'],
    [{ cpus: 0 }, 'cpus is 0, and must be an integer from 1 to 16'],
    [{ pmdsPerMm: 100, ptesPerTable: 3 }, 'pages of an address space is 300, and must be an integer from 1 to 255'],
    [{ pcp: 9 }, 'pcp is 9, and must be an integer from 0 to 2'],
  ])('refuses %o', (wrong, message) => {
    expect(() => new Layout({ ...SMALL_CONFIG, ...wrong })).toThrow(message);
  });

  it('starts with everything free, some of it on the list of each CPU', () => {
    const small = new Layout({ ...SMALL_CONFIG, pages: 5, tables: 4, pcp: 2 });
    const memory = small.initialMemory();
    const { perCpu, zone } = small.freePages;
    expect([memory[perCpu], memory[perCpu + 1], memory[perCpu + small.bootCpu], memory[zone]]).toEqual([
      0b11, 0b1100, 0, 0b10000,
    ]);
  });
});
