import { type IntKind, wrap } from '../cpu/integer.ts';
import type { Declarator, Expression, FunctionDefinition, Place } from '../litmus/ast.ts';
import { constantOf, type Scope } from '../litmus/constant.ts';
import { initialWords } from '../litmus/initialiser.ts';
import {
  type Binding,
  type FunctionLayout,
  type Layout,
  type Location,
  MAX_CELLS,
  type ThreadLayout,
  wordAt,
} from '../litmus/layout.ts';
import type { LitmusTest } from '../litmus/litmus-test.ts';
import { PRIMITIVES } from '../litmus/primitives.ts';
import { threadNumber } from '../litmus/proposition.ts';
import { wordsOf } from '../litmus/record.ts';
import { LitmusError, type Source } from '../litmus/source.ts';
import { functionOf, isScalar, UNTYPED, type ValueType, valueTypeOf } from '../litmus/value-type.ts';
import { eachPart, type Node, someNode } from '../litmus/walk.ts';
import type { CProgram, GlobalVariable } from './parse-program.ts';

/** The most threads. */
const MAX_THREADS = 128;

/** What may be asked of a file of C: its threads over the memory that it declares. Throws LitmusError. */
export function resolveProgram(program: CProgram): LitmusTest {
  return new Resolver(program).test();
}

class Resolver {
  private readonly source: Source;
  private readonly locations: Location[] = [];
  private readonly byName = new Map<string, Location>();
  private readonly memory: number[] = [];
  private readonly kinds: IntKind[] = [];
  private readonly globals = new Map<string, Binding>();
  private readonly functions = new Map<string, FunctionDefinition>();

  constructor(private readonly program: CProgram) {
    this.source = program.source;
    for (const f of program.functions) this.functions.set(f.name, f);
  }

  test(): LitmusTest {
    const { program, source } = this;
    const threads = this.threads();
    for (const variable of program.variables) this.variable(variable);
    for (const f of program.functions) this.function(f);
    const layouts = threads.map((thread, number) => this.thread(thread, number));
    const { locations, byName, memory, kinds } = this;
    const layout: Layout = { locations, byName, memory, kinds, threads: layouts, isStrict: true };
    for (const variable of program.variables) this.initialise(variable, layout);
    return {
      name: source.path.replace(/^.*[/\\]/, ''),
      path: source.path,
      source,
      threads,
      functions: program.functions.filter((f) => !threads.includes(f)),
      observed: [],
      filter: undefined,
      quantifier: 'not exists',
      condition: { kind: 'or', operands: [] },
      promised: undefined,
      layout,
      warnings: [],
    };
  }

  private fail({ start, end }: Place, message: string, advice: { expected?: string; help?: string } = {}): never {
    throw new LitmusError(this.source.error('HF104', start, end, message, advice));
  }

  /** P0, P1, ... in this order. */
  private threads(): FunctionDefinition[] {
    const threads: FunctionDefinition[] = [];
    for (const f of this.program.functions) {
      const number = threadNumber(f.name);
      if (number === undefined) continue;
      if (f.parameters.length > 0) {
        this.fail(f.parameters[0]!, `${f.name} has parameters`, {
          expected: `\`void ${f.name}(void)\``,
          help: 'What threads share are variables outside of all functions.',
        });
      }
      threads[number] = f;
    }
    for (let number = 0; number < threads.length; number++) {
      if (threads[number] === undefined)
        this.fail(threads.at(-1)!, `there is no thread P${number}`, {
          help: 'Threads are numbered from 0, without gaps.',
        });
    }
    if (threads.length === 0) {
      throw new LitmusError(
        this.source.fileError('HF104', 'there are no threads', {
          expected: 'functions P0(), P1(), ... which run at the same time',
          help: 'Write `void P0(void) { ... }` for what the first of them does.',
        }),
      );
    }
    if (threads.length > MAX_THREADS)
      this.fail(threads.at(-1)!, 'there are too many threads', { expected: `at most ${MAX_THREADS}` });
    return threads;
  }

  // --- memory ----------------------------------------------------------------------------------------------------------

  private place(name: string, type: ValueType, declared: Place): Location {
    const words = isScalar(type) ? undefined : wordsOf(type, declared, MAX_CELLS);
    const size = words?.length ?? 1;
    if (this.memory.length + size > MAX_CELLS)
      this.fail(declared, `${name} is too large`, { expected: `at most ${MAX_CELLS} words in all` });
    const base = { name, index: this.locations.length, cell: this.memory.length, size, type, declared };
    const location: Location = words === undefined ? base : { ...base, words };
    this.locations.push(location);
    for (let i = 0; i < size; i++) {
      this.memory.push(0);
      this.kinds.push((words?.[i]?.type ?? type).kind);
    }
    return location;
  }

  private variable({ name, type, start, end }: GlobalVariable): void {
    const location = this.place(name, type, { start, end });
    this.byName.set(name, location);
    this.globals.set(name, { kind: 'memory', location });
  }

  private function({ name, parameters, returns, start, end }: FunctionDefinition): void {
    const type = functionOf({
      parameters: parameters.map((p) => p.type.value!),
      returns: returns!.value!,
      isOpen: false,
    });
    const index = this.locations.length;
    const location: Location = { name, index, cell: 0, size: 0, type, declared: { start, end }, function: name };
    this.locations.push(location);
    this.globals.set(name, { kind: 'memory', location });
  }

