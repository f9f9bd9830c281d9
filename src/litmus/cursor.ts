import { isSmall } from '../cpu/integer.ts';
import type { Code } from '../program/codes.ts';
import type { CScope } from './c-scope.ts';
import { Lexer, Token } from './lexer.ts';
import { type Advice, LitmusError } from './source.ts';

/** How deep parentheses, blocks and declarators may be nested. */
export const MAX_DEPTH = 200;
/** How many operators one expression may have. */
export const MAX_OPERATORS = 2000;

/** A lexer with the questions that a recursive-descent parser asks. */
export class Cursor extends Lexer {
  /** What is declared, of a file of C; a litmus test has no declarations of its own. */
  scope: CScope | undefined;
  private depth = 0;
  /** Operators of the expression being read. */
  operators = 0;

  /** Is the current token this punctuation or this word? */
  is(text: string): boolean {
    return this.text === text && this.token !== Token.Text;
  }

  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  /** Goes on after `text`, or fails. @param where for the message: `after the condition` */
  expect(text: string, where: string, help?: string): void {
    if (!this.is(text)) this.failExpecting(`\`${text}\` ${where}`, help);
    this.next();
  }

  /** The name at the cursor, and goes on after it. */
  expectName(what: string): string {
    if (this.token !== Token.Name) this.failExpecting(what);
    const { text } = this;
    this.next();
    return text;
  }

  /** The number at the cursor, which counts something, and goes on after it. */
  expectCount(what: string): number {
    if (this.token !== Token.Number) this.failExpecting(what);
    const { value } = this;
    if (!isSmall(value)) this.failAt(this.start, this.end, `${this.text} is too large`, { expected: what }, 'HF107');
    this.next();
    return value;
  }

  /** Fails at the current token; or after the one before, where a line ended too early. */
  failExpecting(expected: string, help?: string): never {
    const { source, previousEnd, start } = this;
    const advice = help === undefined ? { expected } : { expected, help };
    if (this.token === Token.End) this.failAt(previousEnd, previousEnd + 1, 'the file ends too early', advice);
    const found = `unexpected ${this.token === Token.Text ? `"${this.text}"` : `\`${this.text}\``}`;
    const newline = source.text.indexOf('\n', previousEnd);
    if (expected.startsWith('`;`') && newline >= 0 && newline < start) {
      this.failAt(previousEnd, previousEnd + 1, 'the line is not finished', advice);
    }
    this.failAt(start, this.end, found, advice);
  }

  failAt(start: number, end: number, message: string, advice: Advice = {}, code: Code = 'HF101'): never {
    throw new LitmusError(this.source.error(code, start, end, message, advice));
  }

  /** Enters something that can be nested. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) {
      this.failAt(
        this.start,
        this.end,
        'this is nested too deeply',
        { expected: `at most ${MAX_DEPTH} levels`, help: 'Name intermediate results, or split the test.' },
        'HF103',
      );
    }
  }

  leave(): void {
    this.depth--;
  }

  /** Counts an operator of the current expression, which may not have too many. */
  countOperator(): void {
    if (++this.operators > MAX_OPERATORS) {
      this.failAt(
        this.start,
        this.end,
        'this expression is too long',
        { expected: `at most ${MAX_OPERATORS} operators`, help: 'Name intermediate results.' },
        'HF103',
      );
    }
  }
}
