import type {
  Block,
  Declaration,
  Declarator,
  Expression,
  ExpressionStatement,
  FunctionDefinition,
  Name,
  Parameter,
  Statement,
} from './ast.ts';
import { parseExpression, parseInitialiser } from './c-expression.ts';
import { parseBaseType, parsePointers, startsType, typeNames } from './c-type.ts';
import type { Cursor } from './cursor.ts';
import { Dialect, Token } from './lexer.ts';
import { didYouMean } from './nearest.ts';

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

/** @param after the dialect of what follows the closing brace */
function parseBlock(cursor: Cursor, after: Dialect): Block {
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
      if (text === 'return' && !cursor.is(';')) {
        cursor.failExpecting(
          '`;` after return',
          'A thread returns no value: keep it in a register, as in `int r1 = ...;`.',
        );
      }
      cursor.expect(';', `after ${text}`);
      return { kind: text, start, end: cursor.previousEnd };
    case 'else':
      return cursor.failAt(start, cursor.end, '`else` without an `if` before it', {
        help: 'The statement between `if (...)` and `else` must be one statement, or a block in braces.',
      });
    case 'goto':
      return parseGoto(cursor);
    case 'switch':
    case 'case':
    case 'default':
    case 'asm':
    case 'typedef':
      return cursor.failAt(start, cursor.end, `\`${text}\` is not supported`, { help: REWRITE[text] ?? '' }, 'HF120');
    default:
      if (startsLabel(cursor)) {
        cursor.failAt(start, cursor.end, `the label ${text} stands outside of a block`, {
          help: 'Put the statement into braces, with the label before it.',
        });
      }
      return startsType(text) || startsUnknownType(cursor)
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

function checkType(cursor: Cursor): void {
  if (cursor.token === Token.Name && !startsType(cursor.text)) {
    cursor.failAt(cursor.start, cursor.end, `\`${cursor.text}\` is not a type`, {
      expected: 'a type, such as int, intptr_t, atomic_t or spinlock_t',
      ...didYouMean(cursor.text, typeNames()),
    });
  }
}

function parseDeclaration(cursor: Cursor): Declaration {
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
  cursor.next();
  cursor.expect('(', 'after `for`');
  let initial: Declaration | ExpressionStatement | undefined;
  if (!cursor.is(';')) {
    initial = startsType(cursor.text) ? parseDeclaration(cursor) : parseExpressionStatement(cursor);
  }
  cursor.expect(';', 'after the first part of `for`');
  const condition = cursor.is(';') ? undefined : parseExpression(cursor);
  cursor.expect(';', 'after the condition of `for`');
  const step = cursor.is(')') ? undefined : parseExpression(cursor);
  cursor.expect(')', 'after the parts of `for`');
  const body = parseStatement(cursor);
  return { kind: 'for', start, end: cursor.previousEnd, initial, condition, step, body };
}
