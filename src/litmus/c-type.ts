import type { CType } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';

const QUALIFIERS = new Set(['const', 'volatile', 'static', 'register', 'auto', 'extern', '__user', '__rcu']);
/** Words that are combined, as in `unsigned long int`. */
const ARITHMETIC = new Set(['int', 'long', 'short', 'char', 'unsigned', 'signed']);
const TAGGED = new Set(['struct', 'union', 'enum']);
const NAMED = new Set(
  (
    'void bool _Bool intptr_t uintptr_t size_t ssize_t ptrdiff_t u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 ' +
    'int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t float double ' +
    'atomic_t atomic64_t atomic_long_t refcount_t spinlock_t raw_spinlock_t pte_t pmd_t pud_t p4d_t pgd_t'
  ).split(' '),
);

/** Does a type start with this word? */
export const startsType = (word: string): boolean =>
  ARITHMETIC.has(word) || NAMED.has(word) || QUALIFIERS.has(word) || TAGGED.has(word);

/** Every name of a type, to suggest from. */
export const typeNames = (): string[] => [...ARITHMETIC, ...NAMED, ...TAGGED, ...QUALIFIERS];

/** The words of a type, without the stars that belong to what is declared. */
export function parseBaseType(cursor: Cursor): CType {
  const { start } = cursor;
  let base = '';
  while (cursor.token === Token.Name) {
    const word = cursor.text;
    if (QUALIFIERS.has(word)) cursor.next();
    else if (TAGGED.has(word) && base === '') {
      cursor.next();
      base = `${word} ${cursor.expectName(`the name of the ${word}`)}`;
    } else if (ARITHMETIC.has(word) && (base === '' || ARITHMETIC.has(base.slice(base.lastIndexOf(' ') + 1)))) {
      cursor.next();
      base = base === '' ? word : `${base} ${word}`;
    } else if (NAMED.has(word) && base === '') {
      cursor.next();
      base = word;
    } else break;
  }
  if (base === '') cursor.failExpecting('the name of a type, such as int or atomic_t');
  return { start, end: cursor.previousEnd, base, pointers: 0 };
}

/** The stars, and qualifiers among them, that follow a base type. */
export function parsePointers(cursor: Cursor, base: CType): CType {
  let pointers = 0;
  for (;;) {
    if (cursor.is('*')) pointers++;
    else if (!(cursor.token === Token.Name && QUALIFIERS.has(cursor.text))) break;
    cursor.next();
  }
  return pointers === 0 ? base : { start: base.start, end: cursor.previousEnd, base: base.base, pointers };
}

export const parseType = (cursor: Cursor): CType => parsePointers(cursor, parseBaseType(cursor));
