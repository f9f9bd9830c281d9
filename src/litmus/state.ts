import { wrap } from '../cpu/integer.ts';
import type { Execution } from '../explore/contract.ts';
import type { InitialValue, Proposition, Variable } from './ast.ts';
import type { Frame } from './frame.ts';
import { elementAddress, type Layout, type Location } from './layout.ts';
import { common, INT, type ValueType } from './value-type.ts';
import { compareVariables, nameOf } from './variables.ts';

/** What a state needs of a complete execution. */
export type Ended = Pick<Execution, 'result' | 'finalValue'>;

/** A variable of a state, and where its final value is found. */
export interface Observed {
  /** As herd7 writes it: `0:r1`, `[x]`, `a[2]`. */
  readonly name: string;
  /** The thread whose register it is; -1: a word of memory. */
  readonly thread: number;
  /** The slot of the register, or the word of memory; -1: neither, the value is {@link Observed.fixed}. */
  readonly place: number;
  /** The value of what has no place: the address that a parameter is, or 0 where there is no such register. */
  readonly fixed: number;
  readonly type: ValueType;
}

/** Asks a proposition of the values of some variables. */
export type Holds = (values: readonly number[]) => boolean;

/** The values of a few variables at the end of an execution, in the order in which herd7 prints them. */
export class StateReader {
  readonly observed: readonly Observed[];
  private readonly places = new Map<string, number>();
  private readonly layout: Layout;

  constructor(layout: Layout, variables: Iterable<Variable>) {
    this.layout = layout;
    const byName = new Map<string, Variable>();
    for (const v of variables) byName.set(nameOf(v), v);
    const sorted = [...byName].sort(([a, x], [b, y]) => compareVariables(x, y) || (a < b ? -1 : 1));
    this.observed = sorted.map(([name, v]) => observe(layout, name, v));
    this.observed.forEach((o, i) => {
      this.places.set(o.name, i);
    });
  }

  read(ended: Ended, index: number): number {
    const { thread, place, fixed } = this.observed[index]!;
    if (place < 0) return fixed;
    return thread < 0 ? ended.finalValue(place) : (ended.result(thread) as Frame)[place]!;
  }

  readAll(ended: Ended): number[] {
    const values: number[] = [];
    for (let i = 0; i < this.observed.length; i++) values.push(this.read(ended, i));
    return values;
  }

  /** Compiles a proposition whose variables are all read. */
  compile(p: Proposition): Holds {
    switch (p.kind) {
      case 'value': {
        const index = this.indexOf(p.variable);
        const value = conditionValue(this.layout, p.value, this.observed[index]!.type);
        return (values) => values[index] === value;
      }
      case 'same': {
        const left = this.indexOf(p.left);
        const right = this.indexOf(p.right);
        const kind = common(this.observed[left]!.type.kind, this.observed[right]!.type.kind);
        return (values) => wrap(kind, values[left]!) === wrap(kind, values[right]!);
      }
      case 'not': {
        const operand = this.compile(p.operand);
        return (values) => !operand(values);
      }
      case 'and': {
        const operands = p.operands.map((o) => this.compile(o));
        return (values) => operands.every((holds) => holds(values));
      }
      case 'or': {
        const operands = p.operands.map((o) => this.compile(o));
        return (values) => operands.some((holds) => holds(values));
      }
      case 'implies': {
        const left = this.compile(p.left);
        const right = this.compile(p.right);
        return (values) => !left(values) || right(values);
      }
    }
  }

  /** Where a variable stands among the observed. */
  indexOf(v: Variable): number {
    const index = this.places.get(nameOf(v));
    if (index === undefined) throw new Error(`${nameOf(v)} is not read`);
    return index;
  }
}

/** The number that stands for a value of a condition, in the type of what it is compared with: so 4294967295 is -1 of an `int`. */
export function conditionValue(layout: Layout, value: InitialValue, { kind }: ValueType): number {
  if (value.kind === 'number') return wrap(kind, value.value);
  return elementAddress(layout.byName.get(value.of.name)!, value.of.index ?? 0);
}

function observe(layout: Layout, name: string, v: Variable): Observed {
  const { thread } = v;
  if (thread < 0) return observeWord(name, layout.byName.get(v.name)!, v.index ?? 0);
  const binding = layout.threads[thread]!.bindings.get(v.name);
  switch (binding?.kind) {
    case 'memory':
      return observeWord(name, binding.location, 0);
    case 'register':
      return { name, thread, place: binding.slot, fixed: 0, type: binding.type };
    default:
      return { name, thread, place: -1, fixed: binding?.address ?? 0, type: binding?.type ?? INT };
  }
}

const observeWord = (name: string, { cell, type }: Location, index: number): Observed => {
  return { name, thread: -1, place: cell + index, fixed: 0, type };
};
