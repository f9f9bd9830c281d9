import type { Binary, Expr, Unary } from './ast.ts';
import { TokenCursor } from './token-cursor.ts';

/** What the grammar takes for the start of an operand. */
const STARTS: ReadonlySet<string> = new Set(['(', '[', '{', '0', '_', '~', 'begin']);

/** Operators in the order of herd7's grammar, the loosest first: `a ; b \ c` is `a ; (b \ c)`, and `a | b ; c` is `a | (b ; c)`. */
const LEVELS: readonly { readonly op: Binary; readonly left: boolean }[] = [
  { op: '|', left: false },
  { op: '++', left: false },
  { op: ';', left: false },
  { op: '\\', left: true },
  { op: '&', left: false },
];

/** Reads operators and what they stand between. What stands in parentheses is read by whoever extends this. */
export abstract class OperatorParser extends TokenCursor {
  protected abstract expression(): Expr;

  protected operators(level: number): Expr {
    const here = LEVELS[level];
    if (here === undefined) return this.starred();
    const { start } = this.token;
    let left = this.operators(level + 1);
    if (here.left) {
      while (this.accept(here.op)) left = this.binary(here.op, left, this.operators(level + 1), start);
      return left;
    }
    const all = [left];
    while (this.accept(here.op)) all.push(this.operators(level + 1));
    return all.reduceRight((right, operand) => this.binary(here.op, operand, right, operand.at.start));
  }

  protected binary(op: Binary, left: Expr, right: Expr, start: number): Expr {
    const at = { source: this.source, start, end: right.at.end };
    return { kind: 'binary', op, left, right, at };
  }

  /** Postfix operators and the product: none of them mixes with `~` or another product without parentheses. */
  protected starred(): Expr {
    const { start } = this.token;
    let left = this.tight();
    let isClosed = left.kind === 'unary' && left.op === '~' && !this.isParenthesised(left);
    for (;;) {
      const op = this.is('*') ? '*' : this.is('+') ? '+' : this.is('?') ? '?' : this.is('^') ? '^' : undefined;
      if (op === undefined) return left;
      if (op === '^') {
        this.inverse();
        left = { kind: 'unary', op: '^-1', of: left, at: this.since(start) };
        continue;
      }
      if (isClosed) {
        this.fail('parentheses', 'herd7 reads neither `~r*` nor `A * B * C`: say what is meant by parentheses.');
      }
      this.next();
      if (op === '*' && this.startsOperand()) {
        const right = this.tight();
        left = this.binary('*', left, right, start);
        isClosed = true;
      } else {
        left = { kind: 'unary', op: op as Unary, of: left, at: this.since(start) };
      }
    }
  }

  protected isParenthesised({ at }: Expr): boolean {
    return this.source.text[at.start] !== '~';
  }

  protected startsOperand(): boolean {
    const { kind, text } = this.token;
    return kind === 'name' || kind === 'tag' || ((kind === 'symbol' || kind === 'keyword') && STARTS.has(text));
  }

  protected inverse(): void {
    this.expect('^', 'before -1');
    this.expect('-1', 'after `^`');
  }

  /** An operand, with its inverses. */
  protected tight(): Expr {
    const { start } = this.token;
    if (this.accept('~')) {
      const of = this.deeper(() => this.tight());
      return { kind: 'unary', op: '~', of, at: this.since(start) };
    }
    let made = this.application();
    while (this.is('^')) {
      this.inverse();
      made = { kind: 'unary', op: '^-1', of: made, at: this.since(start) };
    }
    return made;
  }

  protected application(): Expr {
    const { start, kind } = this.token;
    if (kind !== 'name') {
      const made = this.simple();
      if (made === undefined) this.fail('a set or a relation');
      return made;
    }
    let fn: Expr = { kind: 'name', name: this.next().text, at: this.since(start) };
    for (;;) {
      const argument = this.argument();
      if (argument === undefined) return fn;
      fn = { kind: 'apply', fn, argument, at: this.since(start) };
    }
  }

  protected argument(): Expr | undefined {
    const { start, kind } = this.token;
    if (kind === 'name') return { kind: 'name', name: this.next().text, at: this.since(start) };
    return this.simple();
  }

  protected simple(): Expr | undefined {
    const { start, kind, text } = this.token;
    const done = (made: object): Expr => ({ ...made, at: this.since(start) }) as Expr;
    if (kind === 'tag') {
      this.next();
      return done({ kind: 'tag', name: text });
    }
    if (this.accept('0')) return done({ kind: 'empty' });
    if (this.accept('_')) return done({ kind: 'universe' });
    if (this.accept('{')) {
      const items = this.is('}') ? [] : this.list();
      this.expect('}', 'after the members');
      return done({ kind: 'elements', items });
    }
    if (this.accept('[')) {
      const of = this.expression();
      this.expect(']', 'after the set');
      return done({ kind: 'identity', of });
    }
    if (this.accept('(')) {
      if (this.accept(')')) return done({ kind: 'tuple', items: [] });
      const made = this.expression();
      this.expect(')', 'after the expression');
      return done({ ...made });
    }
    if (this.accept('begin')) {
      const made = this.expression();
      this.expect('end', 'after the expression');
      return done({ ...made });
    }
    return undefined;
  }

  protected list(): Expr[] {
    const items = [this.operators(0)];
    while (this.accept(',')) items.push(this.operators(0));
    return items;
  }
}
