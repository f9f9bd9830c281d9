import { type IntKind, wrap } from '../cpu/integer.ts';
import type {
  Call,
  Content,
  CType,
  FunctionDefinition,
  Initial,
  InitialValue,
  Parameter,
  Place,
  Variable,
} from './ast.ts';
import { withCallbacks } from './callbacks.ts';
import { MAX_SIZE } from './initial.ts';
import {
  type BegunBy,
  type CallbackWords,
  elementAddress,
  type Location,
  MAX_CELLS,
  type ThreadLayout,
} from './layout.ts';
import type { LitmusTest, ParseResult } from './litmus-test.ts';
import { didYouMean } from './nearest.ts';
import { type ResolvedThread, resolveThread } from './resolve-thread.ts';
import { Diagnostics } from './source.ts';
import { INT, UNKNOWN, UNTYPED, type ValueType, VOID, valueTypeOf } from './value-type.ts';
import { eachVariable } from './variables.ts';

/** A test as it was read, before anyone asks what its names mean. */
export type ParsedTest = Omit<LitmusTest, 'layout' | 'warnings' | 'functions'> & {
  readonly initials: readonly Initial[];
  /** What is defined besides threads. */
  readonly functions: readonly FunctionDefinition[];
};

/** Finds out what each name of a test means, and where its locations and registers are kept. */
export function resolve(read: ParsedTest): ParseResult {
  const errors = new Diagnostics(read.source);
  const parsed = { ...read, threads: withCallbacks(read.threads, read.functions, errors) };
  const { initials, functions: _, ...rest } = parsed;
  const warnings = new Diagnostics(parsed.source);
  const map = new MemoryMap(errors);
  for (const initial of initials) if (initial.variable.thread < 0) map.declare(initial);
  for (const thread of parsed.threads) for (const p of thread.parameters) map.parameter(p);
  for (const { variable, values } of initials) {
    if (variable.thread < 0) map.pointedTo(values, map.byName.get(variable.name)?.type, variable);
  }
  const threads = parsed.threads.map((thread, number) => {
    return resolveThread(thread, number, initialRegisters(initials, number, map, errors), map, errors);
  });
  for (const { variable, values } of initials) {
    const binding = threads[variable.thread]?.bindings.get(variable.name);
    map.pointedTo(values, binding?.kind === 'register' ? binding.type : undefined, variable);
  }
  for (const initial of initials) {
    if (initial.variable.thread < 0) map.initialise(initial);
    else initialiseRegister(initial, threads[initial.variable.thread], map);
  }
  for (const { variable } of initials)
    if (variable.thread >= threads.length) noThread(variable, threads.length, errors);
  checkVariables(parsed, threads, map, errors, warnings);
  const withCalls = callbackWords(parsed.threads, threads, map, errors);
  if (errors.list.length > 0) {
    const diagnostics = [...errors.list].sort((a, b) => a.line - b.line || a.column - b.column);
    return { ok: false, diagnostics };
  }
  const { locations, byName, memory, kinds } = map;
  const layout = { locations, byName, memory, kinds, threads: withCalls };
  return { ok: true, test: { ...rest, functions: [], layout, warnings: warnings.list } };
}

/** The threads with the words by which they start callbacks, or are started. */
function callbackWords(
  definitions: readonly FunctionDefinition[],
  threads: readonly ResolvedThread[],
  map: MemoryMap,
  errors: Diagnostics,
): ThreadLayout[] {
  const calls = definitions.map(() => new Map<Call, CallbackWords>());
  const begunBy = definitions.map(({ name, callback }, number): BegunBy | undefined => {
    if (callback === undefined) return undefined;
    const { head: given, start, end } = callback;
    const called = map.place(`${name}.called`, 1, INT).cell;
    const head = given === undefined ? undefined : map.place(`${name}.${given.name}`, 1, UNTYPED).cell;
    const words = { called, head };
    calls[callback.thread]!.set(callback.call, words);
    const binding = given === undefined ? undefined : threads[number]!.bindings.get(given.name);
    if (binding?.kind === 'memory') errors.report('HF120', given!, `the address of ${given!.name} is not supported`);
    return { words, place: { start, end }, head: binding?.kind === 'register' ? binding.slot : 0 };
  });
  return threads.map((thread, number) => ({ ...thread, calls: calls[number]!, begunBy: begunBy[number] }));
}

