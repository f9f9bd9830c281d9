import { type IntKind, wrap } from '../cpu/integer.ts';
import type { Call, Expression, FunctionDefinition, Place } from '../litmus/ast.ts';
import { compileLitmus, MAX_UNROLL } from '../litmus/compile.ts';
import { constantOf, type Scope } from '../litmus/constant.ts';
import { initialWords } from '../litmus/initialiser.ts';
import {
  addressOf,
  type Binding,
  type FunctionLayout,
  type HeapObject,
  type Layout,
  type Location,
  locate,
  MAX_CELLS,
  NEVER_WRITTEN,
  type ThreadLayout,
  type ThreadStart,
  wordAt,
} from '../litmus/layout.ts';
import type { LitmusTest } from '../litmus/litmus-test.ts';
import { threadNumber } from '../litmus/proposition.ts';
import { wordsOf } from '../litmus/record.ts';
import { LitmusError, type Source } from '../litmus/source.ts';
import { arrayOf, functionOf, isScalar, stride, UNTYPED, type ValueType, valueTypeOf } from '../litmus/value-type.ts';
import { eachPart, type Node, someNode } from '../litmus/walk.ts';
import { allocationsIn } from './allocations.ts';
import { Alone, AloneCpu } from './alone.ts';
import { addressTaken, declaredIn } from './declared.ts';
import type { CProgram, GlobalVariable } from './parse-program.ts';

/** How many objects one call may allocate, and how many elements an array of words that is allocated may have. */
const MAX_OBJECTS = 4;
const MAX_ELEMENTS = 16;

/** The most threads. */
const MAX_THREADS = 128;

/** What may be asked of a file of C: its threads over the memory that it declares. Throws LitmusError. */
export function resolveProgram(program: CProgram): LitmusTest {
  if (!program.functions.some(({ name }) => name === 'main')) return new Resolver(program, []).test();
  return new Resolver(program, startedBy(program)).test();
}

/** What a thread is that main() starts. */
interface Started {
  readonly definition: FunctionDefinition;
  readonly given: number;
}

/** The functions that main() starts as threads, in this order, as it does when it runs alone. */
function startedBy(program: CProgram): Started[] {
  const main = program.functions.find(({ name }) => name === 'main')!;
  const room = new Array<Started>(MAX_THREADS - 1).fill({ definition: main, given: 0 });
  const test = new Resolver(program, room).test();
  const { layout } = test;
  const starts = layout.threads[0]!.starts!;
  const compiled = compileLitmus(test, { unroll: MAX_UNROLL });
  const memory = Array.from(compiled.program.initial);
  const ended = new Set(starts.map((each) => each.ended));
  try {
    compiled.program.threads[0]!(new AloneCpu(memory, (cell) => ended.has(cell)));
  } catch (error) {
    if (!(error instanceof Alone)) throw error;
  }
  return starts.flatMap(({ function: address, given }): Started[] => {
    const name = address === undefined ? undefined : locate(layout, address)?.location.function;
    const definition = program.functions.find((f) => f.name === name);
    return definition === undefined ? [] : [{ definition, given }];
  });
}

class Resolver {
  private readonly source: Source;
  private readonly locations: Location[] = [];
  private readonly byName = new Map<string, Location>();
  private readonly memory: number[] = [];
  private readonly kinds: IntKind[] = [];
  private readonly globals = new Map<string, Binding>();
  private readonly functions = new Map<string, FunctionDefinition>();

  /** @param started what main() starts, where there is one */
  constructor(
    private readonly program: CProgram,
    private readonly started: readonly Started[],
  ) {
    this.source = program.source;
    for (const f of program.functions) this.functions.set(f.name, f);
  }

