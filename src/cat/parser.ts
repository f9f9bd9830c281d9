import type { Source } from '../litmus/source.ts';
import type { Binary, Binding, Check, Clause, Condition, Expr, Instruction, Pattern, Test, Unary } from './ast.ts';
import { failAt, type Span } from './cat-error.ts';
import { type Token, tokensOf } from './lexer.ts';

/** How deep expressions may be nested. */
const MAX_DEPTH = 200;

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

/** Reads a cat or bell file. @throws CatError */
export function parseCat(source: Source): { readonly title: string; readonly instructions: readonly Instruction[] } {
  return new Parser(source).file();
}

class Parser {
  private readonly tokens: readonly Token[];
  private i = 0;
  private depth = 0;

  constructor(private readonly source: Source) {
    this.tokens = tokensOf(source);
  }

  file(): { title: string; instructions: Instruction[] } {
    const title: string[] = [];
    while (title.length < 2 && (this.token.kind === 'name' || this.token.kind === 'string'))
      title.push(this.next().text);
    this.accept('catdep');
    const instructions: Instruction[] = [];
    while (this.token.kind !== 'end') instructions.push(this.instruction());
    return { title: title.at(-1) ?? '', instructions };
  }

  // --- tokens ---------------------------------------------------------------------------------------------------

  private get token(): Token {
    return this.tokens[this.i]!;
  }

  private next(): Token {
    const { token } = this;
    if (token.kind !== 'end') this.i++;
    return token;
  }

