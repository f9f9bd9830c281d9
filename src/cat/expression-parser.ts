import type { Binding, Clause, Condition, Expr, Pattern } from './ast.ts';
import { OperatorParser } from './operator-parser.ts';

/** Reads expressions, the conditions of `if`, and the definitions of `let`. */
export abstract class ExpressionParser extends OperatorParser {
  protected expression(): Expr {
    const { start } = this.token;
    const made = this.deeper(() => this.expressionOf());
    return { ...made, at: made.at ?? this.since(start) } as Expr;
  }

  protected expressionOf(): Partial<Expr> {
    if (this.accept('let')) {
      const rec = this.accept('rec');
      const bindings = this.bindings();
      this.expect('in', 'after the definitions');
      return { kind: 'let', rec, bindings, body: this.expression() };
    }
    if (this.accept('fun')) {
      const pattern = this.parameters();
      this.expect('->', 'after the parameters');
      return { kind: 'fun', pattern, body: this.expression() };
    }
    if (this.accept('try')) {
      const first = this.expression();
      this.expect('with', 'after the expression');
      return { kind: 'try', first, otherwise: this.expression() };
    }
    if (this.accept('if')) {
      const condition = this.condition();
      this.expect('then', 'after the condition');
      const yes = this.expression();
      this.expect('else', 'after the expression');
      return { kind: 'if', condition, yes, no: this.expression() };
    }
    if (this.is('match')) return this.match();
    const { start } = this.token;
    const first = this.operators(0);
    if (!this.is(',')) return first;
    const items = [first];
    while (this.accept(',')) items.push(this.operators(0));
    return { kind: 'tuple', items, at: this.since(start) };
  }

  protected match(): Partial<Expr> {
    this.next();
    const of = this.expression();
    this.expect('with', 'after the expression');
    this.accept('||');
    const clauses: Clause[] = [];
    do {
      let tag: string | undefined;
      if (this.token.kind === 'tag') tag = this.next().text;
      else if (!this.accept('_') || !this.is('->')) this.refused('match over the members of a set');
      this.expect('->', 'after the tag');
      clauses.push({ tag, value: this.expression() });
    } while (this.accept('||'));
    this.expect('end', 'after the last way');
    return { kind: 'match', of, clauses };
  }

  // --- conditions -----------------------------------------------------------------------------------------------

  protected condition(): Condition {
    const left = this.conjunction();
    return this.accept('||') ? { kind: 'or', left, right: this.condition() } : left;
  }

  protected conjunction(): Condition {
    const left = this.conditionAtom();
    return this.accept('&&') ? { kind: 'and', left, right: this.conjunction() } : left;
  }

  protected conditionAtom(): Condition {
    if (this.accept('not')) return { kind: 'not', of: this.conditionAtom() };
    if (this.is('variant') || this.token.kind === 'string') {
      this.accept('variant');
      return { kind: 'variant', name: this.string('the name of a variant in quotes') };
    }
    if (this.is('(')) {
      const { i } = this;
      this.next();
      if (this.startsVariant()) {
        const inner = this.condition();
        this.expect(')', 'after the condition');
        return inner;
      }
      this.i = i;
    }
    const left = this.operators(0);
    const kind = this.accept('=')
      ? 'same'
      : this.accept('subset')
        ? 'subset'
        : this.accept('in')
          ? 'member'
          : undefined;
    if (kind === undefined) this.fail('`=`, `subset` or `in`');
    return { kind, left, right: this.operators(0) };
  }

  protected startsVariant(): boolean {
    return this.token.kind === 'string' || this.is('not') || this.is('variant');
  }

  // --- bindings -------------------------------------------------------------------------------------------------

  protected bindings(): Binding[] {
    const list = [this.binding()];
    while (this.accept('and')) list.push(this.binding());
    return list;
  }

  protected binding(): Binding {
    const { start } = this.token;
    if (this.is('(') || this.is('_')) {
      const pattern = this.is('_') ? this.formals() : this.parameters();
      this.expect('=', 'after the names');
      const value = this.expression();
      return { pattern, isTuple: pattern.length !== 1, value, at: this.since(start) };
    }
    const name = this.nameAfter('a name');
    if (this.is(',')) {
      this.i--;
      const pattern = this.formals();
      this.expect('=', 'after the names');
      return { pattern, isTuple: true, value: this.expression(), at: this.since(start) };
    }
    const at = this.since(start);
    if (this.accept('=')) return { pattern: [name], isTuple: false, value: this.expression(), at };
    const pattern = this.parameters();
    this.expect('=', 'after the parameters');
    const body = this.expression();
    const value: Expr = { kind: 'fun', pattern, body, at: this.since(start) };
    return { pattern: [name], isTuple: false, value, at };
  }

  /** `x`, `_`, or `(x, y)`. */
  protected parameters(): Pattern {
    if (!this.accept('(')) return [this.formal()];
    if (this.accept(')')) return [];
    const pattern = this.formals();
    this.expect(')', 'after the names');
    return pattern;
  }

  protected formals(): (string | undefined)[] {
    const pattern = [this.formal()];
    while (this.accept(',')) pattern.push(this.formal());
    return pattern;
  }

  protected formal(): string | undefined {
    return this.accept('_') ? undefined : this.nameAfter('a name');
  }
}
