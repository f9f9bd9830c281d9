import { IntKind } from '../cpu/integer.ts';
import type { Assignment, BinaryOperator, Call, Expression, Name, Text, UnaryOperator } from './ast.ts';
import { parseType, startsType } from './c-type.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';

/** How tightly a binary operator binds; 0: it is none. */
function precedence(operator: string): number {
  switch (operator) {
    case '*':
    case '/':
    case '%':
      return 10;
    case '+':
    case '-':
      return 9;
    case '<<':
    case '>>':
      return 8;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return 7;
    case '==':
    case '!=':
      return 6;
    case '&':
      return 5;
    case '^':
      return 4;
    case '|':
      return 3;
    case '&&':
      return 2;
    case '||':
      return 1;
    default:
      return 0;
  }
}

const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

/** An expression of C, commas included. */
export function parseExpression(cursor: Cursor): Expression {
  cursor.operators = 0;
  return parseComma(cursor);
}

function parseComma(cursor: Cursor): Expression {
  let left = parseAssignment(cursor);
  while (cursor.is(',')) {
    cursor.countOperator();
    cursor.next();
    const right = parseAssignment(cursor);
    left = { kind: 'comma', start: left.start, end: right.end, left, right };
  }
  return left;
}

/** An expression without a comma outside parentheses: an argument or an initialiser. */
export function parseInitialiser(cursor: Cursor): Expression {
  cursor.operators = 0;
  return parseAssignment(cursor);
}

function parseAssignment(cursor: Cursor): Expression {
  const target = parseConditional(cursor);
  if (cursor.token !== Token.Punctuation || !ASSIGNMENTS.has(cursor.text)) return target;
  if (target.kind === 'call' && target.callee.name === 'ACCESS_ONCE' && cursor.is('='))
    return parseStore(cursor, target);
  if (!isLvalue(target)) {
    cursor.failAt(target.start, target.end, 'this cannot be assigned to', {
      expected: 'a variable, or what a pointer points to',
    });
  }
  const operator = cursor.text === '=' ? undefined : (cursor.text.slice(0, -1) as BinaryOperator);
  cursor.countOperator();
  cursor.enter();
  cursor.next();
  const value = parseAssignment(cursor);
  cursor.leave();
  return { kind: 'assignment', start: target.start, end: value.end, operator, target, value } satisfies Assignment;
}

/** `ACCESS_ONCE(x) = v` is how WRITE_ONCE(x, v) was written before Linux 4.15. */
function parseStore(cursor: Cursor, { start, callee, arguments: places }: Call): Expression {
  cursor.countOperator();
  cursor.enter();
  cursor.next();
  const value = parseAssignment(cursor);
  cursor.leave();
  const name: Name = { ...callee, name: 'WRITE_ONCE' };
  return { kind: 'call', start, end: value.end, callee: name, arguments: [...places, value] };
}

function isLvalue(e: Expression): boolean {
  return e.kind === 'name' || e.kind === 'member' || e.kind === 'index' || (e.kind === 'unary' && e.operator === '*');
}

function parseConditional(cursor: Cursor): Expression {
  const condition = parseBinary(cursor, 1);
  if (!cursor.is('?')) return condition;
  cursor.countOperator();
  cursor.enter();
  cursor.next();
  const then = parseComma(cursor);
  cursor.expect(':', 'between the two values of `? :`');
  const otherwise = parseConditional(cursor);
  cursor.leave();
  return { kind: 'conditional', start: condition.start, end: otherwise.end, condition, then, otherwise };
}

function parseBinary(cursor: Cursor, minimum: number): Expression {
  let left = parseUnary(cursor);
  while (cursor.token === Token.Punctuation) {
    const operator = cursor.text;
    const binding = precedence(operator);
    if (binding < minimum || binding === 0) break;
    cursor.countOperator();
    cursor.next();
    const right = parseBinary(cursor, binding + 1);
    const { start } = left;
    const { end } = right;
    if (operator === '&&' || operator === '||') left = { kind: 'logical', start, end, operator, left, right };
    else left = { kind: 'binary', start, end, operator: operator as BinaryOperator, left, right };
  }
  return left;
}

