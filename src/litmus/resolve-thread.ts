import type { CType, Declarator, FunctionDefinition, Parameter, Place } from './ast.ts';
import { addressOf, type Binding, type Location, type ThreadLayout } from './layout.ts';
import { Role, ThreadNames, type Use } from './names.ts';
import { didYouMean } from './nearest.ts';
import type { Diagnostics } from './source.ts';
import { pointerTo, UNTYPED, type ValueType, valueTypeOf } from './value-type.ts';

/** What a thread needs to know of memory. */
interface Memory {
  readonly byName: ReadonlyMap<string, Location>;
  place(name: string, size: number, type: ValueType, declared: Place): Location;
  global(name: string): Location;
}

/** What a thread's names mean; its registers have yet to get what the initial state gives them. */
export type ResolvedThread = Pick<ThreadLayout, 'bindings'> & { readonly initial: number[] };

/**
 * What each name of a thread means. @param given the registers that have a value at the start, with the types they are given
 */
export function resolveThread(
  thread: FunctionDefinition,
  number: number,
  given: ReadonlyMap<string, CType | undefined>,
  map: Memory,
  errors: Diagnostics,
): ResolvedThread {
  return new ThreadResolver(thread, number, given, map, errors).layout();
}

class ThreadResolver {
  private readonly thread: FunctionDefinition;
  private readonly number: number;
  private readonly given: ReadonlyMap<string, CType | undefined>;
  private readonly map: Memory;
  private readonly errors: Diagnostics;
  private readonly names: ThreadNames;
  private readonly bindings = new Map<string, Binding>();
  /** Index 0 tells how a run ended. */
  private readonly initial = [0];

  constructor(
    thread: FunctionDefinition,
    number: number,
    given: ReadonlyMap<string, CType | undefined>,
    map: Memory,
    errors: Diagnostics,
  ) {
    this.thread = thread;
    this.number = number;
    this.given = given;
    this.map = map;
    this.errors = errors;
    this.names = new ThreadNames(thread, errors);
  }

  layout(): ResolvedThread {
    const { thread, names, given, bindings, initial } = this;
    for (const p of thread.parameters) this.parameter(p, names.uses.get(p.name));
    for (const d of names.declared.values()) if (!bindings.has(d.name)) this.local(d, names.uses.get(d.name));
    for (const [name, use] of names.uses) if (!bindings.has(name)) this.undeclared(name, use);
    for (const name of given.keys()) if (!bindings.has(name)) this.register(name);
    return { bindings, initial };
  }

  private register(name: string, declared?: CType, initial = 0): void {
    const written = declared ?? this.given.get(name);
    const type = written === undefined ? UNTYPED : valueTypeOf(written);
    this.bindings.set(name, { kind: 'register', slot: this.initial.length, type });
    this.initial.push(initial);
  }

  /** A parameter is the address of the location of its name. */
  private parameter({ name, type }: Parameter, use: Use | undefined): void {
    const roles = use?.roles ?? 0;
    const address = addressOf(this.map.global(name));
    if (this.given.has(name) || (roles & Role.Assigned) !== 0) this.register(name, type, address);
    else this.bindings.set(name, { kind: 'address', address, type: valueTypeOf(type) });
    if ((roles & Role.AddressTaken) !== 0) {
      const message = `${name} is a parameter, which is the address of the location already`;
      this.errors.report('HF111', use!.first, message, () => ({ expected: `\`${name}\` instead of \`&${name}\`` }));
    } else if ((roles & Role.Accessed) !== 0) {
      this.errors.report('HF111', use!.first, `${name} is a pointer`, () => {
        return { expected: `\`*${name}\`, which is what it points to` };
      });
    }
  }

  /** A local variable is a register, unless something points to it. */
  private local({ name, type, ...place }: Declarator, use: Use | undefined): void {
    const roles = use?.roles ?? 0;
    if ((roles & Role.AddressTaken) !== 0) {
      const location = this.map.place(`${this.number}:${name}`, 1, valueTypeOf(type), place);
      this.bindings.set(name, { kind: 'memory', location });
      return;
    }
    this.register(name, type);
    if ((roles & Role.Accessed) !== 0) {
      this.errors.report('HF111', use!.first, `${name} is a register, which no other thread can see`, () => {
        return { help: `Use ${name} itself, or *${name} if it holds a pointer.` };
      });
    }
  }

  /**
   * A name that the thread neither declares nor has as a parameter. herd7 takes any such name for a register, also
   * where it is that of a location; here a location is meant where nothing else can be, and all else is an error.
   */
  private undeclared(name: string, { roles, first }: Use): void {
    const { given, bindings } = this;
    const location = given.has(name) ? undefined : this.map.byName.get(name);
    const inMemory = (roles & (Role.AddressTaken | Role.Accessed)) !== 0;
    const byValue = (roles & (Role.Read | Role.Assigned)) !== 0;
    if (location !== undefined) {
      if (!byValue) bindings.set(name, { kind: 'memory', location });
      else if (roles === Role.Read && location.size > 1) {
        bindings.set(name, { kind: 'address', address: addressOf(location), type: pointerTo(location.type) });
      } else {
        this.errors.report('HF111', first, `${this.thread.name} does not declare ${name}`, () => {
          return {
            expected: `\`int *${name}\` among the parameters for the location, or \`int ${name};\` for a register`,
          };
        });
      }
    } else if (!inMemory && (given.has(name) || (roles & Role.Assigned) !== 0)) this.register(name);
    else {
      const message = `${name} has no value: ${this.thread.name} does not declare it or assign to it`;
      this.errors.report('HF111', first, message, () => didYouMean(name, this.known(name)));
    }
  }

  /** Names that may be meant by one that nobody knows. */
  private *known(but: string): Generator<string> {
    for (const names of [this.names.declared, this.names.uses, this.map.byName]) {
      for (const name of names.keys()) if (name !== but) yield name;
    }
  }
}
