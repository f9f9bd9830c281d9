import type { Place } from './ast.ts';
import { alignmentOf, isScalar, stride, type ValueType } from './value-type.ts';

/** A member of a structure or a union. */
export interface Field {
  /** Undefined of a structure within, whose members are those of the whole. */
  readonly name: string | undefined;
  readonly type: ValueType;
  /** In bytes from the start of the whole. */
  readonly offset: number;
  readonly place: Place;
}

/** A word of an object: one access reads or writes it. */
export interface Word {
  /** In bytes from the start of the object. */
  readonly offset: number;
  readonly type: ValueType;
  /** How it is written after the name of the object: `.list.next`, `[2].count`. */
  readonly path: string;
  /** Where it is declared; undefined where nobody says it. */
  readonly declared: Place | undefined;
}

/** A structure or a union, whose members become known when it is defined. Laid out as the ABIs of x86-64 and arm64 have it. */
export class Record {
  readonly fields: Field[] = [];
  isDefined = false;
  size = 0;
  alignment = 1;

  /** @param name as it is written: `struct page` */
  constructor(
    readonly name: string,
    readonly isUnion: boolean,
  ) {}

  add(name: string | undefined, type: ValueType, place: Place): void {
    const alignment = Math.max(1, alignmentOf(type));
    const offset = this.isUnion ? 0 : Math.ceil(this.size / alignment) * alignment;
    this.fields.push({ name, type, offset, place });
    this.size = Math.max(this.size, offset + stride(type));
    this.alignment = Math.max(this.alignment, alignment);
  }

  /** No more members. */
  define(): void {
    this.size = Math.ceil(this.size / this.alignment) * this.alignment;
    this.isDefined = true;
  }

  /** A member, also of a structure within that has no name. */
  field(name: string): Field | undefined {
    for (const field of this.fields) {
      if (field.name === name) return field;
      const inner = field.name === undefined ? field.type.record?.field(name) : undefined;
      if (inner !== undefined) return { ...inner, offset: field.offset + inner.offset };
    }
    return undefined;
  }

  /** The names of all members. */
  get names(): string[] {
    return this.fields.flatMap(({ name, type }) => (name === undefined ? (type.record?.names ?? []) : [name]));
  }
}

/** The words of an object of a type, by their offsets; the members of a union that are alike share theirs. */
export function wordsOf(type: ValueType, declared: Place | undefined, most: number): Word[] {
  const found = new Map<number, Word>();
  const visit = (of: ValueType, offset: number, path: string, place: Place | undefined): void => {
    if (found.size > most) return;
    if (of.record !== undefined) {
      for (const { name, type: member, offset: at, place: own } of of.record.fields) {
        visit(member, offset + at, name === undefined ? path : `${path}.${name}`, own);
      }
    } else if (of.array !== undefined) {
      const { element, count } = of.array;
      for (let i = 0; i < count && found.size <= most; i++) {
        visit(element, offset + i * stride(element), `${path}[${i}]`, place);
      }
    } else if (!found.has(offset)) found.set(offset, { offset, type: of, path, declared: place });
  };
  visit(type, 0, '', declared);
  return [...found.values()].sort((a, b) => a.offset - b.offset);
}

/** Two members of a union that share memory without being alike, if there are such. */
export function reinterpreted(union: Record): readonly [Field, Field] | undefined {
  const parts = union.fields.map((field) => ({ field, words: wordsOf(field.type, field.place, MOST) }));
  for (const [i, a] of parts.entries()) {
    for (const b of parts.slice(i + 1))
      if (a.words.some((x) => b.words.some((y) => areUnlike(x, y)))) return [a.field, b.field];
  }
  return undefined;
}

/** More words than any union of ours has. */
const MOST = 256;

function areUnlike(x: Word, y: Word): boolean {
  const [a, b] = [stride(x.type), stride(y.type)];
  if (x.offset >= y.offset + b || y.offset >= x.offset + a) return false;
  return x.offset !== y.offset || a !== b || !isScalar(x.type) || !isScalar(y.type);
}