  private is(text: string): boolean {
    const { kind, text: found } = this.token;
    return found === text && (kind === 'symbol' || kind === 'keyword');
  }

  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.i++;
    return true;
  }

  private expect(text: string, where: string): void {
    if (!this.accept(text)) this.fail(`\`${text}\` ${where}`);
  }

  private fail(expected: string, help?: string): never {
    const { kind, text, start, end } = this.token;
    const found = kind === 'end' ? 'the file ends too early' : `unexpected \`${text}\``;
    const at = kind === 'end' ? Math.max(0, (this.tokens[this.i - 1]?.end ?? 1) - 1) : start;
    const span = { source: this.source, start: at, end: kind === 'end' ? at + 1 : end };
    failAt(span, 'HF130', found, help === undefined ? { expected } : { expected, help });
  }

  private nameAfter(what: string): string {
    if (this.token.kind !== 'name') this.fail(what);
    return this.next().text;
  }

  private string(what: string): string {
    if (this.token.kind !== 'string') this.fail(what);
    return this.next().text;
  }

  private since(start: number): Span {
    return { source: this.source, start, end: this.tokens[this.i - 1]!.end };
  }

  private deeper<T>(read: () => T): T {
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

  // --- instructions ---------------------------------------------------------------------------------------------

  private instruction(): Instruction {
    const { start, text, kind } = this.token;
    const word = kind === 'keyword' || kind === 'symbol' ? text : '';
    const made = this.deeper(() => this.instructionOf(word));
    return { ...made, at: this.since(start) } as Instruction;
  }

  private instructionOf(word: string): object {
    switch (word) {
      case 'let': {
        this.next();
        const rec = this.accept('rec');
        const bindings = this.bindings();
        const when = rec && this.accept('when') ? this.test(false) : undefined;
        this.accept('in');
        return { kind: 'let', rec, bindings, when };
      }
      case 'acyclic':
      case 'irreflexive':
      case 'empty':
      case '~':
        return { kind: 'test', ...this.test(false) };
      case 'flag':
        this.next();
        return { kind: 'test', ...this.test(true) };
      case 'undefined_unless':
      case 'assert':
        return this.refused(word);
      case 'show':
      case 'unshow': {
        this.next();
        do this.operators(0);
        while (this.accept(','));
        if (this.accept('as')) this.nameAfter('a name after `as`');
        return { kind: 'instructions' };
      }
      case 'include':
        this.next();
        return { kind: 'include', file: this.string('the name of a file in quotes after `include`') };
      case 'with': {
        this.next();
        const name = this.nameAfter('a name after `with`');
        this.expect('from', 'after the name');
        return { kind: 'with', name, from: this.expression() };
      }
      case 'if': {
        this.next();
        const condition = this.condition();
        const yes = this.block('else', 'end');
        const no = this.accept('else') ? this.block('end') : [];
        this.expect('end', 'after the instructions');
        return { kind: 'if', condition, yes, no };
      }
      case 'procedure': {
        this.next();
        if (this.accept('rec')) return this.refused('procedure rec');
        const name = this.nameAfter('a name after `procedure`');
        const pattern = this.parameters();
        this.expect('=', 'after the parameters');
        const body = this.block('end');
        this.expect('end', 'after the instructions');
        return { kind: 'procedure', name, pattern, body };
      }
      case 'call': {
        this.next();
        const name = this.nameAfter('the name of a procedure after `call`');
        const argument = this.argument();
        if (argument === undefined) this.fail('an argument');
        if (this.accept('as')) this.nameAfter('a name after `as`');
        return { kind: 'call', name, argument };
      }
      case 'enum': {
        this.next();
        const name = this.nameAfter('a name after `enum`');
        this.expect('=', 'after the name');
        this.accept('||');
        const tags: string[] = [];
        do {
          if (this.token.kind !== 'tag') this.fail("a tag, such as `'once`");
          tags.push(this.next().text);
        } while (this.accept('||'));
        return { kind: 'enum', name, tags };
      }
      case 'instructions':
      case 'default': {
        this.next();
        this.nameAfter('a class of events');
        this.expect('[', 'after the class');
        if (!this.is(']')) this.list();
        this.expect(']', 'after the tags');
        return { kind: 'instructions' };
      }
      case 'debug':
        this.next();
        this.expression();
        return { kind: 'instructions' };
      case 'match':
      case 'forall':
        return this.refused(word);
      default:
        return this.fail('an instruction, such as `let`, `acyclic`, `empty` or `include`');
    }
  }

  /** Known, and not supported. Nothing after it is read. */
  private refused(what: string): never {
    const { start, end } = this.token;
    const help = 'docs/models.md has the parts of the language that are read.';
    failAt({ source: this.source, start, end }, 'HF132', `\`${what}\` is not supported`, { help });
  }

  private block(...ends: string[]): Instruction[] {
    const list: Instruction[] = [];
    while (!ends.some((end) => this.is(end))) {
      if (this.token.kind === 'end') this.fail('`end`');
      list.push(this.instruction());
    }
    return list;
  }

  private test(flag: boolean): Test {
    const negated = this.accept('~');
    const { text } = this.token;
    if (!this.is('acyclic') && !this.is('irreflexive') && !this.is('empty')) {
      this.fail('`acyclic`, `irreflexive` or `empty`');
    }
    this.next();
    const of = this.expression();
    const name = this.accept('as') ? this.nameAfter('a name after `as`') : undefined;
    return { flag, negated, check: text as Check, of, name };
  }

  // --- bindings -------------------------------------------------------------------------------------------------

  private bindings(): Binding[] {
    const list = [this.binding()];
    while (this.accept('and')) list.push(this.binding());
    return list;
  }

  private binding(): Binding {
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
  private parameters(): Pattern {
    if (!this.accept('(')) return [this.formal()];
    if (this.accept(')')) return [];
    const pattern = this.formals();
    this.expect(')', 'after the names');
    return pattern;
  }

  private formals(): (string | undefined)[] {
    const pattern = [this.formal()];
    while (this.accept(',')) pattern.push(this.formal());
    return pattern;
  }

  private formal(): string | undefined {
    return this.accept('_') ? undefined : this.nameAfter('a name');
  }

  // --- expressions ----------------------------------------------------------------------------------------------

  private expression(): Expr {
    const { start } = this.token;
    const made = this.deeper(() => this.expressionOf());
    return { ...made, at: made.at ?? this.since(start) } as Expr;
  }

  private expressionOf(): Partial<Expr> {
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

  private match(): Partial<Expr> {
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

  private condition(): Condition {
    const left = this.conjunction();
    return this.accept('||') ? { kind: 'or', left, right: this.condition() } : left;
  }

  private conjunction(): Condition {
    const left = this.conditionAtom();
    return this.accept('&&') ? { kind: 'and', left, right: this.conjunction() } : left;
  }

  private conditionAtom(): Condition {
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

  private startsVariant(): boolean {
    return this.token.kind === 'string' || this.is('not') || this.is('variant');
  }

  private operators(level: number): Expr {
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

  private binary(op: Binary, left: Expr, right: Expr, start: number): Expr {
    const at = { source: this.source, start, end: right.at.end };
    return { kind: 'binary', op, left, right, at };
  }

  /** Postfix operators and the product: none of them mixes with `~` or another product without parentheses. */
  private starred(): Expr {
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

  private isParenthesised({ at }: Expr): boolean {
    return this.source.text[at.start] !== '~';
  }

  private startsOperand(): boolean {
    const { kind, text } = this.token;
    return kind === 'name' || kind === 'tag' || ((kind === 'symbol' || kind === 'keyword') && STARTS.has(text));
  }

  private inverse(): void {
    this.expect('^', 'before -1');
    this.expect('-1', 'after `^`');
  }

  /** An operand, with its inverses. */
  private tight(): Expr {
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

  private application(): Expr {
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

  private argument(): Expr | undefined {
    const { start, kind } = this.token;
    if (kind === 'name') return { kind: 'name', name: this.next().text, at: this.since(start) };
    return this.simple();
  }

  private simple(): Expr | undefined {
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

  private list(): Expr[] {
    const items = [this.operators(0)];
    while (this.accept(',')) items.push(this.operators(0));
    return items;
  }
}
