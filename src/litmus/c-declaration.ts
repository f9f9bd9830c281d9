import type { Declaration, Declarator, Expression, Statement } from './ast.ts';
import { cTypeOf, parseDeclarator, parseSpecifiers } from './c-declarator.ts';
import { parseInitialiser } from './c-expression.ts';
import type { CScope } from './c-scope.ts';
import { checkComplete, parseConstant } from './c-tagged.ts';
import { checkType, parseBaseType, parsePointers } from './c-type.ts';
import { skipAnnotations } from './c-word.ts';
import { fixedValue } from './constant.ts';
import type { Cursor } from './cursor.ts';
import { initialWords } from './initialiser.ts';
import { Token } from './lexer.ts';
import { typeOf } from './type-of.ts';
import { arrayOf, isScalar, type ValueType } from './value-type.ts';

/** Variables of a function, up to the semicolon: in a litmus test, or in a file of C. */
export function parseDeclaration(cursor: Cursor): Declaration {
  if (cursor.scope !== undefined) return parseVariables(cursor, cursor.scope);
  const { start } = cursor;
  checkType(cursor);
  const base = parseBaseType(cursor);
  if (cursor.is('{')) {
    cursor.failAt(
      start,
      cursor.end,
      'structures cannot be defined in a litmus test',
      {
        help: 'Use a variable for each field.',
      },
      'HF120',
    );
  }
  const declarators: Declarator[] = [];
  do {
    const at = cursor.start;
    const type = parsePointers(cursor, base);
    const name = cursor.expectName('the name of a variable');
    if (cursor.is('[')) {
      cursor.failAt(
        at,
        cursor.end,
        'arrays on the stack are not supported',
        {
          help: 'Declare the array in the initial state, as in `{ int a[2]; }`, and pass a pointer to it.',
        },
        'HF120',
      );
    }
    const initial = cursor.accept('=') ? parseInitialiser(cursor) : undefined;
    declarators.push({ start: at, end: cursor.previousEnd, name, type, initial });
  } while (cursor.accept(','));
  return { kind: 'declaration', start, end: cursor.previousEnd, declarators };
}

/** Variables of a function in a file of C. */
function parseVariables(cursor: Cursor, scope: CScope): Declaration {
  const { start } = cursor;
  const { type: base, storage } = parseSpecifiers(cursor);
  if (storage === 'static' || storage === 'extern') {
    cursor.failAt(
      start,
      cursor.previousEnd,
      `${storage} variables in a function are not supported`,
      { help: 'Declare it outside of the function.' },
      'HF120',
    );
  }
  const declarators: Declarator[] = [];
  if (cursor.is(';')) return { kind: 'declaration', start, end: cursor.previousEnd, declarators };
  do {
    const { name, type, start: at, end } = parseDeclarator(cursor, base);
    if (name === undefined) cursor.failExpecting('the name of a variable');
    if (scope.own(name) !== undefined) cursor.failAt(at, end, `${name} is declared twice`, {}, 'HF105');
    skipAnnotations(cursor);
    const isOpen = type.array?.count === 0;
    // It is known in its own initial value, unless that says how large it is.
    let unique = isOpen ? '' : scope.variable(name, type);
    const initial = withoutBraces(type, cursor.accept('=') ? parseInitialiser(cursor) : undefined);
    const whole = sizedBy(cursor, type, initial);
    if (isOpen) unique = scope.variable(name, whole);
    checkComplete(cursor, whole, { start: at, end });
    checkInitial(cursor, whole, initial);
    const place = { start: at, end: cursor.previousEnd };
    declarators.push({ ...place, name: unique, type: cTypeOf(whole, place), initial });
  } while (cursor.accept(','));
  return { kind: 'declaration', start, end: cursor.previousEnd, declarators };
}

/** `int a[] = { 1, 2 }` has as many elements as values. */
export function sizedBy(cursor: Cursor, type: ValueType, initial: Expression | undefined): ValueType {
  if (type.array?.count !== 0 || initial?.kind !== 'list') return type;
  let at = 0;
  let count = 0;
  for (const { designators } of initial.items) {
    const [first] = designators;
    if (first !== undefined && typeof first !== 'string') at = fixedValue(cursor.scope!.typing, first) ?? at;
    count = Math.max(count, ++at);
  }
  return arrayOf(type.array.element, count);
}

/** `atomic_t x = { 1 }`: the value of one word, also where it is in braces. */
export function withoutBraces(type: ValueType, initial: Expression | undefined): Expression | undefined {
  if (initial?.kind !== 'list' || !isScalar(type)) return initial;
  const [item, second] = initial.items;
  return item === undefined || second !== undefined || item.designators.length > 0 ? initial : item.value;
}

/** Fails where the values of a structure or an array do not fit. */
export function checkInitial(cursor: Cursor, type: ValueType, initial: Expression | undefined): void {
  if (initial === undefined || (isScalar(type) && initial.kind !== 'list')) return;
  if (initial.kind === 'list') {
    if (isScalar(type))
      cursor.failAt(initial.start, initial.end, `${type.name} has one value`, { expected: 'a value without braces' });
    const words = initialWords(type, initial, (e) => fixedValue(cursor.scope!.typing, e));
    if ('message' in words) cursor.failAt(words.at.start, words.at.end, words.message, {}, 'HF106');
  } else if (type.record === undefined || typeOf(cursor.scope!.typing, initial).record !== type.record) {
    cursor.failAt(
      initial.start,
      initial.end,
      `this is no value of ${type.name}`,
      { expected: 'values in braces' },
      'HF106',
    );
  }
}

/** Declares types. */
export function parseTypedef(cursor: Cursor): Statement {
  const { start } = cursor;
  const scope = cursor.scope!;
  const { type: base } = parseSpecifiers(cursor);
  do {
    const { name, type } = parseDeclarator(cursor, base);
    if (name === undefined) cursor.failExpecting('the name of the type');
    scope.declare(name, { kind: 'type', type });
  } while (cursor.accept(','));
  cursor.expect(';', 'after the type');
  return { kind: 'empty', start, end: cursor.previousEnd };
}

/** What must hold of constants; BUILD_BUG_ON() is of what must not. */
export function parseStaticAssert(cursor: Cursor): Statement {
  const { start, text } = cursor;
  cursor.next();
  cursor.expect('(', `after ${text}`);
  const value = parseConstant(cursor, 'a condition that is known before anything runs');
  if (cursor.accept(',')) while (cursor.token === Token.Text) cursor.next();
  cursor.expect(')', 'after the condition');
  if ((value !== 0) === (text === 'BUILD_BUG_ON')) {
    cursor.failAt(start, cursor.previousEnd, 'this does not hold', {}, 'HF105');
  }
  cursor.expect(';', `after ${text}()`);
  return { kind: 'empty', start, end: cursor.previousEnd };
}
