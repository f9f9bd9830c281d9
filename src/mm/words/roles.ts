/** Which object is which, for people: by what a race calls it, or by what maps it. */

import type { Layout } from '../memory/layout.ts';
import { PAGE_REFCOUNT, refCountOf } from '../memory/page.ts';
import { pmdIsTable } from '../memory/page-table.ts';
import { ptePfn } from '../memory/pte.ts';

/** What the objects of one race are called: `parent`, `the page`. */
export class Roles {
  private readonly pages = new Map<number, string>();
  private readonly mms = new Map<number, string>();
  private readonly tables = new Map<number, string>();

  /**
   * @param initial the memory before the race
   * @param world what the race's setup() made: its fields that are handles name what they are handles of
   */
  constructor(
    private readonly layout: Layout,
    private readonly initial: ArrayLike<number>,
    world: unknown,
  ) {
    for (const [name, value] of fieldsOf(world)) {
      const mm = this.handles(value, layout.config.mms, (i) => layout.mm(i));
      if (mm !== undefined && !this.mms.has(mm)) this.mms.set(mm, name);
      const page = this.handles(value, layout.config.pages, (i) => layout.page(i));
      if (page !== undefined && PAGE_NAMES.test(name)) this.pages.set(page, `the ${name}`);
    }
    for (let mm = 0; mm < layout.config.mms; mm++) this.nameTables(mm);
    const used = Array.from({ length: layout.config.pages }, (_, pfn) => pfn).filter((pfn) => this.isUsed(pfn));
    if (this.pages.size === 0 && used.length === 1) this.pages.set(used[0]!, 'the page');
  }

  private isUsed(pfn: number): boolean {
    return refCountOf(this.initial[this.layout.page(pfn) + PAGE_REFCOUNT]!) > 0;
  }

  private handles(value: number, count: number, handle: (i: number) => number): number | undefined {
    for (let i = 0; i < count; i++) if (handle(i) === value) return i;
    return undefined;
  }

  private nameTables(mm: number): void {
    const { layout, initial } = this;
    const base = layout.mm(mm) + layout.mmPmds;
    for (let i = 0; i < layout.config.pmdsPerMm; i++) {
      const pmd = initial[base + i]!;
      if (pmdIsTable(pmd) && !this.tables.has(ptePfn(pmd))) this.tables.set(ptePfn(pmd), this.mm(mm));
    }
  }

  /** `parent` */
  mm(number: number): string {
    const name = this.mms.get(number);
    return name === undefined || name === 'mm' ? (this.layout.config.mms === 1 ? 'mm' : `mm${number}`) : name;
  }

  /** `the page`, `page 3`; `new page 3` where it was free before the race. */
  page(pfn: number): string {
    const name = this.pages.get(pfn);
    if (name !== undefined) return name;
    return this.isUsed(pfn) ? `page ${pfn}` : `new page ${pfn}`;
  }

  /** Whose table it is: `parent`. */
  table(number: number): string {
    return this.tables.get(number) ?? `new table ${number}`;
  }
}

const PAGE_NAMES = /^(page|folio|kpage|held|copy)$/;

const fieldsOf = (world: unknown): [string, number][] =>
  typeof world === 'object' && world !== null
    ? Object.entries(world).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
    : [];
