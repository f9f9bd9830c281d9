import { parseConditionalExpression } from '../litmus/c-expression.ts';
import { CScope } from '../litmus/c-scope.ts';
import { fixedValue } from '../litmus/constant.ts';
import { Cursor } from '../litmus/cursor.ts';
import { Dialect, Token } from '../litmus/lexer.ts';
import { didYouMean } from '../litmus/nearest.ts';
import { type Advice, LitmusError, lineIn, Source } from '../litmus/source.ts';
import type { Code } from '../program/codes.ts';
import { joined } from './beside.ts';
import { macroFrom, preludeMacros, useOf } from './definition.ts';
import { type CFile, ExpandedSource, type Made, type Piece } from './expanded-source.ts';
import { HEADERS } from './headers/headers.ts';
import { expand, type Macro, MacroError } from './macro.ts';
import { type PpToken, tokenAt, tokensOf } from './token.ts';

export interface PreprocessOptions {
  /** Files that may be included, by their paths. */
  readonly files: Readonly<Record<string, string>>;
  /** Macros that are defined from outside. */
  readonly defines: Readonly<Record<string, string>>;
}

/** How deep files may include one another. */
const MAX_INCLUDES = 50;
/** How long the text may become. */
const MAX_TEXT = 4 << 20;

/** Does what C's preprocessor does. Throws {@link LitmusError}. */
export function preprocess(main: CFile, options: PreprocessOptions): ExpandedSource {
  const made = new Preprocessor(main, options);
  made.define(options.defines);
  made.file(main, 0);
  return made.source();
}

/** Says what is wrong with a directive. */
type Bad = (message: string, advice?: Advice) => never;

/** A conditional that is open. */
interface Conditional {
  readonly at: number;
  /** Whether what it stands in is read. */
  readonly outer: boolean;
  /** Whether some part of it has been read. */
  taken: boolean;
  isElse: boolean;
}

class Preprocessor {
  private readonly macros = new Map<string, Macro>(preludeMacros());
  private readonly pieces: Piece[] = [];
  private readonly texts: string[] = [];
  private length = 0;
  private readonly once = new Set<string>();

  constructor(
    private readonly main: CFile,
    private readonly options: PreprocessOptions,
  ) {}

  define(defines: Readonly<Record<string, string>>): void {
    for (const [name, body] of Object.entries(defines)) {
      this.macros.set(name, {
        name,
        parameters: undefined,
        rest: undefined,
        body: tokensOf(body),
        definition: undefined,
      });
    }
  }

  source(): ExpandedSource {
    return new ExpandedSource(this.texts.join(''), this.main, this.pieces);
  }

  /** Reads a file. */
  file(file: CFile, depth: number): void {
    const { text } = file;
    const open: Conditional[] = [];
    let isRead = true;
    let isLineStart = true;
    let copied = 0;
    const copy = (to: number): void => {
      if (isRead && to > copied) this.put(text.slice(copied, to), { file, from: copied, to });
      copied = to;
    };
    for (let at = 0; at < text.length; ) {
      const token = tokenAt(text, at)!;
      const end = at + token.text.length;
      if (token.text === '#' && isLineStart) {
        copy(at);
        const line = logicalLine(text, end);
        isRead = this.directive(file, at, end, line, open, isRead, depth);
        at = line.end;
        copied = at;
        continue;
      }
      if (token.sort === 'newline') isLineStart = true;
      else if (token.sort !== 'blank') isLineStart = false;
      const macro = isRead && token.sort === 'name' ? this.macroOf(token.text, file, at) : undefined;
      if (macro === undefined) {
        at = end;
        continue;
      }
      const use = useOf(text, at, macro);
      if (use === undefined) {
        at = end;
        continue;
      }
      copy(at);
      this.expansion(file, macro, at, use);
      at = use;
      copied = use;
    }
    copy(text.length);
    const left = open.at(-1);
    if (left !== undefined)
      fail(file, 'HF140', left.at, left.at + 3, 'this condition has no end', { expected: '#endif' });
    if (isRead) this.put('\n', { file, from: text.length, to: text.length });
  }

  private macroOf(name: string, file: CFile, at: number): Macro | undefined {
    if (name === '__LINE__' || name === '__FILE__') {
      const line = lineIn(file.text, at);
      const body = tokensOf(name === '__LINE__' ? String(line) : `"${file.path}"`);
      return { name, parameters: undefined, rest: undefined, body, definition: undefined };
    }
    return this.macros.get(name);
  }

