import type { FunctionDefinition, Proposition, Quantifier, Variable } from './ast.ts';
import { findBlocks } from './block.ts';
import { parseFunction } from './c-function.ts';
import { Cursor } from './cursor.ts';
import { parseInitialState } from './initial.ts';
import { Token } from './lexer.ts';
import type { ParseResult, Promised } from './litmus-test.ts';
import { parseProposition, parseVariable, threadNumber } from './proposition.ts';
import { resolve } from './resolve.ts';
import { LitmusError, Source } from './source.ts';

/** The longest litmus test that is read, in UTF-16 units. */
export const MAX_LENGTH = 1 << 20;
/** How many threads a test may have. */
export const MAX_THREADS = 128;

/**
 * Reads a C litmus test in the format of herd7. Never throws: what is wrong with the test comes back as diagnostics,
 * of which there is at least one where `ok` is false.
 * @param path for the diagnostics only
 */
export function parseLitmus(text: string, path: string): ParseResult {
  const source = new Source(text, path);
  if (text.length > MAX_LENGTH) {
    const size = (text.length / (1 << 20)).toFixed(1);
    return {
      ok: false,
      diagnostics: [
        source.fileError('HF103', `the file is too long: ${size} MB`, {
          expected: 'at most 1 MB',
          help: 'Litmus tests are short. Is this the right file?',
        }),
      ],
    };
  }
  try {
    return parse(withoutSurroundings(source));
  } catch (error) {
    if (error instanceof LitmusError) return { ok: false, diagnostics: [error.diagnostic] };
    throw error;
  }
}

/** A test within a mail, a patch or documentation, by itself; a text that starts with a test is left as it is. */
function withoutSurroundings(source: Source): Source {
  const { text, path } = source;
  if (/^(C[ \t\r\n]|.?$)/.test(text.slice(new Cursor(source).skipBlank(0)).slice(0, 2))) return source;
  const [block, second] = findBlocks(text);
  if (block === undefined) return source;
  if (second !== undefined) {
    const at = text.split('\n', second.line - 1).join('\n').length + 1;
    const message = `there are two tests in the file, ${block.name} (line ${block.line}) and ${second.name}`;
    const advice = { expected: 'one test', help: 'Put each into a file of its own.' };
    throw new LitmusError(source.error('HF104', at, text.length, message, advice));
  }
  return new Source(block.text, path, text);
}

function parse(source: Source): ParseResult {
  const cursor = new Cursor(source);
  const name = parseHeader(cursor);
  const initials = parseInitialState(cursor);
  const defined: FunctionDefinition[] = [];
  const functions: FunctionDefinition[] = [];
  while (cursor.token === Token.Name && startsThread(cursor)) {
    const isThread = startsFunction(cursor);
    const last = parseFunction(cursor);
    (isThread ? defined : functions).push(last);
    if (defined.length + functions.length > MAX_THREADS) {
      cursor.failAt(
        last.start,
        last.start + last.name.length,
        'the test has too many threads',
        {
          expected: `at most ${MAX_THREADS} threads`,
        },
        'HF103',
      );
    }
  }
  const threads = inOrder(cursor, defined);

  let observed: Variable[] = [];
  let filter: Proposition | undefined;
  for (;;) {
    if (cursor.is('locations')) observed = observed.concat(parseLocations(cursor));
    else if (cursor.is('filter')) {
      cursor.next();
      filter = parseProposition(cursor);
    } else break;
    cursor.accept(';');
  }
  const quantifier = parseQuantifier(cursor);
  const condition: Proposition = quantifier === undefined ? TRUE : parseProposition(cursor);
  cursor.accept(';');
  if (cursor.token !== Token.End) cursor.failExpecting('the end of the test after its condition');

  return resolve({
    name,
    path: source.path,
    source,
    initials,
    threads,
    functions,
    observed,
    filter,
    quantifier: quantifier ?? 'forall',
    condition,
    promised: promisedIn(source.text),
  });
}

const TRUE: Proposition = { kind: 'and', operands: [] };

/** `C name`, and what stands before the initial state: comments, quoted text, and lines of `Key=value`. */
function parseHeader(cursor: Cursor): string {
  const { text } = cursor.source;
  const at = cursor.skipBlank(0);
  const newline = text.indexOf('\n', at);
  const lineEnd = newline < 0 ? text.length : newline;
  const line = text.slice(at, Math.min(lineEnd, at + MAX_NAME));
  const match = /^(\S+)[ \t]*(.*)$/.exec(line.trimEnd());
  if (match === null) {
    cursor.failAt(at, at + 1, 'the file is empty', { expected: 'a litmus test, which starts with `C` and its name' });
  }
  const [, language, name] = match;
  if (language !== 'C') {
    cursor.failAt(
      at,
      at + language!.length,
      `\`${language}\` does not start a C litmus test`,
      {
        expected: '`C` and the name of the test',
        help: 'Tests in assembly languages are not supported.',
      },
      'HF104',
    );
  }
  if (name === '')
    cursor.failAt(at, at + 1, 'the test has no name', { expected: 'the name of the test after `C`' }, 'HF104');
  cursor.seek(findBrace(cursor, lineEnd));
  cursor.next();
  return name!.replace(/\s*(\(\*.*\*\)|\/\/.*)$/, '');
}

