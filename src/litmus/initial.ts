import { bitsOf, wrap } from '../cpu/integer.ts';
import type { Content, CType, Initial, InitialValue, Variable } from './ast.ts';
import { parsePointers, parseType, startsType } from './c-type.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { parseValue, parseVariable } from './proposition.ts';
import { valueTypeOf } from './value-type.ts';

const ZERO: InitialValue = { kind: 'number', value: 0 };

/** The initial state, from its opening brace to its closing one. */
export function parseInitialState(cursor: Cursor): Initial[] {
  const { start } = cursor;
  cursor.expect('{', 'before the initial state');
  const initials: Initial[] = [];
  while (!cursor.is('}')) {
    if (cursor.token === Token.End) {
      cursor.failAt(start, start + 1, 'the initial state has no end', { expected: '`}` before the first thread' });
    }
    if (cursor.accept(';')) continue;
    initials.push(parseInitial(cursor));
    if (!cursor.is('}')) cursor.expect(';', 'after an initial value');
  }
  cursor.next();
  return initials;
}

function parseInitial(cursor: Cursor): Initial {
  const { start } = cursor;
  const type = parseInitialType(cursor);
  const open = parseOpenArray(cursor);
  const variable = open ?? parseVariable(cursor, 'the name of a location, or a register such as 0:r1');
  const values = cursor.accept('=') ? parseValues(cursor) : [];
  const declared = open === undefined ? (variable.index ?? 1) : values.length;
  if (values.length > 1 && values.length > declared) {
    cursor.failAt(start, cursor.previousEnd, `${variable.name} has ${declared} elements and ${values.length} values`);
  }
  while (values.length < Math.min(declared, MAX_SIZE + 1)) values.push(ZERO);
  const named: Variable = { ...variable, index: undefined };
  return { start, end: cursor.previousEnd, variable: named, type, size: declared, values };
}

/** `a[]`, an array that has as many elements as values; undefined of all else. */
function parseOpenArray(cursor: Cursor): Variable | undefined {
  const { start, end, text: name, source } = cursor;
  if (cursor.token !== Token.Name || !/^\s*\[\s*\]/.test(source.text.slice(end, end + 80))) return undefined;
  for (let token = 0; token < 3; token++) cursor.next();
  return { start, end: cursor.previousEnd, thread: -1, name, index: undefined };
}

/** An array may have so many elements. */
export const MAX_SIZE = 4096;

/** The type before the name; undefined where there is none, or one of which only the name is known. */
function parseInitialType(cursor: Cursor): CType | undefined {
  const nothing: CType = { start: cursor.start, end: cursor.start, base: '', pointers: 0 };
  if (cursor.token !== Token.Name) {
    parsePointers(cursor, nothing);
    return undefined;
  }
  if (startsType(cursor.text)) return parseType(cursor);
  const after = cursor.source.text.slice(cursor.end, cursor.end + 80);
  if (/^\s+[A-Za-z_0-9]|^\s*\*/.test(after)) {
    cursor.next();
    parsePointers(cursor, nothing);
  }
  return undefined;
}

function parseValues(cursor: Cursor): (InitialValue | Content)[] {
  if (cursor.accept('{')) {
    const values: (InitialValue | Content)[] = [];
    if (!cursor.is('}')) {
      do values.push(parseScalar(cursor));
      while (cursor.accept(','));
    }
    cursor.expect('}', 'after the values of an array');
    return values;
  }
  return [parseScalar(cursor)];
}

function parseScalar(cursor: Cursor): InitialValue | Content {
  if (cursor.accept('*')) {
    const isEnclosed = cursor.accept('(');
    cursor.expect('&', 'between `*` and the name of a location');
    const of = parseVariable(cursor, 'the name of a location');
    if (isEnclosed) cursor.expect(')', 'to close the parenthesis');
    return { kind: 'content', of };
  }
  if (cursor.is('(')) {
    cursor.enter();
    cursor.next();
    const type = cursor.token === Token.Name && startsType(cursor.text) ? parseType(cursor) : undefined;
    if (type !== undefined) cursor.expect(')', 'after the type of a cast');
    const value = parseScalar(cursor);
    if (type === undefined) cursor.expect(')', 'to close the parenthesis');
    cursor.leave();
    if (type === undefined) return value;
    const { kind } = valueTypeOf(type);
    if (value.kind === 'number') return { kind: 'number', value: wrap(kind, value.value) };
    if (value.kind === 'content' && bitsOf(kind) < 64) {
      cursor.failAt(value.of.start, value.of.end, 'only a number can be cut by a cast here', {}, 'HF120');
    }
    return value;
  }
  if (cursor.token === Token.Name && /^ATOMIC(64|_LONG)?_INIT$/.test(cursor.text)) {
    cursor.next();
    cursor.expect('(', 'after ATOMIC_INIT');
    const value = parseValue(cursor);
    cursor.expect(')', 'after the value of ATOMIC_INIT');
    return value;
  }
  return parseValue(cursor);
}
