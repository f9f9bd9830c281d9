import type { Cpu } from '../cpu/cpu.ts';
import type { Design } from '../mm/design/design.ts';
import { OPS } from '../mm/design/ops.ts';
import type { OwnEnding, Patch } from '../mm/design/patch.ts';
import type { Kernel } from '../mm/memory/kernel.ts';
import { Layout } from '../mm/memory/layout.ts';
import { type LayoutConfig, SMALL_CONFIG } from '../mm/memory/layout-config.ts';
import type { Memory } from '../mm/observe/inspect.ts';
import { QUIESCENT } from '../mm/observe/invariants.ts';
import type { Program, ThreadBody } from '../program/program.ts';
import { type Happenings, plainResult, watched, watchedMemory, watchedResult } from './happenings.ts';
import { PROPERTIES, type PropertyId } from './properties.ts';
import { calling, type Origins, refusePromise, ScenarioError } from './scenario-error.ts';

/** One form of a race: its parameters, and a line that tells it from the others. */
export interface Variant {
  readonly doc: string;
}

/** Who runs what: a name (the column in a counterexample) and a function of the memory manager, or a few. */
export type Threads = Readonly<Record<string, (cpu: Cpu) => unknown>>;

/** What each thread returned. */
export type Results<T extends Threads> = { readonly [Role in keyof T]: ReturnType<T[Role]> };

/** The property does not hold, and this is what is wrong: one sentence with the values that show it. */
export interface Broken<P extends string = never> {
  /** One of {@link PROPERTIES}, or of the race's own. */
  readonly property: PropertyId | P;
  readonly message: string;
}

/** Something that happened after the race, for whoever reads the failing execution. */
export interface Step {
  /** Who did it: `parent`, `device`. */
  readonly who: string;
  readonly what: string;
  /** What came of it, as people read it; empty where nothing is returned. */
  readonly value: string;
}

/** A read that a thread made, and what it returned. */
export interface Access {
  readonly cell: number;
  readonly value: number;
}

/** The end of one execution, to be judged. */
export interface Ending<W, T extends Threads> {
  readonly world: W;
  /** Copies, and the pages of pins are handles that compare with those of the memory manager. */
  readonly results: Results<T>;
  /** A CPU that runs alone over the final memory. */
  readonly cpu: Cpu;
  /** The final memory. The steps change it. */
  readonly memory: Memory;
  /** Every read of a thread, in program order. */
  reads(role: keyof T): readonly Access[];
  /** Does something after the race, and keeps it for the counterexample. @returns what it returned */
  step<R>(who: string, what: string, doIt: () => R): R;
}

/**
 * A race as its author writes it. `V`: the parameters of a variant; `W`: what setup() hands to the threads; `P`: the names of
 * properties of its own.
 */
export interface ScenarioSpec<V extends Variant, W, T extends Threads, P extends string = never> {
  /** Short, like `T0`: the row of the table, and the argument of `holdfast check`. */
  readonly name: string;
  readonly title: string;
  /** Why it matters to whoever pins memory: one or two sentences. */
  readonly why: string;
  /** What is judged first, and is said to hold where nothing is broken. */
  readonly property: PropertyId | NoInfer<P>;
  /** What must hold and is none of {@link PROPERTIES}: by its name, as one sentence about the state of memory. */
  readonly properties?: Readonly<Record<P, string>>;
  /** At least one. */
  readonly variants: Readonly<Record<string, V>>;
  /** Presets besides the kernels for which the race is worth a line of the table: the proposals made about it. */
  readonly proposals?: readonly string[];
  /** Why the race does not exist under a design, or undefined where it does. */
  absent?(design: Design, variant: V): string | undefined;
  /** What the world needs beyond {@link SMALL_CONFIG}. The number of CPUs is that of the threads. */
  layout?(variant: V): Partial<LayoutConfig>;
  /** Makes the memory before the race with operations of the memory manager, on a CPU that runs alone. */
  setup(cpu: Cpu, k: Kernel, variant: V): W;
  /**
   * The same race without everything that cannot matter, as a litmus test in the format of herd7, for a second opinion.
   * Its condition says that the race is broken. Undefined where there is none of a variant.
   */
  litmus?(design: Design, variant: V, name: string): string | undefined;
  /** Who races. Bodies run many times, so they must keep nothing outside themselves. */
  threads(world: W): T;
  /**
   * What must happen for the judgement to be about anything, by its names, and whether it did in this execution: `pinned`,
   * a pin that succeeds. The race is vacuous where some of it happens in no execution. Without this function it is where
   * judge() sees nothing in any: docs/scenarios.md says what that is.
   */
  happens?(ending: Pick<Ending<W, T>, 'world' | 'results' | 'memory' | 'reads'>): Readonly<Record<string, boolean>>;
  /** Judges one execution by its results and its final memory, and by what happens next. */
  judge(ending: Ending<W, T>): Broken<NoInfer<P>> | undefined;
}

