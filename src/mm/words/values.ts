/** Words of memory, and what they hold, as people who know the kernel say it. */

import type { Release } from '../design/release.ts';
import type { Layout } from '../memory/layout.ts';
import { MAPPING_ANON, MAPPING_KSM, mappingFlags } from '../memory/mapping.ts';
import { generationOf, refCountOf } from '../memory/page.ts';
import {
  isMarker,
  isMigrationEntry,
  isSwapEntry,
  PMD_HUGE,
  PTE_DEVMAP,
  PTE_DIRTY,
  PTE_EXCLUSIVE,
  PTE_NONE,
  PTE_PRESENT,
  PTE_PROTNONE,
  PTE_SPECIAL,
  PTE_UFFD_WP,
  PTE_WRITE,
  PTE_YOUNG,
  ptePfn,
} from '../memory/pte.ts';
import type { Roles } from './roles.ts';
import { type Names, nameIn } from './words.ts';

/** A word: the object that has it, what the word is called there, and as which kind of word the tables know it. */
export interface WordName {
  /** `the page`, `parent`; empty of what there is once. */
  readonly owner: string;
  readonly field: string;
  readonly kind: string;
}

/** What a field is called, where src/mm calls it otherwise. */
const FIELD_NAMES: Readonly<Record<string, Names>> = {
  has_pinned: [
    ['v4.4', 'has_pinned'],
    ['v5.14', 'MMF_HAS_PINNED'],
  ],
  mmap_lock: [
    ['v4.4', 'mmap_sem'],
    ['v5.8', 'mmap_lock'],
  ],
  pincount: 'pincount',
  lock: 'ptl',
};

export class ValueWords {
  constructor(
    private readonly layout: Layout,
    private readonly initial: ArrayLike<number>,
    private readonly roles: Roles,
    private readonly release: Release,
  ) {}

  /** What a word is: `cellName()` says of it which object it is of, and which field. */
  nameOf(cell: number): WordName {
    const name = this.layout.cellName(cell);
    const [, object = '', number = '', rest = ''] = /^([a-z_]+?)(\d*)\.(.*)$/.exec(name) ?? [];
    if (rest === '') return { owner: '', field: name, kind: name.replace(/\[\d+\]/, '') };
    const kind = rest.replace(/\[\d+\]/, '').replace(/^.*\./, '');
    const field = nameIn(FIELD_NAMES[kind], this.release) ?? rest;
    switch (object) {
      case 'page':
        return { owner: this.roles.page(Number(number)), field, kind };
      case 'mm': {
        const owner = this.roles.mm(Number(number));
        if (rest.startsWith('mirror.')) return { owner: `the device of ${owner}`, field: rest.slice(7), kind };
        if (rest.startsWith('pmd[')) return { owner, field: nth('pmd', rest), kind };
        return { owner, field, kind };
      }
      case 'table': {
        const owner = this.roles.table(Number(number));
        if (rest.startsWith('pte[')) return { owner, field: nth('pte', rest), kind };
        return { owner, field: rest === 'lock' ? 'ptl' : field, kind: rest === 'lock' ? 'ptl' : kind };
      }
      case 'cpu':
        if (rest.startsWith('tlb.')) return { owner: `CPU ${number}`, field: 'TLB', kind: 'tlb' };
        return { owner: `CPU ${number}`, field, kind };
      case 'file':
        return { owner: this.layout.config.files.length === 1 ? 'the file' : `file ${number}`, field, kind };
      default:
        return { owner: `${object}${number}`, field, kind };
    }
  }

  /** What a word holds: `the page, writable, dirty`, `1025`. */
  valueOf(cell: number, value: number): string {
    const { kind } = this.nameOf(cell);
    switch (kind) {
      case 'pte':
      case 'tlb':
        return this.entry(value);
      case 'pmd':
        return value === PTE_NONE || (value & PMD_HUGE) !== 0 || (value & PTE_PRESENT) === 0
          ? this.entry(value)
          : `page table of ${this.roles.table(ptePfn(value))}`;
      case 'refcount':
        return this.count(cell, value);
      case 'mapping':
        return this.mapping(value);
      case 'head':
      case 'cache':
        return value === 0 ? 'none' : this.roles.page(value - 1);
      case 'ptl':
      case 'page_table_lock':
      case 'lock':
        return value === 0 ? 'free' : 'held';
      default:
        return this.layout.showValue(cell, value);
    }
  }

  page(pfn: number): string {
    return this.roles.page(pfn);
  }

  private entry(e: number): string {
    if (e === PTE_NONE) return 'none';
    if (isSwapEntry(e)) return listed(`swap entry ${ptePfn(e)}`, [[e & PTE_EXCLUSIVE, 'exclusive']]);
    const page = this.roles.page(ptePfn(e));
    if (isMarker(e)) return `marker of ${page}`;
    if (isMigrationEntry(e)) {
      return listed(`migration entry of ${page}`, [
        [e & PTE_WRITE, 'writable'],
        [e & PTE_EXCLUSIVE, 'exclusive'],
      ]);
    }
    return listed(page, [
      [e & PMD_HUGE, 'huge'],
      [(e & PTE_PRESENT) === 0 ? 1 : 0, 'not present'],
      [1, (e & PTE_WRITE) === 0 ? 'read-only' : 'writable'],
      [e & PTE_DIRTY, 'dirty'],
      [(e & PTE_YOUNG) === 0 ? 1 : 0, 'old'],
      [e & PTE_PROTNONE, 'protnone'],
      [e & PTE_SPECIAL, 'special'],
      [e & PTE_DEVMAP, 'devmap'],
      [e & PTE_UFFD_WP, 'uffd-wp'],
    ]);
  }

  /** The count; a life of the page that is not the one before the race, nor the first of a page that was free, is told. */
  private count(cell: number, value: number): string {
    const before = this.initial[cell]!;
    const lives = generationOf(value) - generationOf(before) - (refCountOf(before) === 0 ? 1 : 0);
    return lives > 0 ? `${refCountOf(value)}, freed and reused` : String(refCountOf(value));
  }

  private mapping(value: number): string {
    if (value === 0) return 'NULL';
    const flags = mappingFlags(value);
    return flags === MAPPING_ANON ? 'an anon_vma' : flags === MAPPING_KSM ? 'KSM' : 'the file';
  }
}

const listed = (first: string, rest: readonly (readonly [number, string])[]): string =>
  [first, ...rest.filter(([is]) => is !== 0).map(([, word]) => word)].join(', ');

/** `pte`, or `pte[1]` of one that is not the first. */
function nth(name: string, field: string): string {
  const index = Number(/\[(\d+)\]/.exec(field)![1]);
  return index === 0 ? name : `${name}[${index}]`;
}
