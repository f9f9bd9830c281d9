import { InvalidArgumentError, Option } from 'commander';
import { EXPECTATIONS, type Expectation, type Question } from '../fronts/litmus/litmus-result.ts';
import { DEFAULT_UNROLL, MAX_UNROLL } from '../litmus/compile.ts';
import { DEFAULT_MODEL, MODELS, type ModelName } from '../models/registry.ts';

/** One option: from this the flag, the environment variable, the help and `holdfast list --json` are made. */
export interface OptionRow<T> {
  readonly flag: string;
  /** The name of its value in the help; an option without one is a switch. */
  readonly value?: string;
  readonly environment?: string;
  readonly text: string;
  readonly choices?: readonly string[];
  /** The key of an option that cannot be given at the same time. */
  readonly conflicts?: string;
  /** The option may be given several times, and its value is a list. */
  readonly several?: boolean;
  /** @throws {@link RangeError} with what the value must be, for a value that it is not */
  readonly parse?: (text: string) => T extends readonly (infer Each)[] ? Each : T;
  readonly default?: T;
  /** What the default is, where a word says it better than the value. */
  readonly defaultText?: string;
}

export const FORMATS = ['text', 'herd', 'json', 'junit', 'sarif', 'github'] as const;
export type Format = (typeof FORMATS)[number];

