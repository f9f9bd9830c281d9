import type { Block, Case, Declaration, Expression, ExpressionStatement, Statement } from './ast.ts';
import { parseDeclaration, parseStaticAssert, parseTypedef } from './c-declaration.ts';
import { parseConditionalExpression, parseExpression } from './c-expression.ts';
import { parseGoto, parseLabel, parseReturn, startsLabel } from './c-jump.ts';
import type { CScope } from './c-scope.ts';
import { isAtType } from './c-type.ts';
import { fixedValue } from './constant.ts';
import type { Cursor } from './cursor.ts';
import { type LabelAt, withLabels } from './jumps.ts';
import { Dialect, Token } from './lexer.ts';

/** The statements in the braces at the cursor, of a file of C. */
export const parseBlockBody = (cursor: Cursor): readonly Statement[] => parseBlock(cursor, Dialect.C).body;

/**
 * The statements in the braces at the cursor, as one.
 * @param after the dialect of what follows the closing brace
 */
export function parseBlock(cursor: Cursor, after: Dialect): Block {
  if (cursor.scope !== undefined) return parseScopedBlock(cursor, cursor.scope);
  const { start } = cursor;
  cursor.enter();
  cursor.next();
  let body: Statement[] = [];
  let labels = 0;
  while (!cursor.is('}')) {
    if (cursor.token === Token.End) {
      cursor.failAt(start, start + 1, 'this block has no end', { expected: '`}` before the end of the file' });
    }
    const { previousEnd } = cursor;
    if (startsLabel(cursor)) {
      const label = parseLabel(cursor);
      const first = body[0]?.start ?? label.start;
      body = [{ kind: 'labelled', start: first, end: body.length === 0 ? first : previousEnd, label, body }];
      labels++;
      cursor.enter();
    } else body.push(parseStatement(cursor));
  }
  const { end } = cursor;
  while (labels-- > 0) cursor.leave();
  cursor.leave();
  cursor.dialect = after;
  cursor.next();
  return { kind: 'block', start, end, body };
}

/** A block in a file of C, with variables of its own, and labels to which may be jumped back. */
function parseScopedBlock(cursor: Cursor, scope: CScope): Block {
  const { start } = cursor;
  cursor.enter();
  scope.enter();
  cursor.next();
  const body: Statement[] = [];
  const labels: LabelAt[] = [];
  while (!cursor.is('}')) {
    if (cursor.token === Token.End) {
      cursor.failAt(start, start + 1, 'this block has no end', { expected: '`}` before the end of the file' });
    }
    if (startsLabel(cursor)) labels.push({ label: parseLabel(cursor), at: body.length });
    else body.push(parseStatement(cursor));
  }
  scope.leave();
  cursor.leave();
  cursor.next();
  return { kind: 'block', start, end: cursor.previousEnd, body: withLabels(body, labels) };
}

function parseStatement(cursor: Cursor): Statement {
  const { start, text } = cursor;
  if (cursor.token === Token.Punctuation) {
    if (text === '{') return parseBlock(cursor, Dialect.C);
    if (text === ';') {
      cursor.next();
      return { kind: 'empty', start, end: cursor.previousEnd };
    }
    return finish(cursor, parseExpressionStatement(cursor));
  }
  if (cursor.token !== Token.Name) return finish(cursor, parseExpressionStatement(cursor));
  switch (text) {
    case 'if':
      return nested(cursor, parseIf);
    case 'while':
      return nested(cursor, parseWhile);
    case 'do':
      return nested(cursor, parseDo);
    case 'for':
      return nested(cursor, parseFor);
    case 'break':
    case 'continue':
    case 'return':
      if (isAssigned(cursor)) return finish(cursor, parseExpressionStatement(cursor));
      cursor.next();
      if (text === 'return' && cursor.scope !== undefined) return parseReturn(cursor, start, cursor.scope);
      if (text === 'return' && !cursor.is(';')) {
        cursor.failExpecting(
          '`;` after return',
          'A thread returns no value: keep it in a register, as in `int r1 = ...;`.',
        );
      }
      cursor.expect(';', `after ${text}`);
      if (text === 'return') return { kind: text, start, end: cursor.previousEnd, value: undefined };
      return { kind: text, start, end: cursor.previousEnd };
    case 'else':
      return cursor.failAt(start, cursor.end, '`else` without an `if` before it', {
        help: 'The statement between `if (...)` and `else` must be one statement, or a block in braces.',
      });
    case 'goto':
      return parseGoto(cursor);
    case 'switch':
      if (cursor.scope !== undefined) return nested(cursor, parseSwitch);
      break;
    case 'typedef':
      if (cursor.scope !== undefined) return parseTypedef(cursor);
      break;
    case '_Static_assert':
    case 'static_assert':
    case 'BUILD_BUG_ON':
      if (cursor.scope !== undefined) return parseStaticAssert(cursor);
      break;
    case 'fallthrough':
      if (cursor.scope === undefined || cursor.scope.meaningOf(text) !== undefined) break;
      cursor.next();
      cursor.expect(';', 'after `fallthrough`');
      return { kind: 'empty', start, end: cursor.previousEnd };
  }
  switch (text) {
    case 'switch':
    case 'case':
    case 'default':
    case 'asm':
    case '__asm__':
    case 'typedef':
      return cursor.failAt(start, cursor.end, `\`${text}\` is not supported`, { help: REWRITE[text] ?? '' }, 'HF120');
    default:
      if (startsLabel(cursor)) {
        cursor.failAt(start, cursor.end, `the label ${text} stands outside of a block`, {
          help: 'Put the statement into braces, with the label before it.',
        });
      }
      return isAtType(cursor) || startsUnknownType(cursor)
        ? finish(cursor, parseDeclaration(cursor))
        : finish(cursor, parseExpressionStatement(cursor));
  }
}

