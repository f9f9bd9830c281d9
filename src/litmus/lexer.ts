import { IntKind, wordOf } from '../cpu/integer.ts';
import { LitmusError, type Source } from './source.ts';

/** What sort of token was read. */
export enum Token {
  End = 0,
  Name = 1,
  Number = 2,
  Text = 3,
  Punctuation = 4,
}

/** Outside thread bodies `(*` opens a comment, as in OCaml; inside it is C, as in `READ_ONCE(*x)`. */
export enum Dialect {
  Envelope = 0,
  C = 1,
}

/**
 * Reads a litmus test token by token. The token last read is in the fields, not in an object: a whole corpus is read
 * without allocating more than its names.
 */
export class Lexer {
  readonly source: Source;
  dialect = Dialect.Envelope;
  /** The sort of the current token. */
  token = Token.End;
  /** Its text; of a {@link Token.Text} what is between the quotes. */
  text = '';
  /** Where it starts, and where it ends. */
  start = 0;
  end = 0;
  /** Where the token before it ended. */
  previousEnd = 0;
  /** The value of a number, and its type. */
  value = 0;
  integer = IntKind.S32;

  constructor(source: Source) {
    this.source = source;
  }

  /** Continues at an offset, without reading a token. */
  seek(offset: number): void {
    this.end = offset;
  }

  /** Reads the next token. Throws {@link LitmusError} where there is none. */
  next(): void {
    this.previousEnd = this.end;
    const at = this.skipBlank(this.end);
    this.start = at;
    const input = this.source.text;
    if (at >= input.length) {
      this.token = Token.End;
      this.text = '';
      this.end = at;
      return;
    }
    const c = input.charCodeAt(at);
    if (isNameStart(c)) {
      let end = at + 1;
      while (isNamePart(input.charCodeAt(end))) end++;
      this.token = Token.Name;
      this.text = input.slice(at, end);
      this.end = end;
    } else if (isDigit(c)) this.number(at);
    else if (c === 0x22) this.quoted(at);
    else {
      const text = punctuation(input, at, c);
      if (text === '') this.unreadable(at);
      this.token = Token.Punctuation;
      this.text = text;
      this.end = at + text.length;
    }
  }

  /** The offset of the first character, from `at` on, that is neither blank nor in a comment. */
  skipBlank(from: number): number {
    const input = this.source.text;
    let at = from;
    for (;;) {
      const c = input.charCodeAt(at);
      if (c === 0x20 || (c >= 0x09 && c <= 0x0d) || c === 0xa0 || c === 0xfeff) at++;
      else if (c === 0x2f && input.charCodeAt(at + 1) === 0x2f) {
        const newline = input.indexOf('\n', at);
        at = newline < 0 ? input.length : newline;
      } else if (c === 0x2f && input.charCodeAt(at + 1) === 0x2a) {
        const close = input.indexOf('*/', at + 2);
        if (close < 0) this.unterminated(at, '*/');
        at = close + 2;
      } else if (c === 0x28 && this.dialect === Dialect.Envelope && input.charCodeAt(at + 1) === 0x2a) {
        at = this.skipNested(at);
      } else return at;
    }
  }

  private skipNested(from: number): number {
    const input = this.source.text;
    let depth = 1;
    let at = from + 2;
    while (depth > 0) {
      const star = input.indexOf('*', at);
      if (star < 0) this.unterminated(from, '*)');
      // `(*)` opens a comment and does not close it; `**)` closes one.
      if (input.charCodeAt(star + 1) === 0x29 && input.charCodeAt(star - 1) !== 0x28) {
        depth--;
        at = star + 2;
      } else {
        if (input.charCodeAt(star - 1) === 0x28) depth++;
        at = star + 1;
      }
    }
    return at;
  }

