import { InvalidArgumentError, Option } from 'commander';
import { choice, type Kind, whole } from '../ask/kind.ts';
import { type OptionRow as Asked, OPTIONS, type OptionName } from '../ask/options.ts';
import type { Telling } from '../explain/analysis.ts';
import type { Expectation, Question } from '../fronts/litmus/litmus-result.ts';
import { MOST_THREADS } from '../litmus/small-tests.ts';
import { DEFAULT_PRESET } from '../mm/design/default-preset.ts';
import type { ModelName } from '../models/registry.ts';
import { type Format, formatsOf, formatWords } from '../report/formats.ts';
import type { CatOptions } from './cat-files.ts';
import type { ModelsDiffOptions } from './models-command.ts';

/** One option of the command: of a question, see {@link asked}, or of how the command goes about it. */
export interface OptionRow<T> {
  readonly flag: string;
  readonly environment?: string;
  readonly text: string;
  /** The key of an option that cannot be given at the same time. */
  readonly conflicts?: string;
  /** The option may be given several times, and its value is a list. */
  readonly several?: boolean;
  /** What its value may be; an option without is a switch. */
  readonly kind?: Kind<T extends readonly (infer Each)[] ? Each : T>;
  readonly default?: T | undefined;
  /** What the default is, where a word says it better than the value. */
  readonly defaultText?: string;
}

