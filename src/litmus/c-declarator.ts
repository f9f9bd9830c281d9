import type { CType, Expression, Parameter, Place } from './ast.ts';
import { parseExpression } from './c-expression.ts';
import { checkComplete, parseConstant, parseEnumeration, parseRecord } from './c-tagged.ts';
import {
  ARITHMETIC,
  FLOATING,
  STORAGE,
  skipAnnotations,
  startsDeclaration,
  TAGGED,
  TYPEOF,
  typeWords,
} from './c-word.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { didYouMean } from './nearest.ts';
import type { Record } from './record.ts';
import { accessType, typeOf } from './type-of.ts';
import { arithmeticType, arrayOf, functionOf, namedType, pointerTo, type ValueType } from './value-type.ts';

/*
 * Declarations as C has them, for a file whose types are known (Cursor.scope). A litmus test has no declarations of its
 * own: its types are words (c-type.ts).
 */

/** What a declaration begins with. */
export interface Specifiers extends Place {
  readonly type: ValueType;
  readonly storage: string | undefined;
}

export function parseSpecifiers(cursor: Cursor): Specifiers {
  const scope = cursor.scope!;
  const { start } = cursor;
  let storage: string | undefined;
  let type: ValueType | undefined;
  const words: string[] = [];
  for (;;) {
    skipAnnotations(cursor);
    if (cursor.token !== Token.Name) break;
    const word = cursor.text;
    if (STORAGE.has(word)) {
      storage = word;
      cursor.next();
    } else if (FLOATING.has(word)) {
      cursor.failAt(
        cursor.start,
        cursor.end,
        'there are integers alone: the kernel has no floating point',
        {},
        'HF120',
      );
    } else if (word === '_Atomic') {
      cursor.failAt(
        cursor.start,
        cursor.end,
        'atomics of C11 have the memory model of C11',
        { help: 'Use atomic_t.' },
        'HF120',
      );
    } else if (ARITHMETIC.has(word) && type === undefined) {
      words.push(word);
      cursor.next();
    } else if (type !== undefined || words.length > 0) break;
    else if (TAGGED.has(word))
      type = word === 'enum' ? parseEnumeration(cursor) : parseRecord(cursor, word, parseMembers);
    else if (TYPEOF.has(word)) type = parseTypeof(cursor);
    else {
      const meaning = scope.meaningOf(word);
      if (meaning !== undefined && meaning.kind !== 'type') break;
      type = meaning?.type ?? namedType(word);
      if (type === undefined) break;
      cursor.next();
    }
  }
  if (words.length > 0) {
    type = arithmeticType(words);
    if (type === undefined) {
      cursor.failAt(start, cursor.previousEnd, `\`${words.join(' ')}\` is not a type`, {
        expected: 'a type of C, such as unsigned long',
      });
    }
  }
  if (type === undefined) {
    if (cursor.token !== Token.Name) cursor.failExpecting('a type');
    cursor.failAt(cursor.start, cursor.end, `\`${cursor.text}\` is not a type`, {
      expected: 'a type, such as int, struct page or atomic_t',
      ...didYouMean(cursor.text, typeWords(scope)),
    });
  }
  return { start, end: cursor.previousEnd, type, storage };
}

function parseTypeof(cursor: Cursor): ValueType {
  const scope = cursor.scope!;
  cursor.next();
  cursor.expect('(', 'after `typeof`');
  const type =
    cursor.token === Token.Name && startsDeclaration(scope, cursor.text)
      ? parseTypeName(cursor).value!
      : typeOfOperand(cursor, parseExpression(cursor));
  cursor.expect(')', 'after what `typeof` is asked of');
  return type;
}

/** The type of an expression that is not evaluated: an array is one. */
export function typeOfOperand(cursor: Cursor, e: Expression): ValueType {
  const { typing } = cursor.scope!;
  return accessType(typing, e) ?? typeOf(typing, e);
}

/** A type without a name: of a cast, or of sizeof. */
export function parseTypeName(cursor: Cursor): CType {
  const { start, type: base } = parseSpecifiers(cursor);
  const declarator = parseDeclarator(cursor, base);
  if (declarator.name !== undefined) {
    cursor.failAt(declarator.start, declarator.end, `unexpected \`${declarator.name}\``, {
      expected: 'a type without a name',
    });
  }
  return cTypeOf(declarator.type, { start, end: cursor.previousEnd });
}

export const cTypeOf = (type: ValueType, { start, end }: Place): CType => ({
  start,
  end,
  base: type.name,
  pointers: 0,
  value: type,
});