/** A location whose type may still become known. */
type Growing = { -readonly [Key in keyof Location]: Location[Key] };

/**
 * The locations of a test, as they become known. The type of one is that of its declaration in the initial state, else that
 * of the first parameter of its name, else that of a pointer which points to it at the start, else unknown.
 */
export class MemoryMap {
  readonly locations: Growing[] = [];
  readonly byName = new Map<string, Growing>();
  readonly memory: number[] = [];
  private readonly errors: Diagnostics;

  constructor(errors: Diagnostics) {
    this.errors = errors;
  }

  /** Words of memory of their own, which nothing finds by name. */
  place(name: string, size: number, type = UNKNOWN, declared: Place | undefined = undefined): Growing {
    const location = { name, index: this.locations.length, cell: this.memory.length, size, type, declared };
    this.locations.push(location);
    for (let i = 0; i < size; i++) this.memory.push(0);
    return location;
  }

  /** The location of a name, which every thread shares. */
  global(name: string): Growing {
    let location = this.byName.get(name);
    if (location === undefined) {
      location = this.place(name, 1);
      this.byName.set(name, location);
    }
    return location;
  }

  declare(initial: Initial): void {
    const { variable, size, type } = initial;
    const { name } = variable;
    if (this.byName.has(name)) this.errors.report('HF106', initial, `${name} has two initial values`);
    else if (size < 1 || size > MAX_SIZE || this.memory.length + size > MAX_CELLS) {
      this.errors.report('HF103', initial, `${name} has ${size} elements`, () => {
        return { expected: `between 1 and ${MAX_SIZE}` };
      });
    } else {
      const location = this.place(name, size);
      if (type !== undefined) settle(location, valueTypeOf(type), initial);
      this.byName.set(name, location);
    }
  }

  parameter(p: Parameter): void {
    const { pointee } = valueTypeOf(p.type);
    const location = this.global(p.name);
    if (pointee !== undefined) settle(location, pointee, p);
  }

  /** Locations whose addresses are the initial values of a variable have the type that its pointers point to. */
  pointedTo(values: readonly (InitialValue | Content)[], pointer: ValueType | undefined, place: Place): void {
    const pointee = pointer?.pointee;
    for (const value of values) {
      if (value.kind === 'number' || value.of.thread >= 0) continue;
      const location = this.global(value.of.name);
      if (value.kind === 'content' && location.size === 1) continue;
      if (pointee !== undefined && pointee !== VOID) settle(location, pointee, place);
    }
  }

  initialise({ variable, values }: Initial): void {
    const location = this.byName.get(variable.name);
    if (location === undefined) return;
    for (let i = 0; i < values.length && i < location.size; i++) {
      this.memory[location.cell + i] = wrap(location.type.kind, this.numberOf(values[i]!));
    }
  }

  /** The number that stands for a value; a location of which only the address is used comes into being here. */
  numberOf(value: InitialValue | Content): number {
    if (value.kind === 'number') return value.value;
    const { of } = value;
    if (of.thread < 0 && value.kind === 'content') {
      const location = this.global(of.name);
      const { size, cell } = location;
      if (of.index !== undefined && of.index >= size) wrongElement(of, location, this.errors);
      else if (size === 1 || of.index !== undefined) return this.memory[cell + (of.index ?? 0)]!;
    }
    if (of.thread < 0) return elementAddress(this.global(of.name), of.index ?? 0);
    this.errors.report('HF106', of, 'a register has no address', () => {
      return { expected: 'a number, or the name of a location' };
    });
    return 0;
  }