/** The option of a question, as the command has it. @param more what is said otherwise */
export function asked<T>(name: OptionName, more: Partial<OptionRow<T>> = {}): OptionRow<T> {
  const { kind, words, flag = name, environment, unless, ...row } = OPTIONS[name] as unknown as Asked<T, never>;
  const word = `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const isOff = kind.noun === undefined && row.default === true;
  return {
    flag: isOff ? word.replace('--', '--no-') : word,
    text: isOff ? `do not ${words}` : words,
    ...(kind.noun === undefined ? {} : { kind: kind as never }),
    ...(environment === undefined ? {} : { environment }),
    ...(row.default === undefined ? {} : { default: row.default }),
    ...(unless === undefined ? {} : { defaultText: unless }),
    ...more,
  };
}

/** A word that is looked up later. */
export const word = (noun: string): Kind<string> => ({
  noun,
  expected: `a ${noun}`,
  has: (value): value is string => typeof value === 'string',
  read: (text) => text,
  schema: { type: 'string' },
});

/** The values of the options of `holdfast litmus`. */
export interface LitmusOptions extends CatOptions {
  readonly model: ModelName;
  readonly executions: boolean;
  readonly decide: boolean;
  readonly format: Format;
  readonly jobs: number | undefined;
  readonly timeout: number | undefined;
  readonly maxExecutions: number | undefined;
  readonly unroll: number;
  readonly expect: Expectation | undefined;
  readonly ordered: boolean;
  readonly resume: string | undefined;
}

/** The options of whoever asks about a model. */
export const CAT_OPTIONS: Rows<CatOptions> = {
  bell: { flag: '--bell', text: 'of a model of a cat file: the bell file before it', kind: word('file') },
  include: {
    flag: '--include',
    text: 'a folder of what a cat file includes; may be given several times',
    several: true,
    kind: word('folder'),
    defaultText: 'its own',
  },
};

type Rows<Options> = { readonly [Key in keyof Options]: OptionRow<NonNullable<Options[Key]>> };

const jobs = (what: string): OptionRow<number> => ({
  flag: '--jobs',
  environment: 'HOLDFAST_JOBS',
  text: `${what} at the same time`,
  kind: whole(1, 256),
  defaultText: 'the number of cores',
});

export const LITMUS_OPTIONS: Rows<LitmusOptions> = {
  model: asked('model'),
  ...CAT_OPTIONS,
  executions: { flag: '--executions', text: 'visit and count every execution, not only every final state' },
  decide: { flag: '--decide', text: 'stop as soon as the condition is decided', conflicts: 'executions' },
  format: {
    flag: '--format',
    environment: 'HOLDFAST_FORMAT',
    text: formatWords('litmus'),
    kind: choice(formatsOf('litmus')),
    default: 'text',
  },
  jobs: jobs('tests'),
  timeout: asked('timeout', { defaultText: '1 among several tests' }),
  maxExecutions: asked('maxExecutions'),
  unroll: asked('unroll'),
  expect: asked('expect'),
  ordered: { flag: '--ordered', text: 'results in the order of the paths, not as they come' },
  resume: {
    flag: '--resume',
    text: 'goes on from the results of an earlier run with --format json',
    kind: word('file'),
  },
};

/** The values of the options of `holdfast check`. */
export interface CheckOptions extends Telling, CatOptions {
  readonly unroll: number;
  readonly define: readonly string[];
  readonly design: readonly string[];
  readonly allDesigns: boolean;
  readonly variant: readonly string[];
  readonly model: ModelName | undefined;
  readonly set: readonly string[];
  readonly format: Format;
  readonly json: boolean;
  readonly jobs: number | undefined;
  readonly timeout: number | undefined;
  readonly maxExecutions: number | undefined;
}

/** Of a file of C. */
export const DEFINE_OPTION: OptionRow<readonly string[]> = {
  flag: '-D, --define',
  text: 'of a file of C: defines a macro; may be given several times',
  several: true,
  kind: word('name[=value]'),
};

/** How much is told of an execution. */
export const TELLING_OPTIONS: Rows<Telling> = {
  allSteps: { flag: '--all-steps', text: 'shows the steps that play no part, too' },
  source: { flag: '--source', text: 'of a race: says where the code of each step is' },
};

export const CHECK_OPTIONS: Rows<CheckOptions> = {
  design: {
    flag: '--design',
    text: 'a kernel, a proposal, or a file with designs of your own; may be given several times',
    several: true,
    kind: word('name'),
    defaultText: 'the kernels that differ in a cell',
  },
  allDesigns: { flag: '--all-designs', text: 'every kernel, also those without a cell of their own' },
  variant: {
    flag: '--variant',
    text: 'a form of the race; may be given several times',
    several: true,
    kind: word('name'),
    defaultText: 'every one',
  },
  model: {
    ...asked('model'),
    default: undefined,
    text: 'one memory model alone, or that of a cat file; without, the strongest that breaks the race is found',
  },
  ...CAT_OPTIONS,
  set: {
    flag: '--set',
    text: 'takes a decision of every design otherwise; may be given several times',
    several: true,
    kind: word('knob=value'),
  },
  format: { flag: '--format', text: formatWords('check'), kind: choice(formatsOf('check')), default: 'text' },
  json: { flag: '--json', text: 'the same as --format json', conflicts: 'format' },
  jobs: jobs('cells'),
  timeout: asked('timeout'),
  maxExecutions: asked('maxExecutions'),
  define: DEFINE_OPTION,
  unroll: asked('unroll', { text: 'of a file of C: most rounds of a loop' }),
  ...TELLING_OPTIONS,
};

/** How two models are compared. */
export const MODELS_DIFF_OPTIONS: Rows<ModelsDiffOptions> = {
  ...CAT_OPTIONS,
  timeout: asked('timeout', { defaultText: '1 for each test under each' }),
  unroll: asked('unroll'),
  threads: {
    flag: '--threads',
    text: 'without tests: those of so many threads at most are looked through',
    kind: whole(2, MOST_THREADS),
    default: 2,
  },
};

/** The values of the options of `holdfast export`. */
export type ExportOptions = Pick<CheckOptions, 'variant' | 'set'> & { readonly design: string };

export const EXPORT_OPTIONS: Rows<ExportOptions> = {
  design: {
    flag: '--design',
    text: 'a kernel, a proposal, or a file with a design of your own',
    kind: word('name'),
    default: DEFAULT_PRESET,
  },
  variant: CHECK_OPTIONS.variant,
  set: { ...CHECK_OPTIONS.set, text: 'takes a decision of the design otherwise; may be given several times' },
};

export function questionOf({ executions, decide }: LitmusOptions): Question {
  return decide ? 'decide' : executions ? 'executions' : 'states';
}

/** An option as commander has it. */
export function commanderOption({ kind, ...row }: OptionRow<unknown>): Option {
  // Commander says what the default is only where there is a value for it.
  const isUnsaid = row.several !== true && row.default === undefined && row.defaultText !== undefined;
  const text = isUnsaid ? `${row.text}; unless said, ${row.defaultText}` : row.text;
  const option = new Option(kind === undefined ? row.flag : `${row.flag} <${kind.noun}>`, text);
  if (row.several === true) {
    option.argParser((text, before: unknown[]) => [...before, read(kind!, text)]);
    option.default([], row.defaultText ?? 'none');
  } else if (kind !== undefined) {
    option.argParser((text) => read(kind, text));
  }
  if (row.several !== true && row.default !== undefined) option.default(row.default, row.defaultText);
  if (row.environment !== undefined) option.env(row.environment);
  if (kind?.choices !== undefined) option.argChoices = [...kind.choices];
  if (row.conflicts !== undefined) option.conflicts(row.conflicts);
  return option;
}

function read(kind: Kind<unknown>, text: string): unknown {
  const value = kind.read(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError(kind.choices === undefined ? kind.expected : `one of ${kind.choices.join(', ')}`);
}