function parseUnary(cursor: Cursor): Expression {
  if (cursor.token !== Token.Punctuation) return parsePostfix(cursor);
  const { start, text } = cursor;
  switch (text) {
    case '-':
    case '+':
    case '~':
    case '!':
    case '*':
    case '&': {
      cursor.countOperator();
      cursor.enter();
      cursor.next();
      const operand = parseUnary(cursor);
      cursor.leave();
      if (text === '&' && !isLvalue(operand)) {
        cursor.failAt(operand.start, operand.end, 'this has no address', {
          expected: 'the name of a variable after `&`',
        });
      }
      return { kind: 'unary', start, end: operand.end, operator: text as UnaryOperator, operand };
    }
    case '++':
    case '--': {
      cursor.countOperator();
      cursor.enter();
      cursor.next();
      const target = parseUnary(cursor);
      cursor.leave();
      checkUpdated(cursor, target);
      return { kind: 'update', start, end: target.end, by: text === '++' ? 1 : -1, postfix: false, target };
    }
    case '(':
      return parseParenthesis(cursor);
    default:
      return parsePostfix(cursor);
  }
}

/** A cast, or an expression in parentheses. */
function parseParenthesis(cursor: Cursor): Expression {
  const { start } = cursor;
  cursor.enter();
  cursor.next();
  if (cursor.token === Token.Name && startsType(cursor.text)) {
    const type = parseType(cursor);
    cursor.expect(')', 'after the type of a cast');
    const operand = parseUnary(cursor);
    cursor.leave();
    return { kind: 'cast', start, end: operand.end, type, operand };
  }
  if (cursor.is('{')) {
    cursor.failAt(start, cursor.end, 'statements as expressions are not supported', {}, 'HF120');
  }
  const inner = parseComma(cursor);
  cursor.expect(')', 'to close the parenthesis');
  cursor.leave();
  return parseSuffixes(cursor, inner);
}

/** Names that stand for a number; a Map, since a test may call a variable what every object has. */
const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['NULL', 0],
  ['false', 0],
  ['true', 1],
]);

function parsePostfix(cursor: Cursor): Expression {
  const { start, end } = cursor;
  if (cursor.token === Token.Number) {
    const { value, integer } = cursor;
    cursor.next();
    return parseSuffixes(cursor, { kind: 'number', start, end, value, integer });
  }
  if (cursor.token !== Token.Name) cursor.failExpecting('an expression');
  const name = cursor.text;
  cursor.next();
  const constant = CONSTANTS.get(name);
  if (constant !== undefined)
    return parseSuffixes(cursor, { kind: 'number', start, end, value: constant, integer: IntKind.S32 });
  if (name === 'sizeof') cursor.failAt(start, end, '`sizeof` is not supported', {}, 'HF120');
  const node: Name = { kind: 'name', start, end, name };
  return parseSuffixes(cursor, cursor.is('(') ? parseCall(cursor, node) : node);
}

function parseCall(cursor: Cursor, callee: Name): Expression {
  cursor.enter();
  cursor.next();
  const args: Expression[] = [];
  if (!cursor.is(')')) {
    do {
      cursor.countOperator();
      args.push(startsText(cursor) ? parseText(cursor) : parseAssignment(cursor));
    } while (cursor.accept(','));
  }
  cursor.expect(')', `after the arguments of ${callee.name}`);
  cursor.leave();
  return { kind: 'call', start: callee.start, end: cursor.previousEnd, callee, arguments: args };
}

const startsText = ({ token, text }: Cursor): boolean =>
  token === Token.Text || (token === Token.Name && text.startsWith('KERN_'));

/** Texts that follow one another are one, as are the macros between them. */
function parseText(cursor: Cursor): Text {
  const { start } = cursor;
  while (cursor.token === Token.Text || cursor.token === Token.Name) cursor.next();
  return { kind: 'text', start, end: cursor.previousEnd };
}

function parseSuffixes(cursor: Cursor, from: Expression): Expression {
  let e = from;
  while (cursor.token === Token.Punctuation) {
    const { start } = e;
    const { text } = cursor;
    if (text === '[') {
      cursor.countOperator();
      cursor.enter();
      cursor.next();
      const index = parseComma(cursor);
      cursor.expect(']', 'after the index');
      cursor.leave();
      e = { kind: 'index', start, end: cursor.previousEnd, object: e, index };
    } else if (text === '.' || text === '->') {
      cursor.countOperator();
      cursor.next();
      const field = cursor.expectName('the name of a field');
      e = { kind: 'member', start, end: cursor.previousEnd, object: e, arrow: text === '->', field };
    } else if (text === '++' || text === '--') {
      checkUpdated(cursor, e);
      cursor.countOperator();
      cursor.next();
      e = { kind: 'update', start, end: cursor.previousEnd, by: text === '++' ? 1 : -1, postfix: true, target: e };
    } else break;
  }
  return e;
}

function checkUpdated(cursor: Cursor, target: Expression): void {
  if (!isLvalue(target)) {
    cursor.failAt(target.start, target.end, 'this cannot be counted up or down', {
      expected: 'a variable, or what a pointer points to',
    });
  }
}
