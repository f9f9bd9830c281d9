import { integerOf, isSmall, wordOf } from '../cpu/integer.ts';
import type { InitialValue, Proposition, Variable } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';

/** A thread by its name: `P0`. @returns its number; undefined of another name */
export function threadNumber(name: string): number | undefined {
  const digits = /^P([0-9]+)$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** `0:r1`, `P0:r1`, `x`, `[x]`, `a[2]`. @param what for the message */
export function parseVariable(cursor: Cursor, what: string): Variable {
  const { start } = cursor;
  if (cursor.accept('[')) {
    const name = cursor.expectName('the name of a location');
    cursor.expect(']', 'after the name of the location');
    return { start, end: cursor.previousEnd, thread: -1, name, index: undefined };
  }
  if (cursor.token === Token.Number) {
    const thread = cursor.value;
    cursor.next();
    return parseRegister(cursor, start, thread);
  }
  if (cursor.token !== Token.Name) cursor.failExpecting(what);
  const name = cursor.text;
  cursor.next();
  const thread = threadNumber(name);
  if (thread !== undefined && cursor.is(':')) return parseRegister(cursor, start, thread);
  return { start, end: cursor.previousEnd, thread: -1, name, index: parseIndex(cursor) };
}

function parseRegister(cursor: Cursor, start: number, thread: number): Variable {
  if (!isSmall(thread)) cursor.failAt(start, cursor.previousEnd, 'there is no such thread', {}, 'HF113');
  cursor.expect(':', 'between the number of a thread and the name of its register');
  const name = cursor.expectName('the name of a register');
  return { start, end: cursor.previousEnd, thread, name, index: undefined };
}

function parseIndex(cursor: Cursor): number | undefined {
  if (!cursor.is('[')) return undefined;
  cursor.next();
  const value = cursor.expectCount('a number between `[` and `]`');
  cursor.expect(']', 'after the index');
  return value;
}

/** A number, or the name of a location, which stands for its address. */
export function parseValue(cursor: Cursor): InitialValue {
  if (cursor.accept('-')) {
    if (cursor.token !== Token.Number) cursor.failExpecting('a number after `-`');
    const value = negated(cursor);
    cursor.next();
    return { kind: 'number', value };
  }
  if (cursor.token === Token.Number) {
    const { value } = cursor;
    cursor.next();
    return { kind: 'number', value };
  }
  cursor.accept('&');
  if (cursor.accept('NULL') || cursor.accept('false')) return { kind: 'number', value: 0 };
  if (cursor.accept('true')) return { kind: 'number', value: 1 };
  if (cursor.token !== Token.Name) cursor.failExpecting('a number, or the name of a location');
  return { kind: 'address', of: parseVariable(cursor, 'the name of a location') };
}

/** The number at the cursor, after a minus. */
function negated(cursor: Cursor): number {
  const integer = -integerOf(cursor.value);
  if (integer < -(2n ** 63n)) {
    const expected = 'an integer of at most 64 bits';
    cursor.failAt(cursor.start, cursor.end, `${integer} is too large`, { expected }, 'HF107');
  }
  return wordOf(integer);
}

/** A proposition; `\/` (or `||`) binds loosest, then `/\` (or `&&`), then `=>`, and `~` (or `not`) tightest. */
export function parseProposition(cursor: Cursor): Proposition {
  return parseList(cursor, 'or', () => parseList(cursor, 'and', () => parseImplication(cursor)));
}

function parseList(cursor: Cursor, kind: 'and' | 'or', parse: () => Proposition): Proposition {
  const first = parse();
  const [herd, c] = kind === 'and' ? ['/\\', '&&'] : ['\\/', '||'];
  if (!cursor.is(herd) && !cursor.is(c)) return first;
  const operands = [first];
  while (cursor.accept(herd) || cursor.accept(c)) operands.push(parse());
  return { kind, operands };
}

function parseImplication(cursor: Cursor): Proposition {
  const left = parseNegation(cursor);
  if (!cursor.is('=>')) return left;
  cursor.enter();
  cursor.next();
  const right = parseImplication(cursor);
  cursor.leave();
  return { kind: 'implies', left, right };
}

function parseNegation(cursor: Cursor): Proposition {
  if (cursor.is('~') || cursor.is('not') || cursor.is('!')) {
    cursor.enter();
    cursor.next();
    const operand = parseNegation(cursor);
    cursor.leave();
    return { kind: 'not', operand };
  }
  if (cursor.is('(')) {
    cursor.enter();
    cursor.next();
    const inner = parseProposition(cursor);
    cursor.expect(')', 'to close the parenthesis');
    cursor.leave();
    return inner;
  }
  if (cursor.accept('true')) return { kind: 'and', operands: [] };
  if (cursor.accept('false')) return { kind: 'or', operands: [] };
  return parseAtom(cursor);
}

function parseAtom(cursor: Cursor): Proposition {
  if (cursor.is('*')) cursor.next();
  const variable = parseVariable(cursor, 'a register such as 0:r1, or the name of a location');
  const negated = cursor.is('!=');
  if (!negated && !cursor.is('=') && !cursor.is('==')) {
    cursor.failExpecting(
      '`=` and a value',
      'A condition compares registers and locations with values: `0:r1=1 /\\ x=2`.',
    );
  }
  cursor.next();
  const atom = parseRight(cursor, variable);
  return negated ? { kind: 'not', operand: atom } : atom;
}

function parseRight(cursor: Cursor, variable: Variable): Proposition {
  const { start } = cursor;
  if (cursor.is('*') || cursor.is('[')) {
    cursor.accept('*');
    return { kind: 'same', left: variable, right: parseVariable(cursor, 'a register or a location') };
  }
  if (cursor.token === Token.Number) {
    const { value } = cursor;
    cursor.next();
    if (cursor.is(':')) return { kind: 'same', left: variable, right: parseRegister(cursor, start, value) };
    return { kind: 'value', variable, value: { kind: 'number', value } };
  }
  const value = parseValue(cursor);
  if (value.kind === 'address' && value.of.thread >= 0) return { kind: 'same', left: variable, right: value.of };
  return { kind: 'value', variable, value };
}
