import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { PRESETS } from '../../src/mm/design/presets.ts';
import { invalidateInodePage2 } from '../../src/mm/file/truncate.ts';
import { writePage } from '../../src/mm/file/writeback.ts';
import { FOLL_WRITE } from '../../src/mm/gup/gup.ts';
import { unpinUserPageDirty } from '../../src/mm/gup/pin.ts';
import { collapseHugePage } from '../../src/mm/huge/collapse.ts';
import { splitFolio } from '../../src/mm/huge/split-folio.ts';
import { EAGAIN, EINVAL, ENOMEM } from '../../src/mm/memory/errno.ts';
import { MAPPING_KSM, mappingFlags } from '../../src/mm/memory/mapping.ts';
import { lockPage, PAGE_HEAD, PAGE_MAPPING, type Page, unlockPage } from '../../src/mm/memory/page.ts';
import { compoundHead, getPage, isLarge, putPage } from '../../src/mm/memory/page-ref.ts';
import { ptePfn, ptePresent } from '../../src/mm/memory/pte.ts';
import { ksmScanPage } from '../../src/mm/migrate/ksm.ts';
import { migratePage } from '../../src/mm/migrate/migrate.ts';
import { entryAt, pageField } from '../../src/mm/observe/inspect.ts';
import { shrinkPage } from '../../src/mm/reclaim/reclaim.ts';
import { ROOMY } from './machine.ts';
import { type Op, op, opWithLarge, SPAN, START } from './operations.ts';
import { Pair } from './pair.ts';

/** What the kernel does behind everybody's back. None of it may change what anybody reads. */
type Background =
  | { op: 'ksm'; mm: number; address: number; into: number }
  | { op: 'shrink' | 'migrate' | 'split' | 'collapse'; mm: number; address: number }
  | { op: 'write' | 'invalidate'; index: number };

const place = { mm: fc.nat(ROOMY.mms - 1), address: fc.nat(SPAN - 1) };
const index = fc.nat(ROOMY.pagesPerFile - 1);
const small: fc.Arbitrary<Background> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ op: fc.constant('ksm' as const), ...place, into: fc.nat(11) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('shrink' as const, 'migrate' as const), ...place }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('write' as const), index }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('invalidate' as const), index }) },
);
const large: fc.Arbitrary<Background> = fc.oneof(
  { weight: 3, arbitrary: small },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('split' as const, 'collapse' as const), ...place }) },
);

/** Besides what every run starts with: memory that KSM may scan, a file that is written back, and large folios. */
const MORE: readonly Op[] = [
  { op: 'madvise', mm: 0, start: 0, end: 6, advice: 'mergeable' },
  { op: 'mmap', mm: 1, start: 0, end: 3, shared: true, writable: true, file: 0 },
  { op: 'store', mm: 1, address: 0 },
  { op: 'mmap', mm: 2, start: 0, end: 6, shared: false, writable: true },
  { op: 'madvise', mm: 2, start: 0, end: 6, advice: 'mergeable' },
];
const LARGE: readonly Op[] = [
  { op: 'large', mm: 2, address: 0, pmd: true },
  { op: 'large', mm: 2, address: 2, pmd: false },
];

/** How often each came to something, so that a test that never does anything cannot pass. */
const done = new Map<string, number>();

class Machinery {
  readonly pair: Pair;

  constructor(pair: Pair) {
    this.pair = pair;
  }

  run(o: Background): void {
    if (this.act(o)) done.set(o.op, (done.get(o.op) ?? 0) + 1);
  }

