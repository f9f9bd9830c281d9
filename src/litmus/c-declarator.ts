import { IntKind, wrap } from '../cpu/integer.ts';
import type { CType, Expression, Parameter, Place } from './ast.ts';
import { parseConditionalExpression, parseExpression } from './c-expression.ts';
import type { CScope } from './c-scope.ts';
import { fixedValue } from './constant.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { didYouMean } from './nearest.ts';
import { Record, reinterpreted } from './record.ts';
import { accessType, typeOf } from './type-of.ts';
import {
  arithmeticType,
  arrayOf,
  functionOf,
  namedType,
  namedTypes,
  pointerTo,
  recordOf,
  type ValueType,
  VOID,
} from './value-type.ts';

/*
 * Declarations as C has them, for a file whose types are known (Cursor.scope). A litmus test has no declarations of its
 * own: its types are words (c-type.ts).
 */

const STORAGE = new Set(['typedef', 'extern', 'static', 'auto', 'register']);
const ARITHMETIC = new Set(['int', 'long', 'short', 'char', 'unsigned', 'signed']);
const TAGGED = new Set(['struct', 'union', 'enum']);
const TYPEOF = new Set(['typeof', '__typeof__', 'typeof_unqual', '__typeof']);
const FLOATING = new Set(['float', 'double', '_Complex']);
/** Words that say nothing about what happens here: qualifiers, hints to the compiler, and annotations for sparse. */
const SKIPPED = new Set(
  (
    'const volatile restrict inline __inline __inline__ __always_inline noinline noinline_for_stack __noreturn ' +
    '__user __rcu __percpu __iomem __force __kernel __must_check __maybe_unused __always_unused __used __init __exit ' +
    '__read_mostly __ro_after_init __cacheline_aligned ____cacheline_aligned ____cacheline_aligned_in_smp ' +
    '__cacheline_aligned_in_smp __packed __pure __attribute_const__ __cold __hot __flatten __weak __deprecated ' +
    'asmlinkage notrace __visible __randomize_layout __private __nocast __bitwise __no_kcsan __no_sanitize_address ' +
    '_Noreturn noinstr __cpuidle nokprobe_inline __sched fastcall __lockfunc'
  ).split(' '),
);
/** The same, with something in parentheses behind. */
const SKIPPED_CALLS = new Set(
  (
    '__attribute__ __attribute __acquires __releases __must_hold __acquire __release __aligned __printf __scanf __section ' +
    '__counted_by __guarded_by __alloc_size __no_sanitize __assume_aligned __nonstring _Alignas __diagnose_as'
  ).split(' '),
);

/** Every word that a type may start with, to suggest from. */
export const typeWords = (scope: CScope): string[] => [...ARITHMETIC, ...TAGGED, ...namedTypes(), ...scope.names()];

/** Does a declaration or the name of a type start with this word? */
export function startsDeclaration(scope: CScope, word: string): boolean {
  const meaning = scope.meaningOf(word);
  if (meaning !== undefined) return meaning.kind === 'type';
  return (
    ARITHMETIC.has(word) ||
    TAGGED.has(word) ||
    STORAGE.has(word) ||
    SKIPPED.has(word) ||
    SKIPPED_CALLS.has(word) ||
    TYPEOF.has(word) ||
    FLOATING.has(word) ||
    namedType(word) !== undefined ||
    word === '_Bool'
  );
}

/** Goes on behind all that says nothing about what happens. */
export function skipAnnotations(cursor: Cursor): void {
  while (cursor.token === Token.Name) {
    if (SKIPPED.has(cursor.text)) cursor.next();
    else if (SKIPPED_CALLS.has(cursor.text)) {
      cursor.next();
      skipParentheses(cursor);
    } else return;
  }
}

function skipParentheses(cursor: Cursor): void {
  if (!cursor.is('(')) return;
  const { start } = cursor;
  let depth = 0;
  do {
    if (cursor.token === Token.End) cursor.failAt(start, start + 1, 'this parenthesis has no end', { expected: '`)`' });
    if (cursor.is('(')) depth++;
    if (cursor.is(')')) depth--;
    cursor.next();
  } while (depth > 0);
}

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
    else if (TAGGED.has(word)) type = word === 'enum' ? parseEnumeration(cursor) : parseRecord(cursor, word);
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