/** What is wrong with an execution, and what was done after the race to show it. */
export interface Failure extends Broken<string> {
  readonly steps: readonly Step[];
}

/** What is known of an execution when it is judged. */
export interface Judged {
  /** What each thread returned. */
  readonly results: readonly unknown[];
  /** The final values of all words; used up. */
  readonly memory: Float64Array;
  /** The reads of a thread, in program order. */
  reads(thread: number): readonly Access[];
}

/** One race under one design: a program, and the judge of its executions. */
export interface Prepared {
  readonly k: Kernel;
  /** What setup() made. */
  readonly world: unknown;
  readonly program: Program;
  /** The name of each thread. */
  readonly roles: readonly string[];
  /** Where the race stands, and the design where it is one of somebody's own. */
  readonly origins: Origins;
  /** @param happenings told of what happens */
  judge(execution: Judged, happenings?: Happenings): Failure | undefined;
}

/** Makes a CPU that runs alone over a memory. */
export type CpuOver = (id: number, memory: Float64Array) => Cpu;

/** A race, whatever its parameters. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  readonly property: string;
  readonly variants: readonly { readonly name: string; readonly doc: string }[];
  readonly proposals: readonly string[];
  /** Why the race does not exist under a design, or undefined where it does. */
  absent(design: Design, variant: string): string | undefined;
  /** The race as a litmus test for herd7, or undefined where there is none. @throws RangeError as {@link prepare} */
  litmus(design: Design, variant: string): string | undefined;
  /** A property as one sentence: of {@link PROPERTIES}, or of the race's own. */
  promise(property: string): string;
  /**
   * @param patch what the design has besides its decisions
   * @throws RangeError for a variant that does not exist, and ScenarioError where a function of the race, or of the design, throws
   */
  prepare(design: Design, variant: string, cpuOver: CpuOver, patch?: Patch): Prepared;
}

/** Makes a race of its description. @throws ScenarioError where it has no variant */
export function scenario<V extends Variant, W, T extends Threads, const P extends string = never>(
  spec: ScenarioSpec<V, W, T, P>,
): Scenario {
  const { name, title, why, property, proposals = [] } = spec;
  const origins = [new Error().stack ?? ''];
  if (Object.keys(spec.variants ?? {}).length === 0) throw new ScenarioError(`${name} has no variants`, origins);
  const variantNamed = (variant: string): V => {
    const found = Object.hasOwn(spec.variants, variant) ? spec.variants[variant] : undefined;
    if (found === undefined) throw new RangeError(`${name} has no variant '${variant}'`);
    return found;
  };
  return {
    name,
    title,
    why,
    property,
    proposals,
    variants: Object.entries(spec.variants).map(([variant, { doc }]) => ({ name: variant, doc })),
    absent: (design, variant) => calling('absent()', origins, () => spec.absent?.(design, variantNamed(variant))),
    litmus: (design, variant) =>
      calling('litmus()', origins, () => spec.litmus?.(design, variantNamed(variant), `${name}-${variant}`)),
    promise: (id) => ownOf(PROPERTIES, id) ?? ownOf(spec.properties, id) ?? '',
    prepare: (design, variant, cpuOver, patch) =>
      prepare(spec, { design, patch }, variant, variantNamed(variant), cpuOver, origins),
  };
}

const ownOf = (table: Readonly<Record<string, string>> | undefined, key: string): string | undefined =>
  table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;

