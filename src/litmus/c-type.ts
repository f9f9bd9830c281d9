import type { CType } from './ast.ts';
import { parseTypeName } from './c-declarator.ts';
import { startsDeclaration } from './c-word.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { didYouMean } from './nearest.ts';
import { arithmeticType, namedTypes } from './value-type.ts';

const QUALIFIERS = new Set(['const', 'volatile', 'static', 'register', 'auto', 'extern', '__user', '__rcu']);
/** Words that are combined, as in `unsigned long int`. */
const ARITHMETIC = new Set(['int', 'long', 'short', 'char', 'unsigned', 'signed']);
const TAGGED = new Set(['struct', 'union', 'enum']);
const NAMED = new Set(namedTypes());
const FLOATING = new Set(['float', 'double']);

/** Does a type start with this word? */
export const startsType = (word: string): boolean =>
  ARITHMETIC.has(word) || NAMED.has(word) || QUALIFIERS.has(word) || TAGGED.has(word) || FLOATING.has(word);

/** Every name of a type, to suggest from. */
const typeNames = (): string[] => [...ARITHMETIC, ...NAMED, ...TAGGED, ...QUALIFIERS];

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
    } else if (FLOATING.has(word)) {
      cursor.failAt(
        cursor.start,
        cursor.end,
        'there are integers alone: the kernel has no floating point',
        {},
        'HF120',
      );
    } else break;
  }
  if (base === '') cursor.failExpecting('the name of a type, such as int or atomic_t');
  const end = cursor.previousEnd;
  if (ARITHMETIC.has(base.split(' ', 1)[0]!) && arithmeticType(base.split(' ')) === undefined) {
    cursor.failAt(start, end, `\`${base}\` is not a type`, { expected: 'a type of C, such as unsigned long' });
  }
  return { start, end, base, pointers: 0 };
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

/** The name of a type. */
export const parseType = (cursor: Cursor): CType =>
  cursor.scope === undefined ? parsePointers(cursor, parseBaseType(cursor)) : parseTypeName(cursor);

/** Is the word at the cursor the beginning of a type? */
export const isAtType = (cursor: Cursor): boolean =>
  cursor.token === Token.Name &&
  (cursor.scope === undefined ? startsType(cursor.text) : startsDeclaration(cursor.scope, cursor.text));

/** Fails where a litmus test has another word than a type. */
export function checkType(cursor: Cursor): void {
  if (cursor.token === Token.Name && !startsType(cursor.text)) {
    cursor.failAt(cursor.start, cursor.end, `\`${cursor.text}\` is not a type`, {
      expected: 'a type, such as int, intptr_t, atomic_t or spinlock_t',
      ...didYouMean(cursor.text, typeNames()),
    });
  }
}