  /** What each word holds. */
  get kinds(): IntKind[] {
    const kinds: IntKind[] = [];
    for (const { size, type } of this.locations) for (let i = 0; i < size; i++) kinds.push(type.kind);
    return kinds;
  }
}

/** Gives a location a type unless it has one. */
function settle(location: Growing, type: ValueType, { start, end }: Place): void {
  if (location.declared !== undefined) return;
  location.type = type;
  location.declared = { start, end };
}

/** The registers of a thread that the initial state names, with the types that it gives them. */
function initialRegisters(
  initials: readonly Initial[],
  thread: number,
  map: MemoryMap,
  errors: Diagnostics,
): Map<string, CType | undefined> {
  const registers = new Map<string, CType | undefined>();
  for (const { variable, values, size, type } of initials) {
    if (variable.thread !== thread) continue;
    map.pointedTo(values, undefined, variable);
    const { name } = variable;
    if (size !== 1) errors.report('HF106', variable, 'a register is no array');
    if (registers.has(name)) errors.report('HF106', variable, `${thread}:${name} has two initial values`);
    registers.set(name, type);
  }
  return registers;
}

function initialiseRegister({ variable, values }: Initial, thread: ResolvedThread | undefined, map: MemoryMap): void {
  const binding = thread?.bindings.get(variable.name);
  const [value] = values;
  if (value === undefined) return;
  if (binding?.kind === 'register') thread!.initial[binding.slot] = wrap(binding.type.kind, map.numberOf(value));
  else if (binding?.kind === 'memory') {
    map.memory[binding.location.cell] = wrap(binding.location.type.kind, map.numberOf(value));
  }
}

/** Whether every variable of the condition, the filter and the observed locations exists. */
function checkVariables(
  parsed: ParsedTest,
  threads: readonly Pick<ThreadLayout, 'bindings'>[],
  map: MemoryMap,
  errors: Diagnostics,
  warnings: Diagnostics,
): void {
  const location = (v: Variable, asked: boolean): void => {
    const known = map.byName.get(v.name);
    if (known === undefined) {
      const therefore = asked ? 'it counts as 0' : 'nothing ever points to it';
      warnings.warn('HF114', v, `no thread and no initial value has ${v.name}; ${therefore}`, () => {
        return { help: `A register is written with the number of its thread, as in 0:${v.name}.` };
      });
      map.global(v.name);
    } else if (v.index === undefined ? asked && known.size > 1 : v.index >= known.size) wrongElement(v, known, errors);
  };
  const variable = (v: Variable): void => {
    if (v.thread < 0) location(v, true);
    else if (v.thread >= threads.length) noThread(v, threads.length, errors);
    else if (!threads[v.thread]!.bindings.has(v.name)) {
      const { bindings } = threads[v.thread]!;
      const message = `${parsed.threads[v.thread]!.name} has no register ${v.name}; it counts as 0`;
      warnings.warn('HF114', v, message, () => didYouMean(v.name, bindings.keys()));
    }
  };
  const address = (v: Variable): void => location(v, false);
  for (const v of parsed.observed) variable(v);
  if (parsed.filter !== undefined) eachVariable(parsed.filter, variable, address);
  eachVariable(parsed.condition, variable, address);
}

function noThread(v: Place & { readonly thread: number }, count: number, errors: Diagnostics): void {
  errors.report('HF113', v, `there is no thread ${v.thread}`, () => {
    return { expected: count === 1 ? '0, the only thread' : `a number from 0 to ${count - 1}` };
  });
}

function wrongElement(v: Variable, { name, size }: Location, errors: Diagnostics): void {
  errors.report('HF113', v, `${name} has ${size} element${size === 1 ? '' : 's'}`, () => {
    return { expected: size === 1 ? `\`${name}\`` : `\`${name}[0]\` to \`${name}[${size - 1}]\`` };
  });
}
