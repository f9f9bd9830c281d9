import type { Source } from '../litmus/source.ts';
import { CatError } from './cat-error.ts';

export type TokenKind = 'name' | 'keyword' | 'tag' | 'string' | 'symbol' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As it is written; of a string and of a tag without the quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'let rec and when acyclic irreflexive show unshow empty subset as fun in undefined_unless flag assert include variant ' +
    'begin end procedure call enum debug match with forall from do try if then else catdep instructions default not'
  ).split(' '),
);

/** Blanks and comments: `(* *)`, which nest, `//` and `#` up to the end of the line. */
const BLANK = /(?:[ \t\r\n]+|(?:\/\/|#)[^\n]*)/y;
const TOKEN =
  /(_?[A-Za-z][A-Za-z0-9_.-]*'?)|'(_?[A-Za-z][A-Za-z0-9_.-]*'?)|"([^"\n]*)"|(\|\||&&|\+\+|->|-1|[()[\]{}_0|&*~+^\\?=;,])/y;

/** The tokens of a cat file; the last is the end. @throws CatError */
export function tokensOf(source: Source): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    at = skipBlank(source, at);
    if (at >= text.length) {
      tokens.push({ kind: 'end', text: '', start: at, end: at });
      return tokens;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      throw new CatError(source.error('HF130', at, at + 1, `no token of a cat file starts with \`${text[at]}\``));
    }
    const [whole, name, tag, string, symbol] = match;
    const end = at + whole.length;
    if (name !== undefined) {
      tokens.push({ kind: KEYWORDS.has(name) ? 'keyword' : 'name', text: name, start: at, end });
    } else if (tag !== undefined) tokens.push({ kind: 'tag', text: tag, start: at, end });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, start: at, end });
    else tokens.push({ kind: 'symbol', text: symbol!, start: at, end });
    at = end;
  }
}

function skipBlank(source: Source, from: number): number {
  const { text } = source;
  let at = from;
  for (;;) {
    BLANK.lastIndex = at;
    const blank = BLANK.exec(text);
    if (blank !== null) at += blank[0].length;
    else if (text.startsWith('(*', at)) at = endOfComment(source, at);
    else return at;
  }
}

function endOfComment(source: Source, start: number): number {
  const { text } = source;
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('(*', at)) {
      depth++;
      at++;
    } else if (text.startsWith('*)', at)) {
      at++;
      if (--depth === 0) return at + 1;
    }
  }
  const advice = { expected: '`*)`' };
  throw new CatError(source.error('HF130', start, start + 2, 'the comment has no end', advice));
}