/** The values of the options of `holdfast litmus`. */
export interface LitmusOptions {
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

type Rows<Options> = { readonly [Key in keyof Options]: OptionRow<NonNullable<Options[Key]>> };

export const LITMUS_OPTIONS: Rows<LitmusOptions> = {
  model: {
    flag: '--model',
    value: 'name',
    environment: 'HOLDFAST_MODEL',
    text: 'memory model; the LKMM is that of Linux 6.12',
    choices: MODELS,
    default: DEFAULT_MODEL,
  },
  executions: { flag: '--executions', text: 'visit and count every execution, not only every final state' },
  decide: { flag: '--decide', text: 'stop as soon as the condition is decided', conflicts: 'executions' },
  format: {
    flag: '--format',
    value: 'name',
    environment: 'HOLDFAST_FORMAT',
    text: 'text, what herd7 prints, an object of JSON in each line, or findings for a tool',
    choices: FORMATS,
    default: 'text',
  },
  jobs: {
    flag: '--jobs',
    value: 'n',
    environment: 'HOLDFAST_JOBS',
    text: 'tests at the same time',
    parse: whole(1, 256),
    defaultText: 'the number of cores',
  },
  timeout: {
    flag: '--timeout',
    value: 'seconds',
    environment: 'HOLDFAST_TIMEOUT',
    text: 'longest time for a test, which is then bounded; none for as long as it takes',
    parse: time,
    defaultText: '1 among several tests, else none',
  },
  maxExecutions: {
    flag: '--max-executions',
    value: 'n',
    environment: 'HOLDFAST_MAX_EXECUTIONS',
    text: 'most executions visited for a test, which is then bounded',
    parse: whole(1, Number.MAX_SAFE_INTEGER),
  },
  unroll: {
    flag: '--unroll',
    value: 'n',
    environment: 'HOLDFAST_UNROLL',
    text: 'most rounds of a loop; a test that wants more is bounded',
    parse: whole(1, MAX_UNROLL),
    default: DEFAULT_UNROLL,
  },
  expect: {
    flag: '--expect',
    value: 'verdict',
    text: 'what each test must say, instead of its Result: comment',
    choices: EXPECTATIONS.map((expectation) => expectation.toLowerCase()),
    parse: (text) => EXPECTATIONS.find((expectation) => expectation.toLowerCase() === text)!,
  },
  ordered: { flag: '--ordered', text: 'results in the order of the paths, not as they come' },
  resume: {
    flag: '--resume',
    value: 'file',
    text: 'goes on from the results of an earlier run with --format json',
  },
};

/** The values of the options of `holdfast check`. */
export interface CheckOptions {
  readonly design: readonly string[];
  readonly variant: readonly string[];
  readonly model: ModelName | undefined;
  readonly set: readonly string[];
  readonly json: boolean;
  readonly jobs: number | undefined;
  readonly timeout: number | undefined;
  readonly maxExecutions: number | undefined;
}

export const CHECK_OPTIONS: Rows<CheckOptions> = {
  design: {
    flag: '--design',
    value: 'name',
    text: 'a kernel or a proposal; may be given several times',
    several: true,
    defaultText: 'every kernel',
  },
  variant: {
    flag: '--variant',
    value: 'name',
    text: 'a form of the race; may be given several times',
    several: true,
    defaultText: 'every one',
  },
  model: {
    flag: '--model',
    value: 'name',
    environment: 'HOLDFAST_MODEL',
    text: 'one memory model alone; without, the strongest that breaks the race is found',
    choices: MODELS,
  },
  set: {
    flag: '--set',
    value: 'knob=value',
    text: 'takes a decision of every design otherwise; may be given several times',
    several: true,
  },
  json: { flag: '--json', text: 'an object of JSON for each cell' },
  jobs: {
    flag: '--jobs',
    value: 'n',
    environment: 'HOLDFAST_JOBS',
    text: 'cells at the same time',
    parse: whole(1, 256),
    defaultText: 'the number of cores',
  },
  timeout: {
    flag: '--timeout',
    value: 'seconds',
    environment: 'HOLDFAST_TIMEOUT',
    text: 'longest time for a cell, which is then bounded; none for as long as it takes',
    parse: time,
  },
  maxExecutions: {
    flag: '--max-executions',
    value: 'n',
    environment: 'HOLDFAST_MAX_EXECUTIONS',
    text: 'most executions visited for a cell under a model, which is then bounded',
    parse: whole(1, Number.MAX_SAFE_INTEGER),
  },
};

/** The values of the options of `holdfast export`. */
export type ExportOptions = Pick<CheckOptions, 'variant' | 'set'> & { readonly design: string };

export const EXPORT_OPTIONS: Rows<ExportOptions> = {
  design: { flag: '--design', value: 'name', text: 'a kernel or a proposal', default: 'v6.12' },
  variant: CHECK_OPTIONS.variant,
  set: { ...CHECK_OPTIONS.set, text: 'takes a decision of the design otherwise; may be given several times' },
};

export function questionOf({ executions, decide }: LitmusOptions): Question {
  return decide ? 'decide' : executions ? 'executions' : 'states';
}

/** An option as commander has it. */
export function commanderOption(row: OptionRow<unknown>): Option {
  const flags = row.value === undefined ? row.flag : `${row.flag} <${row.value}>`;
  const option = new Option(flags, row.text);
  if (row.several === true) {
    option.argParser((text, before: unknown[]) => [...before, parsed(row, text)]);
    option.default([], row.defaultText ?? 'none');
  } else if (row.value !== undefined) {
    option.argParser((text) => parsed(row, text));
  }
  if (row.several !== true && (row.default !== undefined || row.defaultText !== undefined)) {
    option.default(row.default, row.defaultText);
  }
  if (row.environment !== undefined) option.env(row.environment);
  if (row.choices !== undefined) option.argChoices = [...row.choices];
  if (row.conflicts !== undefined) option.conflicts(row.conflicts);
  return option;
}

function parsed(row: OptionRow<unknown>, text: string): unknown {
  if (row.choices?.includes(text) === false) throw new InvalidArgumentError(`one of ${row.choices.join(', ')}`);
  try {
    return row.parse === undefined ? text : row.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}

export function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const n = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(n >= least && n <= most)) {
      throw new RangeError(`a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`);
    }
    return n;
  };
}

/** Seconds, infinitely many for `none`. */
function time(text: string): number {
  const n = text === 'none' ? Number.POSITIVE_INFINITY : /^\d*\.?\d+$/.test(text) ? Number(text) : 0;
  if (!(n > 0)) throw new RangeError('a number above 0, or none');
  return n;
}