  test(): LitmusTest {
    const { program, source } = this;
    const threads = this.threads();
    for (const variable of program.variables) this.variable(variable);
    for (const f of program.functions) this.function(f);
    const layouts = this.isMain
      ? this.startedThreads(threads)
      : threads.map((thread, number) => this.thread(thread, number));
    const { locations, byName, memory, kinds } = this;
    const layout: Layout = { locations, byName, memory, kinds, threads: layouts, isStrict: true };
    for (const variable of program.variables) this.initialise(variable, layout);
    return {
      name: source.path.replace(/^.*[/\\]/, ''),
      path: source.path,
      source,
      threads,
      functions: program.functions.filter((f) => !threads.some(({ start }) => start === f.start)),
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

  private get isMain(): boolean {
    return this.functions.has('main');
  }

  /** main(), and what it starts; a function that is started twice has a number. */
  private mainThreads(): FunctionDefinition[] {
    const main = this.functions.get('main')!;
    const seen = new Map<string, number>();
    return [
      main,
      ...this.started.map(({ definition: f }) => {
        const count = (seen.get(f.name) ?? 0) + 1;
        seen.set(f.name, count);
        return count === 1 ? { ...f } : { ...f, name: `${f.name}#${count}` };
      }),
    ];
  }

  private startedThreads(threads: readonly FunctionDefinition[]): ThreadLayout[] {
    const [main, ...others] = threads as [FunctionDefinition, ...FunctionDefinition[]];
    // First of all, so that addresses are the same however many threads there are.
    const own = this.thread(main, 0);
    const starts = others.map(({ name, start, end }, i): ThreadStart => {
      const word = (what: string): number => this.place(`${name}.${what}`, UNTYPED, { start, end }).cell;
      const { definition, given } = this.started[i]!;
      const location = this.globals.get(definition.name);
      const isKnown = definition.name !== 'main' && location?.kind === 'memory';
      const address = isKnown ? addressOf(location.location) : undefined;
      return { started: word('started'), ended: word('ended'), function: address, given };
    });
    return [
      { ...own, starts },
      ...others.map((_, i): ThreadLayout => {
        const from = this.started[i]!.definition;
        const functions = from.name === 'main' ? new Map() : this.functionsOf(from, i + 1, true);
        return {
          bindings: this.globals,
          calls: new Map(),
          begunBy: undefined,
          initial: [0],
          functions,
          startedBy: starts[i]!,
        };
      }),
    ];
  }

  /** P0, P1, ... in this order, or what main() starts. */
  private threads(): FunctionDefinition[] {
    if (this.isMain) return this.mainThreads();
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

  /** @param isAllocated whether it is memory that a call allocates, of which nothing is known but its type */
  private place(name: string, type: ValueType, declared: Place, isAllocated = false): Location {
    const words = isScalar(type) ? undefined : wordsOf(type, declared, MAX_CELLS);
    const size = words?.length ?? 1;
    if (this.memory.length + size > MAX_CELLS)
      this.fail(declared, `${name} is too large`, { expected: `at most ${MAX_CELLS} words in all` });
    const base = { name, index: this.locations.length, cell: this.memory.length, size, type, declared };
    const state = isAllocated ? { state: this.memory.length + size } : {};
    const location: Location = { ...base, ...(words === undefined ? {} : { words }), ...state };
    this.locations.push(location);
    for (let i = 0; i < size; i++) {
      const of = words?.[i]?.type ?? type;
      // A lock that was allocated is free.
      this.memory.push(isAllocated && of.size !== undefined ? NEVER_WRITTEN : 0);
      this.kinds.push(of.kind);
    }
    if (isAllocated) this.place(`${name}.freed`, UNTYPED, declared);
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
    return {
      ...this.layout(definition, number, definition.name),
      functions: this.functionsOf(definition, number, false),
    };
  }

  /** What a thread may call. @param isCalled whether the function that it runs is called as well */
  private functionsOf(definition: FunctionDefinition, number: number, isCalled: boolean): Map<string, FunctionLayout> {
    const functions = new Map<string, FunctionLayout>();
    if (isCalled) {
      const layout = this.layout(definition, number, definition.name);
      functions.set(definition.name, { definition, layout, isNamed: true });
    }
    for (const [name, isNamed] of this.reachable(definition)) {
      // Nobody calls main(), nor does a thread start others.
      if (functions.has(name) || name === 'main') continue;
      const own = this.functions.get(name)!;
      functions.set(name, { definition: own, layout: this.layout(own, number, name), isNamed });
    }
    return functions;
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

  private layout(definition: FunctionDefinition, thread: number, name: string): ThreadLayout {
    const { parameters, body } = definition;
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
    const made = { bindings, calls: new Map(), begunBy: undefined, initial };
    const allocations = new Map<Call, HeapObject[]>();
    for (const [call, type] of allocationsIn(definition, { thread: made, types: new Map() })) {
      allocations.set(call, this.objects(call, type));
    }
    return allocations.size === 0 ? made : { ...made, allocations };
  }

  /** What one call may allocate. */
  private objects(call: Call, type: ValueType): HeapObject[] {
    const count = isScalar(type) ? MAX_ELEMENTS : 1;
    const tag = type.name.replace(/^(struct|union) /, '').replace(/\W+/g, '');
    return Array.from({ length: MAX_OBJECTS }, (): HeapObject => {
      const number = this.allocated++;
      const location = this.place(`${tag}#${number}`, count === 1 ? type : arrayOf(type, count), call, true);
      return { location, element: stride(type), count };
    });
  }
  private allocated = 0;

  /** What the condition of smp_cond_load_acquire() calls VAL: a word of any size. */
  private value(bindings: Map<string, Binding>, initial: number[]): void {
    bindings.set('VAL', { kind: 'register', slot: initial.length, type: UNTYPED });
    initial.push(0);
  }
}
