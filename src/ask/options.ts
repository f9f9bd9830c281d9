import { ANALYSES } from '../explain/analysis.ts';
import { ARCHITECTURES } from '../explain/costs.ts';
import { EXPECTATIONS, QUESTIONS } from '../fronts/litmus/litmus-result.ts';
import { DEFAULT_UNROLL, MAX_UNROLL } from '../litmus/compile.ts';
import { nearest } from '../litmus/nearest.ts';
import { DEFAULT_MODEL, isModel, MODELS, type ModelName, modelInfo } from '../models/registry.ts';
import { choice, type Kind, onOff, seconds, whole } from './kind.ts';

/** What can be asked: of a litmus test, of a race, of either. */
export const ASKED = [...QUESTIONS, 'check', ...ANALYSES] as const;
export type QuestionName = (typeof ASKED)[number];

/** Those that look for executions; `replay` has its one. */
const SEARCHES = [...QUESTIONS, 'check', 'show', 'barriers', 'repair', 'diff'] as const;

/** How a question may be asked. */
export interface OptionRow<T, Of extends QuestionName> {
  readonly kind: Kind<T>;
  /** Of which questions it is. */
  readonly of: readonly Of[];
  /** What it is unless said; undefined: nothing, and {@link unless} says what that means. */
  readonly default?: NoInfer<T>;
  readonly unless?: string;
  /** The environment variable that the command takes it from. */
  readonly environment?: `HOLDFAST_${string}`;
  /** What the command calls it, where that is not its name. */
  readonly flag?: string;
  /** What it is, for the help of the command. */
  readonly words: string;
}

const row = <T, Of extends QuestionName>(made: OptionRow<T, Of>): OptionRow<T, Of> => made;

/** A model by its name. As text a cat file is one, too: whoever reads the text has to read the file. */
const model: Kind<ModelName> = {
  ...choice(MODELS),
  has: (value): value is ModelName => typeof value === 'string' && isModel(value),
  read: (text) => choice(MODELS).read(text) ?? (text.endsWith('.cat') ? (text as ModelName) : undefined),
};

/**
 * Every option of a question. From this come the flags, the environment variables and the help of the command, what a
 * request of the library may have and may not, and the limits that the schemas name.
 */
export const OPTIONS = {
  model: row({
    kind: model,
    of: SEARCHES,
    default: DEFAULT_MODEL,
    environment: 'HOLDFAST_MODEL',
    words: 'memory model, or a cat file with one; the LKMM is that of Linux 6.12',
  }),
  otherModel: row({
    kind: model,
    of: ['diff'],
    unless: 'the same',
    words: 'the memory model of the other side',
  }),
  expect: row({
    kind: choice(EXPECTATIONS, 'verdict'),
    of: QUESTIONS,
    words: 'what each test must say, instead of its Result: comment',
  }),
  timeout: row({
    kind: seconds,
    of: ASKED,
    environment: 'HOLDFAST_TIMEOUT',
    words: 'longest time for an answer; what is not decided by then is bounded; none for as long as it takes',
  }),
  maxExecutions: row({
    kind: whole(1),
    of: [...SEARCHES, 'why'],
    environment: 'HOLDFAST_MAX_EXECUTIONS',
    words: 'most executions visited in one search; what has more is bounded',
  }),
  unroll: row({
    kind: whole(1, MAX_UNROLL),
    of: [...QUESTIONS, 'show', 'barriers', 'repair', 'diff'],
    default: DEFAULT_UNROLL,
    environment: 'HOLDFAST_UNROLL',
    words: 'most rounds of a loop of a test; a test that wants more is bounded',
  }),
  architecture: row({
    kind: choice(ARCHITECTURES),
    of: ['show', 'repair'],
    unless: 'that of the model, or any',
    flag: 'arch',
    words: 'the machine for which a repair is to be cheap',
  }),
  maxEdits: row({ kind: whole(1, 12), of: ['show', 'repair'], default: 4, words: 'most edits of a repair' }),
  maxRepairs: row({ kind: whole(1, 1000), of: ['repair'], default: 5, words: 'so many repairs are looked for' }),
  mend: row({ kind: onOff, of: ['show'], default: true, words: 'look for a repair' }),
} as const;

export type OptionName = keyof typeof OPTIONS;

type ValueOf<Name extends OptionName> = (typeof OPTIONS)[Name] extends OptionRow<infer T, infer _> ? T : never;
type NamesOf<Q extends QuestionName> = {
  [Name in OptionName]: Q extends (typeof OPTIONS)[Name]['of'][number] ? Name : never;
}[OptionName];

/** The options of a question, all of which may be left out; those of other questions must be. */
export type OptionsOf<Q extends QuestionName> = {
  readonly [Name in OptionName]?: Name extends NamesOf<Q> ? ValueOf<Name> | undefined : undefined;
};

/** What an explanation is made with, all of it said. Of `diff`, the model of the second is `otherModel`. */
export type Settings = { readonly [Name in (typeof SETTINGS)[number]]: ValueOf<Name> };
const SETTINGS = ['model', 'otherModel', 'unroll', 'architecture', 'maxEdits', 'maxRepairs', 'mend'] as const;

/** What is said, and of all else the default. */
export function settingsFrom(said: { readonly [Name in keyof Settings]?: Settings[Name] | undefined }): Settings {
  const { model = DEFAULT_MODEL } = said;
  const defaults = { otherModel: model, architecture: modelInfo(model).architecture ?? 'any' };
  const value = (name: keyof Settings): unknown =>
    said[name] ?? (name === 'otherModel' || name === 'architecture' ? defaults[name] : OPTIONS[name].default);
  return Object.fromEntries(SETTINGS.map((name) => [name, value(name)])) as Settings;
}

/**
 * Looks at the options of a request.
 * @param others what else the request may have
 * @throws RangeError for an option that there is not, or that is of other questions, and for a value that it may not have
 */
export function checkOptions(question: QuestionName, request: object, others: readonly string[]): void {
  for (const [name, value] of Object.entries(request)) {
    if (others.includes(name) || value === undefined) continue;
    const names = Object.keys(OPTIONS);
    if (!names.includes(name)) {
      const [near] = nearest(name, names);
      throw new RangeError(`there is no option '${name}'${near === undefined ? '' : `; did you mean ${near}?`}`);
    }
    const { kind, of }: OptionRow<unknown, QuestionName> = OPTIONS[name as OptionName];
    if (!of.includes(question)) {
      throw new RangeError(`${name} is no option of ${question}, but of ${of.join(', ')}`);
    }
    if (!kind.has(value)) throw new RangeError(`'${value}' is not a value of ${name}: expected ${kind.expected}`);
  }
}