  private number(at: number): void {
    const input = this.source.text;
    let end = at + 1;
    while (isDigit(input.charCodeAt(end))) end++;
    // Nearly all numbers are short and decimal.
    if (!isNamePart(input.charCodeAt(end)) && (input.charCodeAt(at) !== 0x30 || end === at + 1) && end - at < 9) {
      this.token = Token.Number;
      this.text = input.slice(at, end);
      this.value = +this.text;
      this.integer = IntKind.S32;
      this.end = end;
      return;
    }
    while (isNamePart(input.charCodeAt(end))) end++;
    const text = input.slice(at, end);
    const [, digits, suffix] = /^(.*?)([uUlL]*)$/.exec(text)!;
    const octal = /^0[0-7]+$/.test(digits!);
    if (
      (!octal && !/^(0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/.test(digits!)) ||
      !/^(u?(l|ll)?|(l|ll)u)$/i.test(suffix!) ||
      /lL|Ll/.test(suffix!)
    ) {
      throw new LitmusError(
        this.source.error('HF101', at, end, `\`${text}\` is not a number`, {
          expected: 'an integer, such as 1, 42, 0x1f or 1UL',
        }),
      );
    }
    const value = end - at < 1000 ? BigInt(octal ? `0o${digits}` : digits!) : 2n ** 64n;
    const integer = literalKind(value, digits![0] !== '0', suffix!.toLowerCase(), this.dialect);
    if (integer === undefined) {
      throw new LitmusError(
        this.source.error('HF107', at, end, `${digits} is too large`, {
          expected: value < 2n ** 64n ? 'the suffix U, as of an unsigned number' : 'an integer of at most 64 bits',
        }),
      );
    }
    this.token = Token.Number;
    this.text = text;
    this.value = wordOf(value);
    this.integer = integer;
    this.end = end;
  }

  private quoted(at: number): void {
    const input = this.source.text;
    let close = at + 1;
    while (close < input.length && input[close] !== '"')
      close += input[close] === '\\' && this.dialect === Dialect.C ? 2 : 1;
    if (close >= input.length) this.unterminated(at, '"');
    this.token = Token.Text;
    this.text = input.slice(at + 1, close);
    this.end = close + 1;
  }

  private unterminated(at: number, closing: string): never {
    const what = closing === '"' ? 'text' : 'comment';
    throw new LitmusError(
      this.source.error('HF102', at, at + 2, `this ${what} has no end`, {
        expected: `\`${closing}\` before the end of the file`,
      }),
    );
  }

  private unreadable(at: number): never {
    const char = String.fromCodePoint(this.source.text.codePointAt(at)!);
    if (char === '#') {
      const directive = /^#\s*\w*/.exec(this.source.text.slice(at, at + 80))![0];
      throw new LitmusError(
        this.source.error('HF120', at, at + directive.length, `\`${directive}\` is not supported`, {
          help: 'Litmus tests are not preprocessed: write out what a macro stands for.',
        }),
      );
    }
    throw new LitmusError(
      this.source.error('HF101', at, at + char.length, `\`${char}\` means nothing here`, {
        expected: 'a name, a number or an operator of C',
      }),
    );
  }
}

/**
 * The type of an integer constant of C: the first of those that its suffix allows which can hold it. What is not C, as a
 * condition, has numbers of no type. Undefined where none can.
 */
function literalKind(value: bigint, decimal: boolean, suffix: string, dialect: Dialect): IntKind | undefined {
  const signed = !suffix.includes('u');
  const unsigned = !signed || !decimal || dialect === Dialect.Envelope;
  if (!suffix.includes('l')) {
    if (signed && value < 2n ** 31n) return IntKind.S32;
    if (unsigned && value < 2n ** 32n) return IntKind.U32;
  }
  if (signed && value < 2n ** 63n) return IntKind.S64;
  return unsigned && value < 2n ** 64n ? IntKind.U64 : undefined;
}

const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isNameStart = (c: number): boolean => (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f;
const isNamePart = (c: number): boolean => isNameStart(c) || isDigit(c);

const LONG = ['<<=', '>>=', '...'];
const DOUBLE = '-> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= /\\ \\/ =>'.split(' ');
const SINGLE = '{}()[];,:?=<>+-*/%&|^~!.'.split('');

/** For the code of each character, what can start with it, longest first. */
const STARTING: (readonly string[] | undefined)[] = [];
for (const text of [...LONG, ...DOUBLE, ...SINGLE]) {
  const c = text.charCodeAt(0);
  STARTING[c] = [...(STARTING[c] ?? []), text];
}

function punctuation(input: string, at: number, c: number): string {
  const candidates = STARTING[c];
  if (candidates === undefined) return '';
  for (const text of candidates) if (text.length === 1 || input.startsWith(text, at)) return text;
  return '';
}