// --- structures, unions and enumerations -----------------------------------------------------------------------------

function parseTag(cursor: Cursor): string | undefined {
  cursor.next();
  skipAnnotations(cursor);
  if (cursor.token !== Token.Name) return undefined;
  const { text } = cursor;
  cursor.next();
  return text;
}

function parseRecord(cursor: Cursor, word: string): ValueType {
  const scope = cursor.scope!;
  const { start } = cursor;
  const tag = parseTag(cursor);
  if (!cursor.is('{')) {
    if (tag === undefined) cursor.failExpecting(`the name of a ${word}, or its members in braces`);
    return namedType(`${word} ${tag}`) ?? scope.tagged(word, tag, cursor.is(';'));
  }
  const type =
    tag === undefined ? recordOf(new Record(`${word} {...}`, word === 'union')) : scope.tagged(word, tag, true);
  const record = type.record!;
  if (record.isDefined) cursor.failAt(start, cursor.previousEnd, `${record.name} is defined twice`, {}, 'HF105');
  cursor.enter();
  cursor.next();
  while (!cursor.is('}')) {
    if (cursor.accept(';')) continue;
    parseMembers(cursor, record);
  }
  cursor.leave();
  cursor.next();
  skipAnnotations(cursor);
  record.define();
  if (record.isUnion) {
    const parts = reinterpreted(record);
    if (parts !== undefined) {
      const [a, b] = parts.map(({ name }) => name ?? 'a structure without a name');
      cursor.failAt(
        parts[1].place.start,
        parts[1].place.end,
        `${a} and ${b} share memory, and are not of one size`,
        {
          help: 'The LKMM says nothing of accesses of different sizes. Make it a structure, with a member for each use.',
        },
        'HF120',
      );
    }
  }
  return type;
}

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

/** Fails for what cannot be in memory. */
export function checkComplete(cursor: Cursor, type: ValueType, { start, end }: Place): void {
  const inner = type.array?.element ?? type;
  if (inner === VOID || inner.signature !== undefined)
    cursor.failAt(start, end, `there is no variable of type ${inner.name}`, {}, 'HF105');
  if (inner.record !== undefined && !inner.record.isDefined) {
    cursor.failAt(
      start,
      end,
      `${inner.name} is not defined`,
      {
        expected: 'its members in braces, or a pointer to it',
        help: `Write what the protocol needs of it: ${inner.name} { ... };`,
      },
      'HF105',
    );
  }
}

function parseEnumeration(cursor: Cursor): ValueType {
  const scope = cursor.scope!;
  const tag = parseTag(cursor);
  const type = namedTypeOfEnum(tag);
  if (!cursor.is('{')) {
    if (tag === undefined) cursor.failExpecting('the name of an enum, or its constants in braces');
    return type;
  }
  cursor.next();
  let value = 0;
  while (!cursor.is('}')) {
    const name = cursor.expectName('the name of a constant');
    if (cursor.accept('=')) value = parseConstant(cursor, 'a constant');
    scope.declare(name, {
      kind: 'constant',
      value,
      integer: wrap(IntKind.S32, value) === value ? IntKind.S32 : IntKind.S64,
    });
    value++;
    if (!cursor.is('}')) cursor.expect(',', 'between constants');
  }
  cursor.next();
  return type;
}

const namedTypeOfEnum = (tag: string | undefined): ValueType => ({
  ...arithmeticType(['unsigned', 'int'])!,
  name: `enum ${tag ?? '{...}'}`,
});

/** An integer that the text alone decides. */
export function parseConstant(cursor: Cursor, what: string): number {
  const e = parseConditionalExpression(cursor);
  const value = fixedValue(cursor.scope!.typing, e);
  if (value === undefined) cursor.failAt(e.start, e.end, 'this is no constant', { expected: what });
  return value;
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
