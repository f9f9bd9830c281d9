import type { Diagnostic } from '../program/diagnostic.ts';
import type { FunctionDefinition, Initial, InitialValue, Parameter, Place, Variable } from './ast.ts';
import { MAX_SIZE } from './initial.ts';
import { addressOf, type Binding, type Location, MAX_CELLS, type ThreadLayout } from './layout.ts';
import type { LitmusTest, ParseResult } from './litmus-test.ts';
import { Role, ThreadNames, type Use } from './names.ts';
import { didYouMean } from './nearest.ts';
import type { Advice, Source } from './source.ts';
import { eachVariable } from './variables.ts';

/** A test as it was read, before anyone asks what its names mean. */
export type ParsedTest = Omit<LitmusTest, 'layout' | 'warnings'> & { readonly initials: readonly Initial[] };

/** Finds out what each name of a test means, and where its locations and registers are kept. */
export const resolve = (parsed: ParsedTest): ParseResult => new Resolver(parsed).result();

const COUNTS_AS_0 = 'it counts as 0';

/** So many errors are enough to begin with. */
const MAX_DIAGNOSTICS = 20;

class Resolver {
  private readonly parsed: ParsedTest;
  private readonly source: Source;
  private readonly diagnostics: Diagnostic[] = [];
  private readonly warnings: Diagnostic[] = [];
  private readonly locations: Location[] = [];
  private readonly byName = new Map<string, Location>();
  private readonly memory: number[] = [];

  constructor(parsed: ParsedTest) {
    this.parsed = parsed;
    this.source = parsed.source;
  }

  result(): ParseResult {
    const { parsed, diagnostics } = this;
    const { initials, ...rest } = parsed;
    for (const initial of initials) if (initial.variable.thread < 0) this.declareInitial(initial);
    for (const t of parsed.threads) for (const p of t.parameters) this.global(p.name);
    this.initialiseMemory();
    const threads = parsed.threads.map((t, number) => this.thread(t, number));
    this.checkPropositions(threads);
    if (diagnostics.length > 0) {
      diagnostics.sort((a, b) => a.line - b.line || a.column - b.column);
      return { ok: false, diagnostics: diagnostics.slice(0, MAX_DIAGNOSTICS) };
    }
    const { locations, byName, memory, warnings } = this;
    return { ok: true, test: { ...rest, layout: { locations, byName, memory, threads }, warnings } };
  }

  private report(code: string, at: Place, message: string, advice: Advice = {}): void {
    this.diagnostics.push(this.source.error(code, at.start, at.end, message, advice));
  }

  private warn(code: string, at: Place, message: string, advice: Advice = {}): void {
    this.warnings.push({ ...this.source.error(code, at.start, at.end, message, advice), severity: 'warning' });
  }

  private place(name: string, size: number): Location {
    const location = { name, index: this.locations.length, cell: this.memory.length, size };
    this.locations.push(location);
    for (let i = 0; i < size; i++) this.memory.push(0);
    return location;
  }

  private global(name: string): Location {
    let location = this.byName.get(name);
    if (location === undefined) {
      location = this.place(name, 1);
      this.byName.set(name, location);
    }
    return location;
  }

  private declareInitial(initial: Initial): void {
    const { variable, size } = initial;
    if (this.byName.has(variable.name)) {
      this.report('HF106', initial, `${variable.name} has two initial values`);
      return;
    }
    if (size < 1 || size > MAX_SIZE || this.memory.length + size > MAX_CELLS) {
      this.report('HF103', initial, `${variable.name} has ${size} elements`, { expected: `between 1 and ${MAX_SIZE}` });
      return;
    }
    this.byName.set(variable.name, this.place(variable.name, size));
  }

  private initialiseMemory(): void {
    for (const { variable, values } of this.parsed.initials) {
      if (variable.thread >= 0) continue;
      const location = this.byName.get(variable.name)!;
      for (let i = 0; i < values.length && i < location.size; i++) {
        this.memory[location.cell + i] = this.initialValue(values[i]!);
      }
    }
  }

  private initialValue(value: InitialValue): number {
    if (value.kind === 'number') return value.value;
    const { of } = value;
    if (of.thread >= 0) {
      this.report('HF106', of, 'a register has no address', { expected: 'a number, or the name of a location' });
      return 0;
    }
    return addressOf(this.global(of.name)) + (of.index ?? 0);
  }