const MAX_NAME = 500;

function findBrace(cursor: Cursor, from: number): number {
  const { text } = cursor.source;
  for (let at = from; ; at++) {
    at = cursor.skipBlank(at);
    const c = text[at];
    if (c === '{') return at;
    if (c === undefined) {
      cursor.failAt(
        from,
        from + 1,
        'the test has no initial state',
        { expected: '`{ ... }`, or `{}` where all is 0' },
        'HF104',
      );
    }
    if (c === '"') {
      const close = text.indexOf('"', at + 1);
      if (close < 0) cursor.failAt(at, at + 1, 'this text has no end', { expected: '`"`' }, 'HF102');
      at = close;
    } else if (c === 'P' && /^P[0-9]+\s*\(/.test(text.slice(at, at + 20))) {
      cursor.failAt(at, at + 2, 'the initial state is missing', { expected: '`{}` before the first thread' }, 'HF104');
    }
  }
}

/** At a thread rather than at what follows the last one. */
function startsThread(cursor: Cursor): boolean {
  switch (cursor.text) {
    case 'locations':
    case 'filter':
    case 'exists':
    case 'forall':
    case 'not':
    case 'final':
      return false;
    default:
      return true;
  }
}

/** Skips what a function returns, to its name. @returns whether it is a thread; else it may be a callback */
function startsFunction(cursor: Cursor): boolean {
  let isVoid = false;
  for (; cursor.is('static') || cursor.is('void'); cursor.next()) isVoid ||= cursor.is('void');
  if (threadNumber(cursor.text) !== undefined) return true;
  const { start, source } = cursor;
  if (isVoid && cursor.token === Token.Name && /^\s*\(/.test(source.text.slice(cursor.end, cursor.end + 80)))
    return false;
  const ahead = source.text.slice(start, start + 200);
  const what = /^(struct|union|enum)\s+\w*\s*\{/.test(ahead)
    ? 'structures cannot be defined in a litmus test'
    : /^[\w\s*]+\([^;{}]*\)\s*\{/.test(ahead)
      ? 'functions other than threads are not supported'
      : undefined;
  if (what !== undefined) {
    const help = what.startsWith('s') ? 'Use a variable for each field.' : 'Write its body where it is called.';
    cursor.failAt(start, cursor.end, what, { help }, 'HF120');
  }
  cursor.failExpecting('a thread such as `P0(int *x) { ... }`, or `exists (...)`');
}

function inOrder(cursor: Cursor, functions: readonly FunctionDefinition[]): FunctionDefinition[] {
  if (functions.length === 0) cursor.failExpecting('a thread, `P0(...) { ... }`');
  const threads: FunctionDefinition[] = [];
  for (const f of functions) {
    const number = threadNumber(f.name)!;
    const at = f.start;
    const end = at + f.name.length;
    if (threads[number] !== undefined) cursor.failAt(at, end, `there are two threads ${f.name}`, {}, 'HF104');
    if (number >= functions.length) {
      cursor.failAt(
        at,
        end,
        `${f.name} is out of order`,
        {
          expected: `the threads P0 to P${functions.length - 1}`,
          help: 'Threads are numbered from 0, without gaps.',
        },
        'HF104',
      );
    }
    threads[number] = f;
  }
  return threads;
}

function parseLocations(cursor: Cursor): Variable[] {
  cursor.next();
  cursor.expect('[', 'after `locations`');
  const observed: Variable[] = [];
  while (!cursor.is(']')) {
    observed.push(parseVariable(cursor, 'a register such as 0:r1, or the name of a location'));
    while (cursor.token === Token.Name || cursor.is('*')) cursor.next();
    if (!cursor.is(']')) cursor.expect(';', 'between locations');
  }
  cursor.next();
  return observed;
}

/** Undefined where the test ends without a condition: then its states alone are of interest. */
function parseQuantifier(cursor: Cursor): Quantifier | undefined {
  if (cursor.token === Token.End) return undefined;
  if (cursor.accept('exists') || cursor.accept('final')) return 'exists';
  if (cursor.accept('forall')) return 'forall';
  if (cursor.is('~') || cursor.is('not')) {
    cursor.next();
    if (!cursor.accept('exists')) cursor.failExpecting('`exists` after the negation');
    return 'not exists';
  }
  if (cursor.is('(')) return 'exists';
  return cursor.failExpecting('`exists (...)`, `~exists (...)` or `forall (...)`');
}

const RESULT = /\bResult:[ \t]*([A-Za-z]+)([ \t]+DATARACE)?/;
const VERDICTS = new Map<string, Promised['verdict']>([
  ['never', 'Never'],
  ['sometimes', 'Sometimes'],
  ['always', 'Always'],
  ['deadlock', 'Deadlock'],
]);

function promisedIn(text: string): Promised | undefined {
  if (!text.includes('Result:')) return undefined;
  const match = RESULT.exec(text);
  const verdict = match === null ? undefined : VERDICTS.get(match[1]!.toLowerCase());
  return verdict === undefined ? undefined : { verdict, race: match![2] !== undefined };
}
