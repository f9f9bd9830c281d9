import type { Call, Expression, FunctionDefinition, Place, Statement } from '../../litmus/ast.ts';
import type { ThreadLayout } from '../../litmus/layout.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import { isAccess, type Primitive } from '../../litmus/primitive.ts';
import { PRIMITIVES } from '../../litmus/primitives.ts';
import { eachOperand } from '../../litmus/walk.ts';

/** A statement that edits may remove, precede, or exchange. */
export interface StatementSite {
  readonly thread: number;
  readonly statement: Statement;
  /** The statement before it in the same block. */
  readonly previous: Statement | undefined;
  /** Which block it stands in; undefined where it is alone the arm of an `if` or a loop. */
  readonly block: number | undefined;
  /** Whether some access of its thread stands before it in the text. */
  readonly isAfterAccess: boolean;
}

/** The call of a primitive; `site` is the statement of which it is all, or undefined. */
export interface CallSite {
  readonly thread: number;
  readonly call: Call;
  readonly primitive: Primitive;
  readonly site: StatementSite | undefined;
}

/** A plain access of memory: what is read, or an assignment. */
export interface PlainSite {
  readonly thread: number;
  readonly kind: 'load' | 'store';
  readonly expression: Expression;
}

/** All places of a litmus test that an edit may concern, in the order of the text. */
export class LitmusSites {
  readonly statements: StatementSite[] = [];
  readonly calls: CallSite[] = [];
  readonly plain: PlainSite[] = [];
  private readonly test: LitmusTest;
  private thread = 0;
  private blocks = 0;
  private accessSeen = false;
  private readonly layouts: { readonly body: Place; readonly layout: ThreadLayout }[] = [];

  constructor(test: LitmusTest) {
    this.test = test;
    const seen = new Set<number>();
    for (const [t, thread] of test.threads.entries()) {
      const layout = test.layout.threads[t]!;
      this.body(t, thread, layout, seen);
      for (const f of layout.functions?.values() ?? []) if (f.isNamed) this.body(t, f.definition, f.layout, seen);
    }
    for (const [t, { functions }] of test.layout.threads.entries()) {
      for (const { definition, layout } of functions?.values() ?? []) this.body(t, definition, layout, seen);
    }
  }

  /** A function that is called twice, or by two threads, stands in the text once: it is that of the first. */
  private body(thread: number, { start, body }: FunctionDefinition, layout: ThreadLayout, seen: Set<number>): void {
    if (seen.has(start)) return;
    seen.add(start);
    this.thread = thread;
    this.accessSeen = false;
    this.layouts.push({ body, layout });
    this.list(body.body);
  }

  /** What the names mean in the function that a node of a thread stands in. */
  layoutAt(thread: number, { start, end }: Place): ThreadLayout {
    const found = this.layouts.find(({ body }) => body.start <= start && end <= body.end);
    return found?.layout ?? this.test.layout.threads[thread]!;
  }

  /** Whether an expression or a statement accesses memory, or is a fence. */
  accesses(node: Statement | Expression): boolean {
    const { calls, plain } = this.within(node);
    return plain > 0 || calls.some(isAccess);
  }

  private within(node: Statement | Expression): { calls: Primitive[]; plain: number } {
    const at = (e: { start: number; end: number }): boolean => node.start <= e.start && e.end <= node.end;
    return {
      calls: this.calls.filter((site) => at(site.call)).map((site) => site.primitive),
      plain: this.plain.filter((site) => at(site.expression)).length,
    };
  }

  private list(statements: readonly Statement[]): void {
    const block = this.blocks++;
    for (const [i, s] of statements.entries()) {
      const before = statements[i - 1];
      // Who comes to a label may come from elsewhere.
      this.statement(s, before?.kind === 'labelled' ? undefined : before, block);
    }
  }

  private statement(s: Statement, previous: Statement | undefined, block: number | undefined): void {
    if (s.kind === 'block' || s.kind === 'labelled' || s.kind === 'again') {
      this.list(s.body);
      return;
    }
    const site = { thread: this.thread, statement: s, previous, block, isAfterAccess: this.accessSeen };
    this.statements.push(site);
    switch (s.kind) {
      case 'declaration':
        for (const { initial } of s.declarators) if (initial !== undefined) this.value(initial);
        break;
      case 'expression':
        this.value(s.expression, site);
        break;
      case 'if':
        this.value(s.condition);
        this.note(s.condition);
        this.statement(s.then, undefined, undefined);
        if (s.otherwise !== undefined) this.statement(s.otherwise, undefined, undefined);
        break;
      case 'return':
        if (s.value !== undefined) this.value(s.value);
        break;
      case 'switch':
        this.value(s.value);
        this.note(s.value);
        for (const inner of s.body) this.statement(inner, undefined, undefined);
        break;
      case 'while':
        this.value(s.condition);
        this.note(s.condition);
        this.statement(s.body, undefined, undefined);
        break;
      case 'for':
        if (s.initial?.kind === 'expression') this.value(s.initial.expression);
        if (s.condition !== undefined) this.value(s.condition);
        if (s.step !== undefined) this.value(s.step);
        this.statement(s.body, undefined, undefined);
        break;
      default:
        break;
    }
    this.note(s);
  }

  private note(node: Statement | Expression): void {
    this.accessSeen ||= this.accesses(node);
  }

  private isMemory(e: Expression): boolean {
    if (e.kind === 'unary') return e.operator === '*';
    if (e.kind === 'index') return true;
    if (e.kind === 'member') return true;
    const binding = e.kind === 'name' ? this.layouts.at(-1)!.layout.bindings.get(e.name) : undefined;
    return binding?.kind === 'memory' && binding.location.size === 1 && binding.location.words === undefined;
  }

  private value(e: Expression, site?: StatementSite): void {
    const { thread } = this;
    if (this.isMemory(e)) this.plain.push({ thread, kind: 'load', expression: e });
    switch (e.kind) {
      case 'unary':
        if (e.operator !== '&') this.value(e.operand);
        break;
      case 'assignment':
        if (this.isMemory(e.target)) {
          if (e.operator === undefined) this.plain.push({ thread, kind: 'store', expression: e });
          if (e.target.kind === 'unary') this.value(e.target.operand);
        }
        this.value(e.value);
        break;
      case 'update':
        break;
      case 'index':
        this.value(e.index);
        break;
      case 'member':
        if (e.arrow) this.value(e.object);
        break;
      case 'statements':
        this.list(e.body);
        break;
      case 'call':
        this.call(e, site);
        break;
      default:
        eachOperand(e, (part) => this.value(part));
    }
  }

  private call(call: Call, site: StatementSite | undefined): void {
    const primitive = PRIMITIVES.get(call.callee.name);
    if (primitive === undefined) return;
    this.calls.push({ thread: this.thread, call, primitive, site });
    for (const [i, argument] of call.arguments.entries()) {
      const letter = primitive.parameters[i];
      if (letter === 'v' || letter === 'n' || letter === 'p' || letter === 'c') this.value(argument);
      // What is accessed may stand at an address that is read.
      else if ((letter === 'l' || letter === 'd') && argument.kind === 'unary') this.value(argument.operand);
    }
  }
}
