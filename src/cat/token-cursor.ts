import type { Source } from '../litmus/source.ts';
import { failAt, type Span } from './cat-error.ts';
import { type Token, tokensOf } from './lexer.ts';

/** How deep expressions may be nested. */
const MAX_DEPTH = 200;

/** Goes through the tokens of a cat file, and says what is wrong where. */
export class TokenCursor {
  private readonly tokens: readonly Token[];
  protected i = 0;
  private depth = 0;

  constructor(protected readonly source: Source) {
    this.tokens = tokensOf(source);
  }

  protected get token(): Token {
    return this.tokens[this.i]!;
  }

  protected next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.i++;
    return token;
  }

  protected is(text: string): boolean {
    const { kind, text: found } = this.token;
    return found === text && (kind === 'symbol' || kind === 'keyword');
  }

  protected accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.i++;
    return true;
  }

  protected expect(text: string, where: string): void {
    if (!this.accept(text)) this.fail(`\`${text}\` ${where}`);
  }

  protected fail(expected: string, help?: string): never {
    const { kind, text, start, end } = this.token;
    const found = kind === 'end' ? 'the file ends too early' : `unexpected \`${text}\``;
    const at = kind === 'end' ? Math.max(0, (this.tokens[this.i - 1]?.end ?? 1) - 1) : start;
    const span = { source: this.source, start: at, end: kind === 'end' ? at + 1 : end };
    failAt(span, 'HF130', found, help === undefined ? { expected } : { expected, help });
  }

  protected nameAfter(what: string): string {
    if (this.token.kind !== 'name') this.fail(what);
    return this.next().text;
  }

  protected string(what: string): string {
    if (this.token.kind !== 'string') this.fail(what);
    return this.next().text;
  }

  protected since(start: number): Span {
    return { source: this.source, start, end: this.tokens[this.i - 1]!.end };
  }

  protected deeper<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) {
      const { start, end } = this.token;
      failAt({ source: this.source, start, end }, 'HF103', 'this is nested too deeply', {
        expected: `at most ${MAX_DEPTH} levels`,
      });
    }
    const value = read();
    this.depth--;
    return value;
  }

  /** Known, and not supported. Nothing after it is read. */
  protected refused(what: string): never {
    const { start, end } = this.token;
    const help = 'docs/models.md has the parts of the language that are read.';
    failAt({ source: this.source, start, end }, 'HF132', `\`${what}\` is not supported`, { help });
  }
}