  act(o: Background): boolean {
    const { cpu, k, mm, memory } = this.pair.m;
    switch (o.op) {
      case 'ksm': {
        const kpage = k.layout.page(o.into);
        const shared = mappingFlags(pageField(memory, k.layout, kpage, PAGE_MAPPING)) === MAPPING_KSM;
        const same = ptePfn(entryAt(memory, k.layout, mm(o.mm), o.address)) === o.into;
        return ksmScanPage(cpu, k, mm(o.mm), o.address, shared && !same ? kpage : 0) !== 'kept';
      }
      case 'shrink': {
        const page = this.isolate(o.mm, o.address);
        return page !== 0 && shrinkPage(cpu, k, page);
      }
      case 'migrate': {
        const page = this.isolate(o.mm, o.address);
        if (page === 0) return false;
        const status = migratePage(cpu, k, page);
        putPage(cpu, k, page);
        expect([0, EAGAIN, ENOMEM]).toContain(status);
        return status === 0;
      }
      case 'split': {
        const e = entryAt(memory, k.layout, mm(o.mm), o.address);
        const page = compoundHead(cpu, k, k.layout.page(ptePfn(e)));
        if (!ptePresent(e) || !isLarge(cpu, k, page)) return false;
        getPage(cpu, page);
        lockPage(cpu, page);
        const status = splitFolio(cpu, k, page);
        unlockPage(cpu, page);
        putPage(cpu, k, page);
        expect([0, EAGAIN]).toContain(status);
        return status === 0;
      }
      case 'write': {
        const { written, checksum, data } = writePage(cpu, k, k.layout.file(0), o.index);
        expect(data).toBe(checksum);
        return written;
      }
      case 'invalidate':
        return this.pair.held.length === 0 && invalidateInodePage2(cpu, k, k.layout.file(0), o.index) === 0;
      case 'collapse': {
        const status = collapseHugePage(cpu, k, mm(o.mm), o.address);
        expect([0, EAGAIN, EINVAL, ENOMEM]).toContain(status);
        return status === 0;
      }
    }
  }

  /** folio_isolate_lru() of the small page that an address maps: a reference on it, or 0. */
  isolate(number: number, address: number): Page {
    const { cpu, k, memory, mm } = this.pair.m;
    const e = entryAt(memory, k.layout, mm(number), address);
    const page = k.layout.page(ptePfn(e));
    if (!ptePresent(e) || isLarge(cpu, k, page) || memory[page + PAGE_HEAD] !== 0) return 0;
    getPage(cpu, page);
    return page;
  }
}

/** Whoever writes through a pin says so when giving it back; otherwise a clean page may be dropped. */
class CarefulPair extends Pair {
  override useHeld(what: 'device' | 'unpin', which: number, dirty: boolean): void {
    const writes = this.held[which] !== undefined && (this.held[which].pin.flags & FOLL_WRITE) !== 0;
    super.useHeld(what, which, dirty || writes);
  }

  override end(): void {
    for (const { pin } of this.held.splice(0)) unpinUserPageDirty(this.m.cpu, this.m.k, pin);
    super.end();
  }
}

const runs = (design: Design, hold: boolean, numRuns: number, largeFolios = false): void => {
  const step = fc.oneof(
    { weight: 3, arbitrary: largeFolios ? opWithLarge : op },
    { weight: 2, arbitrary: largeFolios ? large : small },
  );
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 100, size: 'max' }), (steps) => {
      const pair = new CarefulPair(design, hold, { largeFolios, swapSlots: 6 });
      const machinery = new Machinery(pair);
      for (const o of [...START, ...MORE, ...(largeFolios ? LARGE : [])]) pair.run(o);
      for (const o of steps) {
        if (isBackground(o)) machinery.run(o);
        else pair.run(o);
        pair.check();
      }
      pair.end();
    }),
    { numRuns, seed: 8023 },
  );
};

const BACKGROUND: ReadonlySet<string> = new Set([
  'ksm',
  'shrink',
  'migrate',
  'split',
  'write',
  'invalidate',
  'collapse',
]);
const isBackground = (o: { op: string }): o is Background => BACKGROUND.has(o.op);

const whole = PRESETS.filter(({ name }) => name !== 'early-copy-sketch');

describe('KSM, reclaim, migration and write-back change nothing that anybody reads', () => {
  it.each(whole)('$name', ({ design }) => {
    runs(design, false, 40);
  });

  it.each(whole.filter(({ design }) => design.anonExclusive === 'tracked'))('$name, with pins held', ({ design }) => {
    runs(design, true, 60);
  });

  it.each(whole.filter(({ name }) => ['v5.8', 'v5.14', 'v5.19', 'v6.12'].includes(name)))(
    '$name with large folios',
    ({ design }) => {
      runs(design, design.anonExclusive === 'tracked', 80, true);
    },
  );

  it('with interrupts for flushes and for freeing tables, nothing batched', () => {
    const design = designWith(whole.at(-1)!.design, { tlbFlush: 'ipi', tableFree: 'ipi', unmapFlush: 'now' });
    if ('kind' in design) throw new Error(design.kind);
    runs(design, true, 60, true);
  });

  it('each of them came to something', () => {
    expect([...done.keys()].sort()).toEqual([...BACKGROUND].sort());
  });
});
