import type { Declarator, Expression, FunctionDefinition, Name, Statement } from './ast.ts';
import { headOf } from './callbacks.ts';
import { Labels } from './labels.ts';
import { didYouMean } from './nearest.ts';
import { hasResult, type Primitive, signature, takes } from './primitive.ts';
import { PRIMITIVES } from './primitives.ts';
import type { Diagnostics } from './source.ts';
import { whyNotSupported } from './unsupported.ts';
import { eachOperand } from './walk.ts';

/** How a name is used in a thread; a sum of these. */
export enum Role {
  Read = 1,
  Assigned = 2,
  /** `&x`. */
  AddressTaken = 4,
  /** The name itself is what a primitive reads or writes: `READ_ONCE(x)`. */
  Accessed = 8,
}

export interface Use {
  roles: number;
  /** Where the name stands first, and where it is first assigned to or accessed. */
  readonly first: Name;
}

/** The names of one thread, and what is wrong with its statements that can be seen without knowing what they mean. */
export class ThreadNames {
  readonly uses = new Map<string, Use>();
  readonly declared = new Map<string, Declarator>();
  private readonly diagnostics: Diagnostics;
  /** The names declared in the blocks around the current statement. */
  private readonly scopes: Set<string>[] = [];
  private loops = 0;
  private readonly labels: Labels;

  constructor(thread: FunctionDefinition, diagnostics: Diagnostics) {
    this.diagnostics = diagnostics;
    const parameters = new Set<string>();
    for (const p of thread.parameters) {
      if (parameters.has(p.name)) this.diagnostics.report('HF105', p, `${thread.name} has two parameters ${p.name}`);
      parameters.add(p.name);
      if (p.type.pointers === 0) {
        this.diagnostics.report('HF105', p, `the parameter ${p.name} is not a pointer`, () => ({
          expected: `\`${p.type.base} *${p.name}\``,
          help: 'A parameter is the address of the location of the same name. Use a local variable for all else.',
        }));
      }
    }
    this.scopes.push(parameters);
    this.labels = new Labels(thread.body, diagnostics);
    this.statement(thread.body);
  }

  private use(name: Name, roles: number): void {
    const use = this.uses.get(name.name);
    if (use === undefined) this.uses.set(name.name, { roles, first: name });
    else use.roles |= roles;
  }

  private statement(s: Statement): void {
    switch (s.kind) {
      case 'block':
        this.scopes.push(new Set());
        for (const inner of s.body) this.statement(inner);
        this.scopes.pop();
        break;
      case 'declaration':
        for (const d of s.declarators) this.declare(d);
        break;
      case 'expression':
        this.effect(s.expression);
        break;
      case 'if':
        this.value(s.condition);
        this.statement(s.then);
        if (s.otherwise !== undefined) this.statement(s.otherwise);
        break;
      case 'while':
        this.value(s.condition);
        this.loop(s.body);
        break;
      case 'for':
        this.scopes.push(new Set());
        if (s.initial !== undefined) this.statement(s.initial);
        if (s.condition !== undefined) this.value(s.condition);
        if (s.step !== undefined) this.effect(s.step);
        this.loop(s.body);
        this.scopes.pop();
        break;
      case 'break':
      case 'continue':
        if (this.loops === 0) this.diagnostics.report('HF105', s, `\`${s.kind}\` outside of a loop`);
        break;
      case 'labelled':
        this.labels.enter(s.label);
        for (const inner of s.body) this.statement(inner);
        this.labels.leave(s.label);
        break;
      case 'goto':
        this.labels.jump(s.label);
        break;
      case 'return':
      case 'empty':
        break;
    }
  }

  private loop(body: Statement): void {
    this.loops++;
    this.statement(body);
    this.loops--;
  }

  /** One thread has one register of a name, as the condition can name but one. */
  private declare(d: Declarator): void {
    if (this.scopes.some((names) => names.has(d.name))) {
      this.diagnostics.report('HF105', d, `${d.name} is declared twice`, () => ({
        help: 'A thread has one register of each name, whatever the block. Use another name.',
      }));
    }
    if (d.type.pointers === 0 && d.type.base === 'void')
      this.diagnostics.report('HF105', d, `${d.name} cannot be void`);
    this.scopes[this.scopes.length - 1]!.add(d.name);
    if (!this.declared.has(d.name)) this.declared.set(d.name, d);
    if (d.initial !== undefined) {
      this.value(d.initial);
      const { start, end, name } = d;
      this.use({ kind: 'name', start, end, name }, Role.Assigned);
    }
  }

  /** An expression whose value nobody uses. */
  private effect(e: Expression): void {
    if (e.kind === 'call') this.call(e.callee, e.arguments, false);
    else if (e.kind === 'comma') {
      this.effect(e.left);
      this.effect(e.right);
    } else if (e.kind === 'cast' && e.type.base === 'void' && e.type.pointers === 0) this.effect(e.operand);
    else if (e.kind === 'conditional') {
      this.value(e.condition);
      this.effect(e.then);
      this.effect(e.otherwise);
    } else this.value(e);
  }

