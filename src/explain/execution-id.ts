import type { Choices } from '../judge/choices.ts';
import { CAT_CODE, type CatName, isCatName, type ModelName, modelInfo, modelOfCode } from '../models/registry.ts';
import type { Program } from '../program/program.ts';
import type { Drawing } from './drawing.ts';
import { follow, type Schedule, type ScheduledEffect, scheduleOf } from './schedule.ts';
import { SextetReader, SextetWriter } from './sextets.ts';
import type { Trace } from './trace.ts';

/** What the execution is of: `l` a litmus test, `c` a file of C, each by its name and its text; `s` a scenario. */
export type SubjectKind = 'l' | 'c' | 's';

/** An execution by its id: `hf1-KIND-DIGEST-EXECUTION-NAME~VARIANT`. Version 1 keeps its meaning for ever. */
export interface ExecutionId {
  readonly kind: SubjectKind;
  /** The digest of what the execution is of, {@link digestOf} its text. */
  readonly digest: string;
  /** The model that allows the execution, and how to run it: what {@link encodeExecution} wrote. */
  readonly execution: string;
  /** The name of the test or of the scenario; it may have dashes in it. */
  readonly name: string;
  /** How the program differs from that: `N.M`, the M-th weaker form of its N-th ordering, counted from 0. */
  readonly variant?: string | undefined;
}

const VERSION = 'hf1';

export const formatId = ({ kind, digest, execution, name, variant }: ExecutionId): string =>
  `${VERSION}-${kind}-${digest}-${execution}-${escaped(name)}${variant === undefined ? '' : `~${variant}`}`;

/** Nothing that a shell or a mail takes for more than a letter. */
const escaped = (name: string): string =>
  encodeURIComponent(name)
    .replace(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2B|%2F|%2C|%3A|%3D/g, decodeURIComponent);

/** Why a text is not the id of an execution. `version`: it is one, of a version that is not known here. */
export type IdProblem = 'not-an-id' | 'version';

export function parseId(text: string): ExecutionId | IdProblem {
  const match = /^hf(\d+)-(?:([a-z])-([\w.]+)-([\w.]+)-([^~]+)(?:~([\d.]+))?$)?/.exec(text.trim());
  if (match === null) return 'not-an-id';
  const [, version, kind, digest, execution, name, variant] = match;
  if (version !== '1') return 'version';
  if ((kind !== 'l' && kind !== 'c' && kind !== 's') || name === undefined) return 'not-an-id';
  try {
    const id: ExecutionId = { kind, digest: digest!, execution: execution!, name: decodeURIComponent(name) };
    return variant === undefined ? id : { ...id, variant };
  } catch {
    return 'not-an-id';
  }
}

/** Six characters that tell one text from another, whatever its line ends: 30 bits of FNV-1a. */
export function digestOf(text: string): string {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const unit of text.replace(/\r\n?/g, '\n')) {
    const code = unit.codePointAt(0)!;
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (low >>> 13), 0x01000193);
  }
  const writer = new SextetWriter();
  for (const word of [low, high]) for (const shift of [0, 10, 20]) writer.add((word >>> shift) & 31);
  return writer.text;
}

/**
 * The model, then the order of the steps: runs of steps of one thread, what was chosen, and what takes effect elsewhere.
 * Undefined where that order does not lead back to the execution.
 */
export function encodeExecution(
  program: Program,
  trace: Trace,
  choices: Choices,
  drawing: Drawing,
  model: ModelName,
): string | undefined {
  const schedule = scheduleOf(trace, drawing);
  const again = follow(program, schedule);
  if (again === undefined || JSON.stringify(again) !== JSON.stringify(choices)) return undefined;
  const writer = new SextetWriter().add(modelInfo(model).code);
  if (isCatName(model)) for (const sextet of sextetsOf(catDigest(model))) writer.add(sextet);
  writer.addList(runsOf(schedule, program.threads.length));
  writer.addList(schedule.chosen).add(schedule.effects.length);
  for (const { row, moment, value, cell } of schedule.effects) {
    writer
      .add(row)
      .add(moment)
      .add(value === undefined ? 0 : cell === undefined ? 1 : cell + 2);
    if (value !== undefined) writer.addWord(value);
  }
  return writer.text;
}

/** The digest of all the text of a model that was read from files. */
const catDigest = (name: CatName): string => name.slice(name.lastIndexOf('#') + 1);

/** How long a digest is. */
const DIGEST_LENGTH = digestOf('').length;

/** A text of characters each of which stands for a number below 32. */
function sextetsOf(text: string): number[] {
  const reader = new SextetReader(text);
  return Array.from(text, () => reader.next()!);
}

/**
 * The digest of the model that an execution was found under, where that was read from files: it takes the same files to run it
 * again. Undefined where the model is built in.
 */
export function catOfExecution(text: string): string | undefined {
  const reader = new SextetReader(text);
  if (reader.next() !== CAT_CODE) return undefined;
  const digest = new SextetWriter();
  for (let i = 0; i < DIGEST_LENGTH; i++) digest.add(reader.next() ?? 0);
  return digest.text;
}

/** Was it found under this model? */
export const isUnderCat = (text: string, name: CatName): boolean => catOfExecution(text) === catDigest(name);

/** Steps in a row of the same thread, each run as one number. */
function runsOf({ threads }: Schedule, count: number): number[] {
  const runs: number[] = [];
  for (let i = 0; i < threads.length; ) {
    const first = i;
    while (i < threads.length && threads[i] === threads[first]) i++;
    runs.push((i - first - 1) * count + threads[first]!);
  }
  return runs;
}

/** The most steps of an execution; what has more is none. */
const MAX_STEPS = 100_000;

/**
 * The execution of a program that a text stands for, and the model that allows it; undefined where there is none.
 * @param cat the model that was read, of an execution that was found under one
 */
export function decodeExecution(
  program: Program,
  text: string,
  cat?: CatName,
): { readonly model: ModelName; readonly choices: Choices } | undefined {
  const reader = new SextetReader(text);
  const code = reader.next();
  const isOfCat = code === CAT_CODE && cat !== undefined && isUnderCat(text, cat);
  if (isOfCat) for (let i = 0; i < DIGEST_LENGTH; i++) reader.next();
  const model = isOfCat ? cat : modelOfCode(code);
  const runs = reader.nextList();
  const chosen = reader.nextList();
  const count = reader.next();
  if (model === undefined || runs === undefined || chosen === undefined || count === undefined) return undefined;
  const effects: ScheduledEffect[] = [];
  for (let i = 0; i < count; i++) {
    const row = reader.next();
    const moment = reader.next();
    const form = reader.next();
    if (row === undefined || moment === undefined || form === undefined) return undefined;
    const value = form === 0 ? undefined : reader.nextWord();
    if (form > 0 && value === undefined) return undefined;
    effects.push({ row, moment, value, cell: form < 2 ? undefined : form - 2 });
  }
  if (!reader.isAtEnd) return undefined;
  const threads: number[] = [];
  for (const run of runs) {
    const length = Math.floor(run / program.threads.length) + 1;
    if (threads.length + length > MAX_STEPS) return undefined;
    for (let i = 0; i < length; i++) threads.push(run % program.threads.length);
  }
  const choices = follow(program, { threads, chosen, effects });
  return choices === undefined ? undefined : { model, choices };
}