/** Is the word at the cursor a variable that is assigned to? herd7 takes `continue` for a name as any other. */
const isAssigned = (cursor: Cursor): boolean => /^\s*=[^=]/.test(cursor.source.text.slice(cursor.end, cursor.end + 80));

const REWRITE: Readonly<Record<string, string>> = {
  switch: 'Write it as a chain of `if` and `else`.',
  case: 'Write it as a chain of `if` and `else`.',
  default: 'Write it as a chain of `if` and `else`.',
  asm: 'Use the primitive of the kernel that stands for the instruction.',
  typedef: 'Write the type out where it is used.',
};

/** A name that stands where only a type can: before another name. */
function startsUnknownType(cursor: Cursor): boolean {
  const after = cursor.source.text.slice(cursor.end, cursor.end + 80);
  return /^(?:\s+|\s*\*+\s*)[A-Za-z_]\w*\s*[=;,[]/.test(after);
}

function parseSwitch(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.next();
  const value = parseCondition(cursor, 'switch');
  if (!cursor.is('{')) cursor.failExpecting('`{` before the cases');
  const scope = cursor.scope!;
  scope.enter();
  cursor.next();
  const cases: Case[] = [];
  const body: Statement[] = [];
  while (!cursor.is('}')) {
    const { start: at } = cursor;
    if (cursor.token === Token.End) cursor.failAt(start, start + 1, 'this switch has no end', { expected: '`}`' });
    if (cursor.accept('case')) {
      const of = parseConditionalExpression(cursor);
      if (cursor.is('...'))
        cursor.failAt(at, cursor.end, 'ranges of cases are not supported', { help: 'Write a case for each.' }, 'HF120');
      if (fixedValue(scope.typing, of) === undefined)
        cursor.failAt(of.start, of.end, 'this is no constant', { expected: 'a constant' });
      cursor.expect(':', 'after the case');
      cases.push({ value: of, at: body.length });
    } else if (cursor.is('default')) {
      cursor.next();
      cursor.expect(':', 'after `default`');
      cases.push({ value: undefined, at: body.length });
    } else if (cases.length === 0) cursor.failExpecting('`case` or `default`');
    else body.push(parseStatement(cursor));
  }
  scope.leave();
  cursor.next();
  return { kind: 'switch', start, end: cursor.previousEnd, value, cases, body };
}

function parseExpressionStatement(cursor: Cursor): ExpressionStatement {
  const { start } = cursor;
  const expression = parseExpression(cursor);
  return { kind: 'expression', start, end: cursor.previousEnd, expression };
}

function finish<S extends Declaration | ExpressionStatement>(cursor: Cursor, statement: S): S {
  cursor.expect(';', statement.kind === 'declaration' ? 'after the declaration' : 'after the statement');
  return statement;
}

function nested(cursor: Cursor, parse: (cursor: Cursor) => Statement): Statement {
  cursor.enter();
  const statement = parse(cursor);
  cursor.leave();
  return statement;
}

function parseCondition(cursor: Cursor, word: string): Expression {
  cursor.expect('(', `after \`${word}\``);
  const condition = parseExpression(cursor);
  cursor.expect(')', 'after the condition');
  return condition;
}

function parseIf(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.next();
  const condition = parseCondition(cursor, 'if');
  const then = parseStatement(cursor);
  const otherwise = cursor.accept('else') ? parseStatement(cursor) : undefined;
  return { kind: 'if', start, end: cursor.previousEnd, condition, then, otherwise };
}

function parseWhile(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.next();
  const condition = parseCondition(cursor, 'while');
  const body = parseStatement(cursor);
  return { kind: 'while', start, end: cursor.previousEnd, condition, body, bodyFirst: false };
}

function parseDo(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.next();
  const body = parseStatement(cursor);
  if (!cursor.accept('while')) cursor.failExpecting('`while` after the body of `do`');
  const condition = parseCondition(cursor, 'while');
  cursor.expect(';', 'after `do ... while (...)`');
  return { kind: 'while', start, end: cursor.previousEnd, condition, body, bodyFirst: true };
}

function parseFor(cursor: Cursor): Statement {
  const { start } = cursor;
  cursor.scope?.enter();
  cursor.next();
  cursor.expect('(', 'after `for`');
  let initial: Declaration | ExpressionStatement | undefined;
  if (!cursor.is(';')) {
    initial = isAtType(cursor) ? parseDeclaration(cursor) : parseExpressionStatement(cursor);
  }
  cursor.expect(';', 'after the first part of `for`');
  const condition = cursor.is(';') ? undefined : parseExpression(cursor);
  cursor.expect(';', 'after the condition of `for`');
  const step = cursor.is(')') ? undefined : parseExpression(cursor);
  cursor.expect(')', 'after the parts of `for`');
  const body = parseStatement(cursor);
  cursor.scope?.leave();
  return { kind: 'for', start, end: cursor.previousEnd, initial, condition, step, body };
}
