import type {
  Block,
  Case,
  Declaration,
  Declarator,
  Expression,
  ExpressionStatement,
  FunctionDefinition,
  Name,
  Parameter,
  Statement,
} from './ast.ts';
import {
  checkComplete,
  cTypeOf,
  parseConstant,
  parseDeclarator,
  parseSpecifiers,
  skipAnnotations,
} from './c-declarator.ts';
import { parseConditionalExpression, parseExpression, parseInitialiser } from './c-expression.ts';
import type { CScope } from './c-scope.ts';
import { isAtType, parseBaseType, parsePointers, startsType, typeNames } from './c-type.ts';
import { fixedValue } from './constant.ts';
import type { Cursor } from './cursor.ts';
import { initialWords } from './initialiser.ts';
import { type LabelAt, withLabels } from './jumps.ts';
import { Dialect, Token } from './lexer.ts';
import { didYouMean } from './nearest.ts';
import { typeOf } from './type-of.ts';
import { arrayOf, isScalar, type ValueType, VOID } from './value-type.ts';

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

/** The statements in the braces at the cursor, of a file of C. */
export const parseBlockBody = (cursor: Cursor): readonly Statement[] => parseBlock(cursor, Dialect.C).body;

/** @param after the dialect of what follows the closing brace */
function parseBlock(cursor: Cursor, after: Dialect): Block {
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

/** Is the word at the cursor a label? */
const startsLabel = (cursor: Cursor): boolean =>
  cursor.token === Token.Name &&
  !LABELS_OF_SWITCH.has(cursor.text) &&
  /^\s*:/.test(cursor.source.text.slice(cursor.end, cursor.end + 80));

const LABELS_OF_SWITCH: ReadonlySet<string> = new Set(['case', 'default']);

function parseLabel(cursor: Cursor): Name {
  const { start, end, text: name } = cursor;
  cursor.next();
  cursor.next();
  return { kind: 'name', start, end, name };
}

function parseGoto(cursor: Cursor): Statement {
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

function parseReturn(cursor: Cursor, start: number, scope: CScope): Statement {
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

function checkType(cursor: Cursor): void {
  if (cursor.token === Token.Name && !startsType(cursor.text)) {
    cursor.failAt(cursor.start, cursor.end, `\`${cursor.text}\` is not a type`, {
      expected: 'a type, such as int, intptr_t, atomic_t or spinlock_t',
      ...didYouMean(cursor.text, typeNames()),
    });
  }
}

function parseDeclaration(cursor: Cursor): Declaration {
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