  private thread(thread: FunctionDefinition, number: number): ThreadLayout {
    const names = new ThreadNames(this.source, thread);
    this.diagnostics.push(...names.diagnostics);
    const bindings = new Map<string, Binding>();
    const initial = [0];
    const addRegister = (name: string, value: number): void => {
      bindings.set(name, { kind: 'register', slot: initial.length });
      initial.push(value);
    };

    const given = new Map<string, number>();
    for (const { variable, values, size } of this.parsed.initials) {
      if (variable.thread !== number) continue;
      if (size !== 1) this.report('HF106', variable, 'a register is no array');
      if (given.has(variable.name)) this.report('HF106', variable, `${number}:${variable.name} has two initial values`);
      given.set(variable.name, values.length === 0 ? 0 : this.initialValue(values[0]!));
    }

    for (const p of thread.parameters) {
      const use = names.uses.get(p.name);
      const address = addressOf(this.global(p.name));
      if (use !== undefined) this.checkParameter(p, use);
      if (given.has(p.name) || ((use?.roles ?? 0) & Role.Assigned) !== 0)
        addRegister(p.name, given.get(p.name) ?? address);
      else bindings.set(p.name, { kind: 'address', address });
    }
    for (const name of names.declared.keys()) {
      const use = names.uses.get(name);
      if (bindings.has(name)) continue;
      if (use !== undefined && (use.roles & Role.AddressTaken) !== 0) {
        const location = this.place(`${number}:${name}`, 1);
        this.memory[location.cell] = given.get(name) ?? 0;
        bindings.set(name, { kind: 'memory', location });
      } else {
        if (use !== undefined && (use.roles & Role.Accessed) !== 0) this.registerAccessed(use);
        addRegister(name, given.get(name) ?? 0);
      }
    }
    for (const [name, use] of names.uses) {
      if (!bindings.has(name)) this.undeclared(name, use, given, bindings, addRegister, names, number);
    }
    for (const [name, value] of given) if (!bindings.has(name)) addRegister(name, value);
    return { bindings, initial };
  }

  private checkParameter(p: Parameter, use: Use): void {
    if ((use.roles & Role.AddressTaken) !== 0) {
      this.report('HF111', use.first, `${p.name} is a parameter, which is the address of the location already`, {
        expected: `\`${p.name}\` instead of \`&${p.name}\``,
      });
    } else if ((use.roles & Role.Accessed) !== 0) {
      this.report('HF111', use.first, `${p.name} is a pointer`, {
        expected: `\`*${p.name}\`, which is what it points to`,
      });
    }
  }

  private registerAccessed(use: Use): void {
    this.report('HF111', use.first, `${use.first.name} is a register, which no other thread can see`, {
      help: `Use ${use.first.name} itself, or *${use.first.name} if it holds a pointer.`,
    });
  }

  /** A name that the thread neither declares nor has as a parameter. herd7 takes any such name for a register. */
  private undeclared(
    name: string,
    use: Use,
    given: ReadonlyMap<string, number>,
    bindings: Map<string, Binding>,
    addRegister: (name: string, value: number) => void,
    names: ThreadNames,
    thread: number,
  ): void {
    const { roles, first } = use;
    const location = this.byName.get(name);
    const named = location !== undefined && !given.has(name);
    if (named && (roles & (Role.Read | Role.Assigned)) === 0) bindings.set(name, { kind: 'memory', location });
    else if (named && location.size > 1 && roles === Role.Read) {
      bindings.set(name, { kind: 'address', address: addressOf(location) });
    } else if (named) {
      this.report('HF111', first, `P${thread} does not declare ${name}`, {
        expected: `\`int *${name}\` among the parameters for the location, or \`int ${name};\` for a register`,
      });
    } else if (
      (roles & (Role.AddressTaken | Role.Accessed)) === 0 &&
      (given.has(name) || (roles & Role.Assigned) !== 0)
    ) {
      addRegister(name, given.get(name) ?? 0);
    } else {
      const known = [...names.declared.keys(), ...names.uses.keys(), ...this.byName.keys()].filter((n) => n !== name);
      this.report('HF111', first, `${name} has no value: P${thread} does not declare it or assign to it`, {
        ...didYouMean(name, known),
      });
    }
  }

  private checkPropositions(threads: readonly ThreadLayout[]): void {
    const { condition, filter, observed } = this.parsed;
    const check = (v: Variable): void => this.checkVariable(v, threads);
    for (const v of observed) check(v);
    if (filter !== undefined) eachVariable(filter, check, (v) => this.checkAddress(v));
    eachVariable(condition, check, (v) => this.checkAddress(v));
    for (const { variable } of this.parsed.initials) {
      if (variable.thread >= threads.length) this.noThread(variable, threads.length);
    }
  }

  private noThread(v: Variable, count: number): void {
    this.report('HF113', v, `there is no thread ${v.thread}`, { expected: `a number from 0 to ${count - 1}` });
  }

  private checkVariable(v: Variable, threads: readonly ThreadLayout[]): void {
    if (v.thread >= threads.length) this.noThread(v, threads.length);
    else if (v.thread >= 0) {
      const { bindings } = threads[v.thread]!;
      if (bindings.has(v.name)) return;
      this.warn(
        'HF114',
        v,
        `P${v.thread} has no register ${v.name}; it counts as 0`,
        didYouMean(v.name, bindings.keys()),
      );
    } else this.checkLocation(v, COUNTS_AS_0);
  }

  private checkAddress(v: Variable): void {
    this.checkLocation(v, 'nothing ever points to it');
  }

  private checkLocation(v: Variable, therefore: string): void {
    const known = this.byName.get(v.name);
    if (known === undefined) {
      this.warn('HF114', v, `no thread and no initial value has ${v.name}; ${therefore}`, {
        help: `A register is written with the number of its thread, as in 0:${v.name}.`,
      });
      this.global(v.name);
    } else if (v.index === undefined ? known.size > 1 && therefore === COUNTS_AS_0 : v.index >= known.size) {
      this.report('HF113', v, `${v.name} has ${known.size} element${known.size === 1 ? '' : 's'}`, {
        expected: known.size === 1 ? `\`${v.name}\`` : `\`${v.name}[0]\` to \`${v.name}[${known.size - 1}]\``,
      });
    }
  }
}
