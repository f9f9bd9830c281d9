/**
 * The memory models: everything that is known of one besides its rules, which `modelOf` has (model.ts). No other file says
 * the name of a model. A new one is a row here, and a line there.
 */

/** The names, as options and JSON have them; the stronger of two stands before the weaker. */
export const MODELS = ['sc', 'tso', 'arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power', 'lkmm'] as const;
export type BuiltInModel = (typeof MODELS)[number];
/** A model that was read from a file: the name of the file, and a digest of all its text. */
export type CatName = `${string}.cat#${string}`;
export type ModelName = BuiltInModel | CatName;

export const isCatName = (name: string): name is CatName => /\.cat#./.test(name);

/** The models, each weaker than the one before, by which it is told how much reordering a failure takes. */
export const LADDER: readonly BuiltInModel[] = ['sc', 'tso', 'lkmm'];
/** What Linux runs on, as far as there is a model of it. */
export const MACHINES: readonly BuiltInModel[] = ['tso', 'arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power'];

/** The model that is asked about unless another is named. */
export const DEFAULT_MODEL: BuiltInModel = 'lkmm';
/** The model under which nothing is reordered: an execution of it is an interleaving. */
export const INTERLEAVING: BuiltInModel = 'sc';

export interface ModelInfo {
  /** Its number in the id of an execution, which keeps its meaning for ever. */
  readonly code: number;
  /** The models that are stronger, strongest first: every execution of theirs is one of this model. */
  readonly stronger: readonly BuiltInModel[];
  /**
   * Whether a write may be seen by others before an earlier read of its thread is done, where no dependency forbids it. An
   * explorer that adds events in program order has to guess what such a read returns.
   */
  readonly buffersLoads: boolean;
  /** Whether two accesses may be ordered for some CPUs and not for others. */
  readonly hasWeakOrder: boolean;
  /** The architecture that it is of, by the name that Linux has for it; none of a model that is of all. */
  readonly architecture?: 'x86' | 'arm64' | 'riscv' | 'power';
  /** As in a sentence: `the LKMM`. */
  readonly words: string;
  /** As in a table. */
  readonly short: string;
  /** What a failure takes that no stronger model allows, in words. */
  readonly takes: string;
  /** What it means that a race is broken under it and under no stronger one. */
  readonly brokenBy: string;
}

const INFO: Readonly<Record<BuiltInModel, ModelInfo>> = {
  sc: {
    code: 0,
    stronger: [],
    buffersLoads: false,
    hasWeakOrder: false,
    words: 'SC',
    short: 'SC',
    takes: 'no reordering: it happens under SC, so on every machine',
    brokenBy: 'broken by an interleaving, on any machine',
  },
  tso: {
    code: 1,
    stronger: ['sc'],
    buffersLoads: false,
    hasWeakOrder: false,
    words: 'TSO',
    short: 'TSO',
    architecture: 'x86',
    takes: 'reordering as under TSO (x86), but it does not happen under SC',
    brokenBy: 'broken where stores may be delayed, as x86 does',
  },
  arm64: {
    code: 3,
    stronger: ['sc'],
    buffersLoads: true,
    hasWeakOrder: false,
    words: 'arm64 with LSE atomics',
    short: 'arm64',
    architecture: 'arm64',
    takes: 'reordering that arm64 does where it has LSE atomics',
    brokenBy: 'broken by reordering that arm64 does where it has LSE atomics',
  },
  'arm64+llsc': {
    code: 4,
    stronger: ['sc'],
    buffersLoads: true,
    hasWeakOrder: false,
    words: 'arm64 without LSE atomics',
    short: 'arm64+llsc',
    architecture: 'arm64',
    takes: 'reordering that arm64 does where it has no LSE atomics',
    brokenBy: 'broken by reordering that arm64 does where it has no LSE atomics',
  },
  riscv: {
    code: 5,
    stronger: ['sc'],
    buffersLoads: true,
    hasWeakOrder: false,
    words: 'RISC-V with ticket spinlocks',
    short: 'RISC-V',
    architecture: 'riscv',
    takes: 'reordering that RISC-V does where its spinlocks are tickets',
    brokenBy: 'broken by reordering that RISC-V does where its spinlocks are tickets',
  },
  'riscv+queued': {
    code: 6,
    stronger: ['sc', 'riscv'],
    buffersLoads: true,
    hasWeakOrder: false,
    words: 'RISC-V with queued spinlocks',
    short: 'RISC-V+queued',
    architecture: 'riscv',
    takes: 'reordering that RISC-V does where its spinlocks are queued',
    brokenBy: 'broken by reordering that RISC-V does where its spinlocks are queued',
  },
  power: {
    code: 7,
    stronger: ['sc'],
    buffersLoads: true,
    hasWeakOrder: true,
    words: 'Power',
    short: 'Power',
    architecture: 'power',
    takes: 'reordering that Power does',
    brokenBy: 'broken by reordering that Power does',
  },
  lkmm: {
    code: 2,
    stronger: ['sc', 'tso', 'arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power'],
    buffersLoads: true,
    hasWeakOrder: true,
    words: 'the LKMM',
    short: 'LKMM',
    takes: 'reordering that the LKMM allows, but TSO (x86) does not',
    brokenBy: 'broken by reordering that the LKMM allows and x86 does not do',
  },
};

/** What is known of the models that were read from files. */
const read = new Map<CatName, ModelInfo>();

/** The number that stands for such a model in an id: only who names the model again knows which it was. */
export const CAT_CODE = 30;

/** Makes a model known that was read from a file. @param title what the file calls it */
export function addModel(
  name: CatName,
  title: string,
  { buffersLoads, hasWeakOrder }: Pick<ModelInfo, 'buffersLoads' | 'hasWeakOrder'>,
): void {
  const file = name.slice(0, name.indexOf('#'));
  const words = title === '' ? file : `${title} (${file})`;
  read.set(name, {
    code: CAT_CODE,
    stronger: [],
    buffersLoads,
    hasWeakOrder,
    words: file,
    short: file,
    takes: `reordering that ${words} allows`,
    brokenBy: `broken by reordering that ${words} allows`,
  });
}

/** Is it the name of a model, of one that was read if it is of a file? */
export const isModel = (name: string): name is ModelName =>
  isCatName(name) ? read.has(name) : Object.hasOwn(INFO, name);

/** @throws RangeError for a model of a file that was not read */
export function modelInfo(name: ModelName): ModelInfo {
  const info = isCatName(name) ? read.get(name) : INFO[name];
  if (info === undefined) throw new RangeError(`the model ${name} was not read`);
  return info;
}

/** A model and those of the ladder that are stronger, strongest first. */
export const upTo = (name: ModelName): readonly ModelName[] => [
  ...LADDER.filter((other) => modelInfo(name).stronger.includes(other)),
  name,
];

/** Is no other model weaker? What holds under such a model holds under all that are stronger. */
export const isWeakest = (name: ModelName): boolean =>
  !isCatName(name) && !MODELS.some((other) => INFO[other].stronger.includes(name));

/** The model that a number in an id stands for. */
export const modelOfCode = (code: number | undefined): BuiltInModel | undefined =>
  MODELS.find((name) => INFO[name].code === code);