  private put(made: string, piece: Omit<Piece, 'at' | 'length'>): void {
    this.pieces.push({ at: this.length, length: made.length, ...piece });
    this.texts.push(made);
    this.length += made.length;
    if (this.length > MAX_TEXT) {
      fail(this.main, 'HF103', 0, 1, 'what the macros and the headers make of this is too long', {
        expected: `at most ${MAX_TEXT >> 20} MB`,
      });
    }
  }

  /** What a macro makes of its use. */
  private expansion(file: CFile, macro: Macro, at: number, end: number): void {
    const tokens = tokensOf(file.text.slice(at, end), at);
    let made: PpToken[];
    try {
      made = expand(tokens, (name) => this.macroOf(name, file, at));
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      const { definition } = macro;
      const help =
        definition === undefined
          ? {}
          : { help: `It is defined at ${definition.file.path}:${lineIn(definition.file.text, definition.at)}.` };
      fail(file, 'HF140', at, at + macro.name.length, error.message, help);
    }
    const given: { at: number; length: number; from: number }[] = [];
    let whole = '';
    for (const token of made) {
      // Tokens are kept apart, so that none sticks to another.
      if (whole !== '') whole += ' ';
      if (token.from !== undefined) given.push({ at: whole.length, length: token.text.length, from: token.from });
      whole += token.text;
    }
    const { name, definition } = macro;
    const about: Made = { name, definition, given };
    // Two blanks, so that nothing sticks to what stands around it.
    this.put(` ${whole} `, {
      file,
      from: at,
      to: end,
      made: { ...about, given: given.map((g) => ({ ...g, at: g.at + 1 })) },
    });
  }

  /** Does what a directive says. @returns whether what follows is read */
  private directive(
    file: CFile,
    at: number,
    from: number,
    line: { text: string; end: number },
    open: Conditional[],
    isRead: boolean,
    depth: number,
  ): boolean {
    const tokens = tokensOf(line.text, from);
    const [word, ...rest] = tokens;
    const name = word?.text ?? '';
    const end = from + line.text.trimEnd().length;
    const bad: Bad = (message, advice = {}) => fail(file, 'HF140', at, end, message, advice);
    const current = open.at(-1);
    switch (name) {
      case 'if':
      case 'ifdef':
      case 'ifndef': {
        const holds =
          isRead &&
          (name === 'if' ? this.holds(file, rest, at, end) : this.isDefined(rest, bad) === (name === 'ifdef'));
        open.push({ at, outer: isRead, taken: holds, isElse: false });
        return holds;
      }
      case 'elif':
      case 'else': {
        if (current === undefined || current.isElse) return bad(`#${name} without #if`);
        if (name === 'else') current.isElse = true;
        const holds = current.outer && !current.taken && (name === 'else' || this.holds(file, rest, at, end));
        current.taken ||= holds;
        return holds;
      }
      case 'endif':
        if (current === undefined) return bad('#endif without #if');
        return open.pop()!.outer;
    }
    if (!isRead) return false;
    switch (name) {
      case '':
      case 'pragma':
        if (rest[0]?.text === 'once') this.once.add(file.path);
        return true;
      case 'line':
      case 'ident':
      case 'warning':
        return true;
      case 'error':
        return bad(`#error ${line.text.replace(/^\s*error\s*/, '').trim()}`);
      case 'undef':
        this.macros.delete(rest[0]?.text ?? '');
        return true;
      case 'define':
        this.defineFrom(file, line.text, from, rest, bad);
        return true;
      case 'include':
        this.include(file, rest, line.text, at, end, depth);
        return true;
      default:
        return bad(`there is no directive #${name}`, didYouMean(name, DIRECTIVES));
    }
  }

  private isDefined(tokens: readonly PpToken[], bad: Bad): boolean {
    const [name] = tokens;
    if (name?.sort !== 'name') bad('this needs the name of a macro');
    return this.macros.has(name.text);
  }

  private defineFrom(file: CFile, line: string, from: number, tokens: readonly PpToken[], bad: Bad): void {
    const [name, ...rest] = tokens;
    if (name?.sort !== 'name') bad('a macro needs a name');
    const definition = { file, at: name.from! };
    const macro = macroFrom(name.text, rest, line.slice(name.from! - from + name.text.length).startsWith('('));
    if (macro === undefined) bad('the parameters of a macro are names', { expected: '`#define NAME(a, b) ...`' });
    const first = macro.body[0]?.text;
    const last = macro.body.at(-1)?.text;
    if (first === '##' || last === '##') bad('`##` stands between two tokens');
    this.macros.set(name.text, { ...macro, definition });
  }

