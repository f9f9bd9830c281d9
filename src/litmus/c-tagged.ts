import { IntKind, wrap } from '../cpu/integer.ts';
import type { Place } from './ast.ts';
import { parseConditionalExpression } from './c-expression.ts';
import { skipAnnotations } from './c-word.ts';
import { fixedValue } from './constant.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { Record, reinterpreted } from './record.ts';
import { arithmeticType, namedType, recordOf, type ValueType, VOID } from './value-type.ts';

/* Types with a tag: structures, unions and enumerations. */

function parseTag(cursor: Cursor): string | undefined {
  cursor.next();
  skipAnnotations(cursor);
  if (cursor.token !== Token.Name) return undefined;
  const { text } = cursor;
  cursor.next();
  return text;
}

/**
 * A structure or a union, from its word on.
 * @param parseMembers reads the members of one declaration, with its semicolon
 */
export function parseRecord(
  cursor: Cursor,
  word: string,
  parseMembers: (cursor: Cursor, record: Record) => void,
): ValueType {
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

/** An enumeration, from its word on: its constants have values from here on. */
export function parseEnumeration(cursor: Cursor): ValueType {
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
