import { IntKind } from '../cpu/integer.ts';
import type { Assignment, BinaryOperator, Call, Expression, Item, List, Name, Text, UnaryOperator } from './ast.ts';
import { checkCalled, checkMember, checkPointer, checkPrimitive, namedIn, parseBuiltin } from './c-name.ts';
import { parseBlockBody } from './c-statement.ts';
import { isAtType, parseType } from './c-type.ts';
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
  return cursor.scope !== undefined && cursor.is('{') ? parseList(cursor) : parseAssignment(cursor);
}

/** An expression without assignments and commas: a constant. */
export function parseConditionalExpression(cursor: Cursor): Expression {
  cursor.operators = 0;
  return parseConditional(cursor);
}

/** The initial values of a structure or an array. */
function parseList(cursor: Cursor): List {
  const { start } = cursor;
  cursor.enter();
  cursor.next();
  const items: Item[] = [];
  while (!cursor.is('}')) {
    const designators: (string | Expression)[] = [];
    for (;;) {
      if (cursor.accept('.')) designators.push(cursor.expectName('the name of a member'));
      else if (cursor.accept('[')) {
        designators.push(parseConditional(cursor));
        cursor.expect(']', 'after the number of an element');
      } else break;
    }
    if (designators.length > 0) cursor.expect('=', 'before the value of a member');
    items.push({ designators, value: cursor.is('{') ? parseList(cursor) : parseAssignment(cursor) });
    if (!cursor.is('}')) cursor.expect(',', 'between values');
  }
  cursor.leave();
  cursor.next();
  return { kind: 'list', start, end: cursor.previousEnd, items };
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
      if (text === '*' && cursor.scope !== undefined) checkPointer(cursor, operand);
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
  if (isAtType(cursor)) {
    const type = parseType(cursor);
    cursor.expect(')', 'after the type of a cast');
    if (cursor.scope !== undefined && cursor.is('{')) {
      cursor.failAt(start, cursor.end, 'compound literals are not supported', { help: 'Declare a variable.' }, 'HF120');
    }
    const operand = parseUnary(cursor);
    cursor.leave();
    return { kind: 'cast', start, end: operand.end, type, operand };
  }
  if (cursor.is('{') && cursor.scope !== undefined) {
    const { operators } = cursor;
    const body = parseBlockBody(cursor);
    cursor.operators = operators;
    cursor.expect(')', 'after the statements');
    cursor.leave();
    return parseSuffixes(cursor, { kind: 'statements', start, end: cursor.previousEnd, body });
  }
  if (cursor.is('{')) {
    cursor.failAt(start, cursor.end, 'statements as expressions are not supported', {}, 'HF120');
  }
  const inner = parseComma(cursor);
  cursor.expect(')', 'to close the parenthesis');
  cursor.leave();
  return parseSuffixes(cursor, inner);
}

/** How the parts of what looks like a call and is none are read. */
const PARSERS = { value: parseAssignment, unary: parseUnary };

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
  if (cursor.token === Token.Text && cursor.scope !== undefined) return parseText(cursor);
  if (cursor.token !== Token.Name) cursor.failExpecting('an expression');
  const name = cursor.text;
  cursor.next();
  if (cursor.scope !== undefined) {
    const builtin = parseBuiltin(cursor, { kind: 'name', name, start, end }, PARSERS);
    if (builtin !== undefined) return parseSuffixes(cursor, builtin);
  }
  const constant = CONSTANTS.get(name);
  if (constant !== undefined)
    return parseSuffixes(cursor, { kind: 'number', start, end, value: constant, integer: IntKind.S32 });
  if (name === 'sizeof') cursor.failAt(start, end, '`sizeof` is not supported', {}, 'HF120');
  const node: Name = { kind: 'name', start, end, name };
  if (cursor.scope !== undefined) {
    const named = namedIn(cursor, node);
    if (named !== undefined) return parseSuffixes(cursor, named);
  }
  return parseSuffixes(cursor, cursor.is('(') ? parseCall(cursor, node) : node);
}

function parseCall(cursor: Cursor, callee: Name): Expression {
  const args = parseArguments(cursor, callee.name);
  const call: Call = { kind: 'call', start: callee.start, end: cursor.previousEnd, callee, arguments: args };
  if (cursor.scope !== undefined) checkPrimitive(cursor, call);
  return call;
}

function parseArguments(cursor: Cursor, callee: string): Expression[] {
  cursor.enter();
  cursor.next();
  const args: Expression[] = [];
  if (!cursor.is(')')) {
    do {
      cursor.countOperator();
      args.push(startsText(cursor) ? parseText(cursor) : parseAssignment(cursor));
    } while (cursor.accept(','));
  }
  cursor.expect(')', `after the arguments of ${callee}`);
  cursor.leave();
  return args;
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
    if (text === '(' && cursor.scope !== undefined) {
      const args = parseArguments(cursor, 'the function');
      e = { kind: 'invocation', start, end: cursor.previousEnd, function: e, arguments: args };
      checkCalled(cursor, e);
    } else if (text === '[') {
      cursor.countOperator();
      cursor.enter();
      cursor.next();
      const index = parseComma(cursor);
      cursor.expect(']', 'after the index');
      cursor.leave();
      e = { kind: 'index', start, end: cursor.previousEnd, object: e, index };
      if (cursor.scope !== undefined) checkPointer(cursor, e.object);
    } else if (text === '.' || text === '->') {
      cursor.countOperator();
      cursor.next();
      const field = cursor.expectName('the name of a field');
      e = { kind: 'member', start, end: cursor.previousEnd, object: e, arrow: text === '->', field };
      if (cursor.scope !== undefined) checkMember(cursor, e);
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
