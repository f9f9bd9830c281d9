import { choice } from '../ask/kind.ts';
import type { AnalysisName, Telling } from '../explain/analysis.ts';
import type { Architecture } from '../explain/costs.ts';
import { DEFAULT_PRESET } from '../mm/design/default-preset.ts';
import type { ModelName } from '../models/registry.ts';
import { type Format, formatsOf, formatWords } from '../report/formats.ts';
import type { CatOptions } from './cat-files.ts';
import { asked, CAT_OPTIONS, CHECK_OPTIONS, DEFINE_OPTION, type OptionRow, TELLING_OPTIONS, word } from './options.ts';

/** The values of the options of `holdfast show`, `barriers`, `repair`, `diff`, `why` and `replay`; not all of each. */
export interface AnalysisOptions extends Telling, CatOptions {
  readonly model: ModelName | undefined;
  readonly otherModel: ModelName | undefined;
  readonly with: string | undefined;
  readonly from: string | undefined;
  readonly to: string;
  readonly design: string;
  readonly variant: string | undefined;
  readonly set: readonly string[];
  readonly define: readonly string[];
  readonly format: Format;
  readonly timeout: number | undefined;
  readonly maxExecutions: number | undefined;
  readonly unroll: number;
  readonly arch: Architecture | undefined;
  readonly maxEdits: number;
  readonly maxRepairs: number;
  readonly mend: boolean;
}

type Row<Key extends keyof AnalysisOptions> = OptionRow<NonNullable<AnalysisOptions[Key]>>;

const format: Row<'format'> = {
  flag: '--format',
  text: formatWords('analysis'),
  kind: choice(formatsOf('analysis')),
  default: 'text',
};
const other: Row<'with'> = {
  flag: '--with',
  text: 'the other test; of a race, the other design',
  kind: word('other'),
  defaultText: 'the same',
};
const design: Row<'design'> = {
  flag: '--design',
  text: 'of a race: a kernel, a proposal, or a file with a design of your own',
  kind: word('name'),
  default: DEFAULT_PRESET,
};
const from: Row<'from'> = {
  flag: '--from',
  text: 'the design that it is to start from',
  kind: word('name'),
  defaultText: 'the kernel with a column before',
};
const to: Row<'to'> = { flag: '--to', text: 'the design to end with', kind: word('name'), default: DEFAULT_PRESET };
const variant: Row<'variant'> = {
  flag: '--variant',
  text: 'of a race: one of its forms',
  kind: word('name'),
  defaultText: 'the first, or that which fails',
};
const set: Row<'set'> = { ...CHECK_OPTIONS.set, text: 'of a race: takes a decision of the design otherwise' };
const arch: Row<'arch'> = asked('architecture');

/** A command that asks a question about a protocol: its words, and the options it has. */
export interface AnalysisCommand {
  readonly name: AnalysisName;
  readonly summary: string;
  readonly description: string;
  readonly arguments: readonly (readonly [name: string, text: string])[];
  readonly options: { readonly [Key in keyof AnalysisOptions]?: Row<Key> };
}

const MODEL = { model: asked('model'), ...CAT_OPTIONS } satisfies AnalysisCommand['options'];
const { kind, flag } = asked<ModelName>('model');
const REPLAYED = { flag, ...(kind && { kind }), text: 'of an id that was found under a cat file: that file' };
const LIMITS: AnalysisCommand['options'] = {
  timeout: asked('timeout'),
  maxExecutions: asked('maxExecutions'),
  unroll: asked('unroll'),
};
const TEST = [
  '<test>',
  'a litmus test, a file of C, a race (see holdfast list), or a file of races, which is run',
] as const;
const RACE = { design, variant, set };
const define: Row<'define'> = DEFINE_OPTION;

export const ANALYSIS_COMMANDS: readonly AnalysisCommand[] = [
  {
    name: 'show',
    summary: 'show a failing execution, why it is possible, and what mends it',
    description:
      'Shows an execution that satisfies the condition of a litmus test (or violates a forall), as columns of steps: the shortest one that the strongest model allows. Then the reason, and the cheapest repair.',
    arguments: [TEST],
    options: {
      ...MODEL,
      ...RACE,
      define,
      format,
      ...LIMITS,
      arch,
      maxEdits: asked('maxEdits'),
      mend: asked('mend'),
      ...TELLING_OPTIONS,
    },
  },
  {
    name: 'barriers',
    summary: 'say which barriers, suffixes and locks are needed',
    description:
      'Says of every barrier, ordering suffix and lock of a protocol that holds: needed, with the execution that appears without it; too strong, with the weakest kind that is enough; or not needed. Each is judged alone, the others as they are.',
    arguments: [TEST],
    options: { ...MODEL, ...RACE, define, format, ...LIMITS, ...TELLING_OPTIONS },
  },
  {
    name: 'repair',
    summary: 'find the cheapest edits that mend a protocol',
    description:
      'Finds the cheapest sets of barriers, ordering suffixes and exchanges of independent steps that make a protocol hold; of a race the smallest sets of other decisions as well, with the commits that brought them. Each is proved, and no part of it is enough.',
    arguments: [TEST],
    options: {
      ...MODEL,
      ...RACE,
      variant: { ...variant, defaultText: 'every one' },
      define,
      format,
      ...LIMITS,
      arch,
      maxEdits: asked('maxEdits'),
      maxRepairs: asked('maxRepairs'),
      ...TELLING_OPTIONS,
    },
  },
  {
    name: 'diff',
    summary: 'say what one protocol allows and another does not',
    description:
      'Compares the outcomes of two litmus tests, of a race under two designs, or of one under two models, and shows an execution for each.',
    arguments: [TEST],
    options: {
      with: other,
      ...MODEL,
      otherModel: asked('otherModel'),
      ...RACE,
      define,
      format,
      ...LIMITS,
      ...TELLING_OPTIONS,
    },
  },
  {
    name: 'why',
    summary: 'say which commits between two kernels changed what holds of a race',
    description:
      'Decides a race under the first kernel, after each commit in between that takes a decision otherwise which the race asks for, and with the smallest sets of such decisions alone that make the first what the last is.',
    arguments: [['<race>', 'a race (see holdfast list), or a file of races, which is run']],
    options: {
      from,
      to,
      variant: { ...variant, defaultText: 'every one' },
      set: { ...set, text: 'takes a decision of both designs otherwise' },
      format,
      timeout: asked('timeout'),
      maxExecutions: asked('maxExecutions'),
    },
  },
  {
    name: 'replay',
    summary: 'show an execution again, by its id',
    description:
      'Shows the execution of an id again. The test is looked for by its name where no file or folder is given.',
    arguments: [
      ['<id>', 'as printed after Again:'],
      ['[path]', 'the test, or a folder that has it'],
    ],
    options: {
      model: REPLAYED,
      ...CAT_OPTIONS,
      define,
      format,
      timeout: asked('timeout'),
      ...TELLING_OPTIONS,
    },
  },
];