  private initialise({ name, type, initial }: GlobalVariable, layout: Layout): void {
    if (initial === undefined) return;
    const location = this.byName.get(name)!;
    const thread: ThreadLayout = { bindings: this.globals, calls: new Map(), begunBy: undefined, initial: [0] };
    const scope = { layout, thread, types: new Map() } as unknown as Scope;
    const set = (offset: number, of: ValueType, e: Expression): void => {
      if (e.kind === 'text') return;
      const value = this.constant(scope, e);
      this.memory[location.cell + wordAt(location, offset)] = wrap(of.kind, value);
    };
    if (initial.kind !== 'list') {
      set(0, type, initial);
      return;
    }
    const words = initialWords(type, initial, (e) => constantOf(scope, e));
    if (!('message' in words)) for (const word of words) set(word.offset, word.type, word.value);
  }

  private constant(scope: Scope, e: Expression): number {
    const isKnown = !someNode(
      e,
      (node) =>
        node.kind === 'call' || node.kind === 'invocation' || (node.kind === 'name' && !this.globals.has(node.name)),
    );
    const value = isKnown ? constantOf(scope, e) : undefined;
    if (value === undefined)
      this.fail(e, 'the initial value is no constant', { expected: 'a number, or the address of a variable' });
    return value;
  }

  // --- functions -------------------------------------------------------------------------------------------------------

  private thread(definition: FunctionDefinition, number: number): ThreadLayout {
    const functions = new Map<string, FunctionLayout>();
    for (const [name, isNamed] of this.reachable(definition)) {
      const own = this.functions.get(name)!;
      functions.set(name, { definition: own, layout: this.layout(own, number, name), isNamed });
    }
    return { ...this.layout(definition, number, definition.name), functions };
  }

  /** The functions that one names, and those that they name; and, not named, all whose address it may be given. */
  private reachable(from: FunctionDefinition): Map<string, boolean> {
    const found = new Map<string, boolean>();
    const visit = (node: Node, isNamed: boolean): void => {
      if (node.kind === 'name' && this.functions.has(node.name) && !found.has(node.name)) {
        found.set(node.name, isNamed);
        visit(this.functions.get(node.name)!.body, isNamed);
      }
      eachPart(node, (part) => visit(part, isNamed));
    };
    visit(from.body, true);
    for (const { initial } of this.program.variables) if (initial !== undefined) visit(initial, false);
    if (!this.hasPointers()) return found;
    for (const f of this.program.functions) if (f.name !== from.name) visit(f.body, false);
    return found;
  }

  /** Is the name of a function used for anything but to call it? */
  private hasPointers(): boolean {
    this.pointers ??= this.program.functions.some(({ body }) => {
      let found = false;
      const visit = (node: Node): void => {
        if (node.kind === 'name' && this.functions.has(node.name)) found = true;
        if (node.kind !== 'invocation' || node.function.kind !== 'name') eachPart(node, visit);
        else for (const argument of node.arguments) visit(argument);
      };
      visit(body);
      return found;
    });
    return this.pointers;
  }
  private pointers: boolean | undefined;

  private layout({ parameters, body }: FunctionDefinition, thread: number, name: string): ThreadLayout {
    const bindings = new Map(this.globals);
    const initial = [0];
    const inMemory = addressTaken(body);
    const local = (own: string, type: ValueType, place: Place): void => {
      if (inMemory.has(own) || !isScalar(type)) {
        bindings.set(own, { kind: 'memory', location: this.place(`${thread}:${name}:${own}`, type, place) });
        return;
      }
      bindings.set(own, { kind: 'register', slot: initial.length, type });
      initial.push(0);
    };
    for (const p of parameters) local(p.name, p.type.value!, p);
    for (const d of declaredIn(body)) local(d.name, valueTypeOf(d.type), d);
    const usesValue = someNode(body, (node) => node.kind === 'name' && node.name === 'VAL');
    if (usesValue && !bindings.has('VAL')) this.value(bindings, initial);
    return { bindings, calls: new Map(), begunBy: undefined, initial };
  }

  /** What the condition of smp_cond_load_acquire() calls VAL: a word of any size. */
  private value(bindings: Map<string, Binding>, initial: number[]): void {
    bindings.set('VAL', { kind: 'register', slot: initial.length, type: UNTYPED });
    initial.push(0);
  }
}

/** The variables that a function declares, in all its blocks. */
function declaredIn(body: Node): Declarator[] {
  const found: Declarator[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'declaration') found.push(...node.declarators);
    eachPart(node, visit);
  };
  visit(body);
  return found;
}

/** The variables of a function to which something may point. */
function addressTaken(body: Node): Set<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === 'unary' && node.operator === '&') {
      const root = rootOf(node.operand);
      if (root !== undefined) found.add(root);
    }
    if (node.kind === 'call') {
      const { parameters } = PRIMITIVES.get(node.callee.name)!;
      for (const [i, argument] of node.arguments.entries()) {
        // What try_cmpxchg() expects may be in a register.
        const isOld = parameters[i] === 'o' && argument.kind === 'unary' && argument.operand.kind === 'name';
        if (!isOld) visit(argument);
        if (parameters[i] === 'l' && argument.kind === 'name') found.add(argument.name);
      }
      return;
    }
    eachPart(node, visit);
  };
  visit(body);
  return found;
}

function rootOf(e: Expression): string | undefined {
  if (e.kind === 'name') return e.name;
  return e.kind === 'member' && !e.arrow ? rootOf(e.object) : undefined;
}