  private value(e: Expression): void {
    switch (e.kind) {
      case 'name':
        this.use(e, Role.Read);
        break;
      case 'unary':
        if (e.operator === '&') this.addressOf(e.operand);
        else this.value(e.operand);
        break;
      case 'assignment':
        this.target(e.target, e.operator === undefined ? Role.Assigned : Role.Assigned | Role.Read);
        this.value(e.value);
        break;
      case 'update':
        this.target(e.target, Role.Assigned | Role.Read);
        break;
      case 'call':
        this.call(e.callee, e.arguments, true);
        break;
      case 'member':
        this.structure(e);
        break;
      case 'text':
        this.diagnostics.report('HF112', e, 'a text has no value', () => ({ help: 'Only messages have texts.' }));
        break;
      case 'cast':
        if (e.type.base === 'void' && e.type.pointers === 0) {
          this.diagnostics.report('HF105', e, 'a void expression has no value');
        }
        this.value(e.operand);
        break;
      case 'comma':
        this.effect(e.left);
        this.value(e.right);
        break;
      default:
        eachOperand(e, (part) => this.value(part));
    }
  }

  private target(e: Expression, roles: number): void {
    if (e.kind === 'name') this.use(e, roles);
    else this.value(e);
  }

  private addressOf(e: Expression): void {
    if (e.kind === 'name') this.use(e, Role.AddressTaken);
    else if (e.kind === 'unary') this.value(e.operand);
    else this.value(e);
  }

  private structure(e: Expression & { kind: 'member' }): void {
    this.diagnostics.report('HF120', e, 'fields of structures are not supported', () => ({
      help: `Use a variable for each field, such as ${e.field}.`,
    }));
  }

  private call(callee: Name, args: readonly Expression[], wanted: boolean): void {
    const primitive = PRIMITIVES.get(callee.name);
    if (primitive === undefined) this.unknownCall(callee, args);
    else if (!takes(primitive, args.length)) {
      const open = primitive.parameters.endsWith('*');
      const n = primitive.parameters.length - (open ? 1 : 0);
      this.diagnostics.report(
        'HF112',
        callee,
        `${callee.name}() has ${args.length} argument${args.length === 1 ? '' : 's'}`,
        () => ({
          expected: `${open ? 'at least ' : ''}${n === 0 ? 'none' : n}: \`${signature(callee.name, primitive)}\``,
        }),
      );
    } else {
      if (wanted && !hasResult(primitive)) {
        this.diagnostics.report('HF112', callee, `${callee.name}() returns nothing`, () => ({
          help: 'Write it as a statement of its own.',
        }));
      }
      for (let i = 0; i < args.length; i++) this.argument(callee.name, primitive, i, args[i]!);
    }
  }

  private unknownCall(callee: Name, args: readonly Expression[]): void {
    if (this.diagnostics.full) return;
    const why = whyNotSupported(callee.name);
    if (why !== undefined)
      this.diagnostics.report('HF120', callee, `${callee.name}() is not supported`, () => ({ help: why }));
    else {
      this.diagnostics.report('HF110', callee, `there is no primitive ${callee.name}()`, () => ({
        expected: 'a primitive of the kernel, such as READ_ONCE, smp_mb or atomic_inc',
        ...didYouMean(callee.name, PRIMITIVES.keys()),
      }));
    }
    for (const arg of args) if (arg.kind !== 'name' && arg.kind !== 'text') this.value(arg);
  }

  private argument(name: string, primitive: Primitive, index: number, e: Expression): void {
    switch (primitive.parameters[index]) {
      case 'd':
        if (e.kind === 'name') this.value(e);
        else this.lvalue(name, primitive, e);
        break;
      case 'l':
        this.lvalue(name, primitive, e);
        break;
      case 'o':
        if (e.kind === 'unary' && e.operator === '&' && e.operand.kind === 'name') {
          this.use(e.operand, Role.Assigned | Role.Read);
        } else this.value(e);
        break;
      case 'c':
        // The load that is repeated assigns to VAL.
        this.use({ kind: 'name', start: e.start, end: e.start, name: 'VAL' }, Role.Assigned);
        this.value(e);
        break;
      case 'f':
        if (e.kind === 'name') this.use(e, Role.Assigned);
        else
          this.diagnostics.report('HF112', e, `${name}() needs a variable`, () => ({
            expected: '`unsigned long flags`',
          }));
        break;
      case 'h':
        this.value(headOf(e));
        break;
      case 'F':
      case '_':
      case '*':
      case undefined: // as the `*` before it
        break;
      default:
        this.value(e);
    }
  }

  private lvalue(name: string, primitive: Primitive, e: Expression): void {
    if (e.kind === 'name') this.use(e, Role.Accessed);
    else if (e.kind === 'unary' && e.operator === '*') this.value(e.operand);
    else if (e.kind === 'index' || e.kind === 'member') this.value(e);
    else {
      this.diagnostics.report('HF112', e, `${name}() needs something in memory`, () => ({
        expected: `\`${signature(name, primitive)}\`, where x is a pointer`,
      }));
    }
  }
}