function prepare<V extends Variant, W, T extends Threads, P extends string>(
  spec: ScenarioSpec<V, W, T, P>,
  { design, patch }: { readonly design: Design; readonly patch: Patch | undefined },
  name: string,
  variant: V,
  cpuOver: CpuOver,
  origin: Origins,
): Prepared {
  const origins = patch === undefined ? origin : [...origin, patch.origin];
  const ops = { ...OPS, ...patch?.functions };
  const build = (cpus: number): { k: Kernel; initial: Float64Array; world: W; threads: [string, ThreadBody][] } => {
    const layout = calling('layout()', origins, () => {
      return new Layout({ ...SMALL_CONFIG, ...spec.layout?.(variant), cpus });
    });
    const k: Kernel = { layout, design, ops };
    const initial = layout.initialMemory();
    const world = calling('setup()', origins, () => spec.setup(cpuOver(layout.bootCpu, initial), k, variant));
    refusePromise('setup()', origins, world);
    const bodies = calling('threads()', origins, () => Object.entries(spec.threads(world)));
    return { k, initial, world, threads: bodies.map(([role, body]) => [role, threadBody(role, body, origins)]) };
  };
  // How many CPUs there are decides where things live, and only the threads tell how many are needed.
  let built = build(2);
  if (built.threads.length !== 2) built = build(built.threads.length);
  const { k, initial, world, threads } = built;
  const roles = threads.map(([role]) => role);

  const judge = ({ results: list, memory, reads }: Judged, happenings?: Happenings): Failure | undefined => {
    const plain = Object.fromEntries(roles.map((role, i) => [role, plainResult(list[i])])) as Results<T>;
    const steps: Step[] = [];
    const ending: Ending<W, T> = {
      world,
      results: plain,
      cpu: cpuOver(k.layout.bootCpu, memory),
      memory,
      reads: (role) => reads(roles.indexOf(role as string)),
      step(who, what, doIt) {
        const value = doIt();
        steps.push({ who, what, value: value === undefined ? '' : String(value) });
        return value;
      },
    };
    const own = patch === undefined ? undefined : ownBroken(patch, { k, memory, results: plain }, origins);
    const broken: unknown = own ?? spec.judge(noted(ending, spec, happenings, origins));
    if (broken === undefined) return undefined;
    refusePromise('judge()', origins, broken);
    if (own === undefined && !isBroken(broken, spec.properties)) {
      const message = `judge() returned ${String(broken)}, which is neither undefined nor { property, message }`;
      throw new ScenarioError(message, origins);
    }
    return { ...(broken as Broken<string>), steps };
  };
  return {
    k,
    world,
    origins,
    roles,
    judge,
    program: {
      name: `${spec.name}/${name}`,
      initial,
      threads: threads.map(([, body]) => body),
      dependencies: 'conservative',
      cellName: (index) => k.layout.cellName(index),
    },
  };
}

/** Tells `happenings` what happens in an execution. @returns what judge() is given */
function noted<V extends Variant, W, T extends Threads, P extends string>(
  ending: Ending<W, T>,
  spec: ScenarioSpec<V, W, T, P>,
  happenings: Happenings | undefined,
  origins: Origins,
): Ending<W, T> {
  if (happenings === undefined) return ending;
  if (spec.happens !== undefined) {
    const happened: unknown = spec.happens(ending);
    refusePromise('happens()', origins, happened);
    if (!isHappened(happened)) {
      throw new ScenarioError(`happens() returned ${String(happened)}, and no { name: boolean }`, origins);
    }
    happenings.note(happened);
    return ending;
  }
  if (happenings.looked) return ending;
  const look = (): void => happenings.look();
  const { results, cpu, memory, reads, step } = ending;
  return {
    ...ending,
    results: watchedResult(results, look),
    cpu: watched(cpu, look),
    memory: watchedMemory(memory, look, (QUIESCENT as readonly string[]).includes(spec.property)),
    reads(role) {
      const list = reads(role);
      if (list.length > 0) look();
      return list;
    },
    step(who, what, doIt) {
      look();
      return step(who, what, doIt);
    },
  };
}

const isHappened = (value: unknown): value is Readonly<Record<string, boolean>> =>
  typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'boolean');

/** A thread of the race, as the explorer runs it. */
function threadBody(role: string, body: (cpu: Cpu) => unknown, origins: Origins): ThreadBody {
  const what = `thread ${role}`;
  if (typeof body !== 'function') throw new ScenarioError(`${what} is no function`, origins);
  return (cpu) => {
    const result = calling(what, origins, () => body(cpu));
    refusePromise(what, origins, result);
    return result;
  };
}

/** What is wrong by the properties of a design of somebody's own. */
function ownBroken({ properties }: Patch, ending: OwnEnding, origins: Origins): Broken<string> | undefined {
  for (const [property, { broken }] of Object.entries(properties)) {
    const message: unknown = calling(`property ${property}`, origins, () => broken(ending));
    if (message === undefined) continue;
    if (typeof message === 'string') return { property, message };
    throw new ScenarioError(`property ${property} returned ${String(message)}, and no sentence`, origins);
  }
  return undefined;
}

const isBroken = (value: unknown, own: Readonly<Record<string, string>> = {}): value is Broken<string> =>
  typeof value === 'object' &&
  value !== null &&
  (Object.hasOwn(PROPERTIES, (value as Broken<string>).property) ||
    Object.hasOwn(own, (value as Broken<string>).property)) &&
  typeof (value as Broken<string>).message === 'string';