function parseMembers(cursor: Cursor, record: Record): void {
  const { start } = cursor;
  const { type: base, end } = parseSpecifiers(cursor);
  if (cursor.is(';') && base.record !== undefined) {
    checkComplete(cursor, base, { start, end });
    record.add(undefined, base, { start, end });
  } else {
    do {
      const declarator = parseDeclarator(cursor, base);
      const { name, type } = declarator;
      if (cursor.is(':')) {
        cursor.failAt(
          cursor.start,
          cursor.end,
          'bit-fields are not supported',
          {
            help: 'Use an integer and masks: all the bits of a word are one access.',
          },
          'HF120',
        );
      }
      if (name === undefined) cursor.failExpecting('the name of a member');
      if (record.field(name) !== undefined) {
        cursor.failAt(declarator.start, declarator.end, `${record.name} has two members ${name}`, {}, 'HF105');
      }
      checkComplete(cursor, type, declarator);
      skipAnnotations(cursor);
      record.add(name, type, { start: declarator.start, end: declarator.end });
    } while (cursor.accept(','));
  }
  cursor.expect(';', 'after a member');
}

// --- declarators -----------------------------------------------------------------------------------------------------

export interface Declarator extends Place {
  /** Undefined where none is written. */
  readonly name: string | undefined;
  readonly type: ValueType;
  /** Of a function, as they are written. */
  readonly parameters: readonly Parameter[] | undefined;
}

/** Makes the type of what is declared from that which stands before the declarator. */
type Wrap = (type: ValueType) => ValueType;
type Part = Omit<Declarator, 'type'> & { readonly wrap: Wrap };

export function parseDeclarator(cursor: Cursor, base: ValueType): Declarator {
  const { wrap: make, ...rest } = parsePart(cursor);
  return { ...rest, type: make(base) };
}

function parsePart(cursor: Cursor): Part {
  skipAnnotations(cursor);
  if (cursor.is('*')) {
    cursor.enter();
    cursor.next();
    const inner = parsePart(cursor);
    cursor.leave();
    return { ...inner, wrap: (type) => inner.wrap(pointerTo(type)) };
  }
  return parseSuffixes(cursor, parseInner(cursor));
}

function parseInner(cursor: Cursor): Part {
  const { start, end } = cursor;
  const wrapNothing: Wrap = (type) => type;
  if (cursor.token === Token.Name) {
    const name = cursor.text;
    cursor.next();
    return { name, start, end, parameters: undefined, wrap: wrapNothing };
  }
  if (cursor.is('(') && isNested(cursor)) {
    cursor.enter();
    cursor.next();
    const inner = parsePart(cursor);
    cursor.expect(')', 'after the declarator');
    cursor.leave();
    return inner;
  }
  return { name: undefined, start, end, parameters: undefined, wrap: wrapNothing };
}

/** Does a parenthesis hold a declarator, rather than parameters? */
function isNested(cursor: Cursor): boolean {
  const word = /^\s*(\*|\(|\w+)/.exec(cursor.source.text.slice(cursor.end, cursor.end + 200))?.[1];
  if (word === undefined) return false;
  return word === '*' || word === '(' || !startsDeclaration(cursor.scope!, word);
}

function parseSuffixes(cursor: Cursor, inner: Part): Part {
  if (cursor.is('[')) {
    cursor.next();
    skipAnnotations(cursor);
    const { start, end } = cursor;
    const count = cursor.is(']') ? 0 : parseConstant(cursor, 'the number of elements, a constant');
    cursor.expect(']', 'after the number of elements');
    if (count < 0 || count > MAX_ELEMENTS) {
      cursor.failAt(start, end, `an array of ${count} elements`, { expected: `at most ${MAX_ELEMENTS}` }, 'HF103');
    }
    const rest = parseSuffixes(cursor, { ...inner, wrap: (type) => type });
    return { ...inner, wrap: (type) => inner.wrap(arrayOf(rest.wrap(type), count)) };
  }
  if (cursor.is('(')) {
    const { parameters, isOpen } = parseParameters(cursor);
    const rest = parseSuffixes(cursor, { ...inner, wrap: (type) => type });
    const types = parameters.map(({ type }) => type.value!);
    return {
      ...inner,
      parameters: inner.parameters ?? parameters,
      wrap: (type) => inner.wrap(functionOf({ parameters: types, returns: rest.wrap(type), isOpen })),
    };
  }
  skipAnnotations(cursor);
  return inner;
}

const MAX_ELEMENTS = 4096;

function parseParameters(cursor: Cursor): { parameters: Parameter[]; isOpen: boolean } {
  cursor.enter();
  cursor.next();
  const parameters: Parameter[] = [];
  let isOpen = false;
  const isVoid = cursor.is('void') && /^\s*\)/.test(cursor.source.text.slice(cursor.end, cursor.end + 80));
  if (isVoid) cursor.next();
  else if (cursor.is(')')) isOpen = true;
  else {
    do {
      if (cursor.accept('...')) {
        isOpen = true;
        break;
      }
      const { start, type: base } = parseSpecifiers(cursor);
      const { name = '', type } = parseDeclarator(cursor, base);
      const place = { start, end: cursor.previousEnd };
      parameters.push({ ...place, name, type: cTypeOf(asParameter(type), place) });
    } while (cursor.accept(','));
  }
  cursor.expect(')', 'after the parameters');
  cursor.leave();
  return { parameters, isOpen };
}

/** An array is passed by its address, and so is a function. */
function asParameter(type: ValueType): ValueType {
  if (type.array !== undefined) return pointerTo(type.array.element);
  return type.signature === undefined ? type : pointerTo(type);
}
