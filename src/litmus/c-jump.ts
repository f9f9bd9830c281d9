import type { Name, Statement } from './ast.ts';
import { parseExpression } from './c-expression.ts';
import type { CScope } from './c-scope.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { typeOf } from './type-of.ts';
import { VOID } from './value-type.ts';

/** Is the word at the cursor a label? */
export const startsLabel = (cursor: Cursor): boolean =>
  cursor.token === Token.Name &&
  !LABELS_OF_SWITCH.has(cursor.text) &&
  /^\s*:/.test(cursor.source.text.slice(cursor.end, cursor.end + 80));

const LABELS_OF_SWITCH: ReadonlySet<string> = new Set(['case', 'default']);

/** The label at the cursor, with its colon. */
export function parseLabel(cursor: Cursor): Name {
  const { start, end, text: name } = cursor;
  cursor.next();
  cursor.next();
  return { kind: 'name', start, end, name };
}

/** A `goto` with its label. */
export function parseGoto(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.next();
  const label: Name = {
    kind: 'name',
    start: cursor.start,
    end: cursor.end,
    name: cursor.expectName('a label after `goto`'),
  };
  cursor.expect(';', 'after the label');
  return { kind: 'goto', start, end: cursor.previousEnd, label };
}

/**
 * What follows the word `return` in a file of C. A value becomes a statement of its own, before the return.
 * @param start where the word begins
 */
export function parseReturn(cursor: Cursor, start: number, scope: CScope): Statement {
  const isVoid = scope.returns === VOID;
  const { start: at } = cursor;
  const value = cursor.is(';') ? undefined : parseExpression(cursor);
  if (isVoid && value !== undefined && typeOf(scope.typing, value) !== VOID) {
    cursor.failAt(at, cursor.previousEnd, 'this function returns nothing', { expected: '`;` after return' }, 'HF105');
  }
  if (!isVoid && value === undefined) {
    cursor.failAt(
      start,
      cursor.previousEnd,
      'this function returns a value',
      { expected: `a value of type ${scope.returns!.name}` },
      'HF105',
    );
  }
  cursor.expect(';', 'after return');
  if (!isVoid || value === undefined) return { kind: 'return', start, end: cursor.previousEnd, value };
  const first: Statement = { kind: 'expression', start: value.start, end: value.end, expression: value };
  return {
    kind: 'block',
    start,
    end: cursor.previousEnd,
    body: [first, { kind: 'return', start, end: cursor.previousEnd, value: undefined }],
  };
}
