import type { FunctionDefinition, Parameter } from './ast.ts';
import { parseBlock } from './c-statement.ts';
import { checkType, parseBaseType, parsePointers } from './c-type.ts';
import type { Cursor } from './cursor.ts';
import { Dialect, Token } from './lexer.ts';

/** A function from its name on; its body is C, and the cursor leaves it in the dialect of the envelope. */
export function parseFunction(cursor: Cursor): FunctionDefinition {
  const { start } = cursor;
  const name = cursor.expectName('the name of a function');
  cursor.expect('(', 'before the parameters');
  const parameters: Parameter[] = [];
  if (cursor.is('void')) cursor.next();
  else if (!cursor.is(')')) {
    do parameters.push(parseParameter(cursor));
    while (cursor.accept(','));
  }
  cursor.expect(')', 'after the parameters');
  if (!cursor.is('{')) cursor.failExpecting(`\`{\` before the body of ${name}`);
  cursor.dialect = Dialect.C;
  const body = parseBlock(cursor, Dialect.Envelope);
  return { start, end: body.end, name, parameters, body };
}

function parseParameter(cursor: Cursor): Parameter {
  const { start } = cursor;
  checkType(cursor);
  const type = parsePointers(cursor, parseBaseType(cursor));
  const name = cursor.expectName('the name of a parameter');
  if (cursor.accept('[')) {
    if (cursor.token === Token.Number) cursor.next();
    cursor.expect(']', 'after the size of an array');
    return { start, end: cursor.previousEnd, name, type: { ...type, pointers: type.pointers + 1 } };
  }
  return { start, end: cursor.previousEnd, name, type };
}