  private include(file: CFile, tokens: readonly PpToken[], line: string, at: number, end: number, depth: number): void {
    const match = /^\s*include\s*(?:"([^"\n]+)"|<([^>\n]+)>)/.exec(line);
    if (match === null)
      fail(file, 'HF140', at, end, 'this includes nothing', {
        expected: '`#include "file.h"` or `#include <linux/list.h>`',
      });
    const name = (match[1] ?? match[2])!;
    const found = match[1] === undefined ? this.header(name) : (this.beside(file, name) ?? this.header(name));
    if (found === undefined) {
      const start = tokens[0]?.from ?? at;
      const near = match[1] === undefined ? didYouMean(name, Object.keys(HEADERS)) : {};
      fail(file, 'HF141', start, end, `there is no header ${name}`, {
        expected: match[1] === undefined ? 'one of those that `holdfast header` lists' : 'a file beside this one',
        help: 'Write what the protocol needs of it into a file beside this one, and include that.',
        ...near,
      });
    }
    if (this.once.has(found.path)) return;
    if (depth >= MAX_INCLUDES)
      fail(file, 'HF140', at, end, 'files include one another without end', {
        help: 'Begin each with `#pragma once`.',
      });
    this.file(found, depth + 1);
  }

  private header(name: string): CFile | undefined {
    const text = HEADERS[name];
    if (text === undefined) return undefined;
    const path = `<${name}>`;
    // Those of our own are read once.
    this.once.add(path);
    if (this.headers.has(name)) return { path, text: '' };
    this.headers.add(name);
    this.once.delete(path);
    return { path, text };
  }
  private readonly headers = new Set<string>();

  private beside(file: CFile, name: string): CFile | undefined {
    const path = joined(file.path, name);
    const text = Object.hasOwn(this.options.files, path) ? this.options.files[path] : undefined;
    return text === undefined ? undefined : { path, text };
  }

  /** The condition of an #if. */
  private holds(file: CFile, tokens: readonly PpToken[], at: number, end: number): boolean {
    const ready: PpToken[] = [];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token.text !== 'defined' && !IS_ENABLED.has(token.text)) {
        ready.push(token);
        continue;
      }
      const isOpen = tokens[i + 1]?.text === '(';
      const name = tokens[i + (isOpen ? 2 : 1)];
      if (name?.sort !== 'name') fail(file, 'HF140', at, end, '`defined` needs the name of a macro');
      ready.push({ sort: 'number', text: this.macros.has(name.text) ? '1' : '0' });
      i += isOpen ? 3 : 1;
    }
    let made: PpToken[];
    try {
      made = expand(ready, (name) => this.macroOf(name, file, at));
    } catch (error) {
      if (!(error instanceof MacroError)) throw error;
      fail(file, 'HF140', at, end, error.message);
    }
    const words = made.map(({ sort, text: word }) =>
      sort === 'name' ? (word === 'true' ? '1LL' : '0LL') : sort === 'number' && /\d$/.test(word) ? `${word}LL` : word,
    );
    const cursor = new Cursor(new Source(words.join(' '), file.path));
    cursor.dialect = Dialect.C;
    cursor.scope = new CScope();
    try {
      cursor.next();
      const e = parseConditionalExpression(cursor);
      const value = cursor.token === Token.End ? fixedValue(cursor.scope.typing, e) : undefined;
      if (value !== undefined) return value !== 0;
    } catch (error) {
      if (!(error instanceof LitmusError)) throw error;
    }
    return fail(file, 'HF140', at, end, 'this is no condition', { expected: 'integers, macros, and operators of C' });
  }
}

const DIRECTIVES = 'define undef include if ifdef ifndef elif else endif error warning pragma line'.split(' ');
const IS_ENABLED = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_REACHABLE']);

function fail(file: CFile, code: Code, start: number, end: number, message: string, advice: Advice = {}): never {
  throw new LitmusError(new Source(file.text, file.path).error(code, start, end, message, advice));
}

/** A line with all that are joined to it by a backslash, from an offset; a comment may go on in the next. */
function logicalLine(text: string, from: number): { text: string; end: number } {
  let at = from;
  while (at < text.length) {
    const token = tokenAt(text, at)!;
    if (token.sort === 'newline') break;
    at += token.text.length;
  }
  return { text: text.slice(from, at), end: at };
}
