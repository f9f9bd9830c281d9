import type { Analysis, AnalysisName, Mend } from '../explain/analysis.ts';
import { findBarriers } from '../explain/barriers.ts';
import { judge, strongestModel } from '../explain/consistency.ts';
import type { Architecture } from '../explain/costs.ts';
import { type Counterexample, explainInTurns } from '../explain/counterexample.ts';
import type { Why } from '../explain/decision.ts';
import { findDifferenceInTurns } from '../explain/difference.ts';
import { drawInTurns } from '../explain/drawing.ts';
import type { Protocol } from '../explain/edit.ts';
import { decodeExecution, type ExecutionId } from '../explain/execution-id.ts';
import { findRepairs, type RepairOutcome } from '../explain/repair.ts';
import { findBestInTurns, type NotFound } from '../explain/search.ts';
import { endingOf, replay } from '../explain/trace.ts';
import type { Ready } from '../fronts/front-end.ts';
import { type Asked, pathOf, prepare } from '../fronts/fronts.ts';
import { whyInTurns } from '../fronts/races/cell-why.ts';
import type { CellOptions } from '../fronts/races/check-cell.ts';
import type { AskedRace } from '../fronts/races/race-front.ts';
import type { Failure } from '../judge/judgement.ts';
import { isOver, type Limits } from '../judge/search.ts';
import { MAX_UNROLL } from '../litmus/compile.ts';
import { type CatName, DEFAULT_MODEL, type ModelName } from '../models/registry.ts';
import { now } from '../program/clock.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { type InTurns, Patience } from '../program/turns.ts';
import type { Settings } from './options.ts';

/** `show` spends so much time on looking for a repair, in milliseconds. */
const MEND_TIME = 3000;

/** Answers one question about one protocol, or two. Progress is yielded before each step. */
export function* analyse(
  analysis: Exclude<AnalysisName, 'why' | 'replay'>,
  asked: readonly Asked[],
  options: Settings,
  limits: Limits,
): InTurns<Analysis> {
  const start = now();
  const ready: Ready[] = [];
  for (const each of asked) {
    const made = prepare(each, options);
    if (!('protocol' in made)) return failed(analysis, pathOf(each), options.model, start, made);
    ready.push(made);
  }
  const [first, second = first] = ready as [Ready, ...Ready[]];
  const every = () => ({
    analysis,
    path: first.path,
    name: first.protocol.name,
    promise: first.protocol.promise,
    model: options.model,
    seconds: (now() - start) / 1000,
  });
  switch (analysis) {
    case 'show': {
      const found = yield* show(first, options, limits);
      return { ...every(), ...found };
    }
    case 'barriers': {
      const found = yield* findBarriers(first.protocol, options.model, first.reference, limits);
      if (found.kind === 'broken') return { ...every(), ...shown(found.counterexample) };
      if (found.kind === 'barriers') return { ...every(), ...found, columns: first.protocol.columns };
      return { ...every(), ...notFound(found, first) };
    }
    case 'repair': {
      const { architecture, maxEdits } = options;
      const found = yield* findRepairs(first.protocol, options.model, first.reference, { ...limits, ...options });
      if (found.kind === 'repairs') return { ...every(), ...found, architecture, maxEdits, interleaving: false };
      if (found.kind === 'stuck') return { ...every(), kind: 'deadlock', counterexample: found.counterexample };
      if (found.kind !== 'interleaving') return { ...every(), ...notFound(found, first) };
      const none = { repairs: [], complete: true, interleaving: true };
      return { ...every(), ...found, ...none, kind: 'repairs', architecture, maxEdits };
    }
    case 'diff': {
      const { model, otherModel } = options;
      const one = { subject: first.protocol, model, reference: first.reference };
      const other = { subject: second!.protocol, model: otherModel, reference: second!.reference };
      const found = yield* findDifferenceInTurns(one, other, limits);
      if (found.kind === 'stuck') return { ...every(), kind: 'deadlock', counterexample: found.counterexample };
      if (found.kind === 'endless') {
        const { endless } = found.side === 'first' ? first : second!;
        return { ...every(), kind: 'error', diagnostics: [endless(found.tooMany)] };
      }
      const named = { path: second!.path, name: second!.protocol.name, model: otherModel };
      if (found.kind === 'difference') return { ...every(), ...found, other: named };
      const { kind, difference, executions, blocked } = found;
      const partial = { other: named, difference };
      return { ...every(), kind: kind === 'stopped' ? 'interrupted' : kind, executions, blocked, partial };
    }
  }
}

/** A race under two designs. */
export type RacePair = readonly [from: AskedRace, to: AskedRace];

/** What moved cells from one design to another: a pair for each variant of one race. */
export function* analyseWhy(pairs: readonly RacePair[], options: CellOptions): InTurns<Analysis> {
  const start = now();
  const [{ race: first }, { race: second }] = pairs[0]!;
  const { name, property } = first.scenario;
  const stories: Why[] = [];
  for (const [{ race }, { race: other }] of pairs) {
    if (stories.length > 0 && isOver(options)) break;
    const { scenario, variant, design } = race;
    stories.push(yield* whyInTurns({ scenario, variant, from: design, to: other.design }, options));
  }
  return {
    analysis: 'why',
    kind: 'why',
    path: name,
    name,
    promise: `no execution breaks ${property}`,
    model: DEFAULT_MODEL,
    seconds: (now() - start) / 1000,
    from: first.design.name,
    to: second.design.name,
    stories,
    complete: stories.length === pairs.length && stories.every((story) => story.complete),
  };
}

type Shown =
  | { readonly kind: 'execution'; readonly counterexample: Counterexample; readonly mend: Mend; readonly warnings: [] }
  | { readonly kind: 'deadlock'; readonly counterexample: Counterexample };

function shown(counterexample: Counterexample): Shown {
  if (counterexample.failure.kind === 'deadlock') return { kind: 'deadlock', counterexample };
  return { kind: 'execution', counterexample, mend: { kind: 'unasked' }, warnings: [] };
}

type Undecided =
  | { readonly kind: 'holds'; readonly executions: number; readonly blocked: number }
  | { readonly kind: 'deadlock'; readonly counterexample: undefined }
  | {
      readonly kind: 'bounded' | 'interrupted';
      readonly executions: number;
      readonly blocked: number;
      readonly partial: undefined;
    }
  | { readonly kind: 'error'; readonly diagnostics: readonly Diagnostic[] };

function notFound(found: NotFound, { endless }: Ready): Undecided {
  const { kind, executions, blocked, tooMany } = found;
  if (kind === 'holds') return { kind, executions, blocked };
  if (kind === 'deadlock') return { kind, counterexample: undefined };
  if (kind === 'bounded' && tooMany !== undefined) return { kind: 'error', diagnostics: [endless(tooMany)] };
  return { kind: kind === 'stopped' ? 'interrupted' : kind, executions, blocked, partial: undefined };
}

function failed(
  analysis: AnalysisName,
  path: string,
  model: ModelName,
  start: number,
  diagnostics: readonly Diagnostic[],
): Analysis {
  const seconds = (now() - start) / 1000;
  return { kind: 'error', analysis, path, name: '', promise: '', model, seconds, diagnostics };
}

function* show(ready: Ready, options: Settings, limits: Limits): InTurns<Shown | Undecided> {
  const { protocol, reference } = ready;
  yield { words: 'as it stands', done: 0, of: 0 };
  const best = yield* findBestInTurns(protocol, options.model, limits);
  if (best.kind !== 'found') return notFound(best, ready);
  const failing = shown(yield* explainInTurns(protocol, best.shown, options.model, reference, limits));
  if (failing.kind === 'deadlock' || !options.mend) return failing;
  const deadline = Math.min(limits.deadline ?? Number.POSITIVE_INFINITY, Date.now() + MEND_TIME);
  const found = yield* findRepairs(protocol, options.model, reference, {
    ...limits,
    ...options,
    deadline,
    maxRepairs: 1,
  });
  return { ...failing, mend: mendFrom(found, ready, options.architecture) };
}

function mendFrom(found: RepairOutcome, { reference }: Ready, architecture: Architecture): Mend {
  if (found.kind === 'interleaving') return { kind: 'interleaving', decides: reference.kind === 's' };
  const [repair] = found.kind === 'repairs' ? found.repairs : [];
  return repair === undefined ? { kind: 'none' } : { kind: 'repair', repair, architecture };
}

/**
 * Shows the execution of an id again.
 * @param asked what the id names, as it is now
 * @param cat the model that it was found under, where that was read from files
 */
export function* replayExecution(id: ExecutionId, asked: Asked, limits: Limits, cat?: CatName): InTurns<Analysis> {
  const start = now();
  const path = pathOf(asked);
  const under = cat ?? DEFAULT_MODEL;
  const made = prepare(asked, { unroll: MAX_UNROLL, model: under });
  if (!('protocol' in made)) return failed('replay', path, under, start, made);
  const { reference } = made;
  const { promise } = made.protocol;
  const protocol = id.variant === undefined ? made.protocol : weakened(made.protocol, id.variant);
  const changed = id.digest !== reference.digest;
  const decoded = protocol === undefined ? undefined : decodeExecution(protocol.program, id.execution, cat);
  const again = decoded === undefined ? undefined : replay(protocol!.recording(), decoded.choices);
  if (protocol === undefined || decoded === undefined || again === undefined) {
    return failed('replay', path, under, start, [gone(path, changed)]);
  }
  const { program } = protocol;
  const { model, choices } = decoded;
  const isAllowed = cat !== undefined && judge(program, again.trace, cat).consistent;
  const strongest = cat === undefined ? strongestModel(program, again.trace) : isAllowed ? cat : undefined;
  if (strongest === undefined) return failed('replay', path, model, start, [gone(path, changed)]);
  const { flags } = judge(program, again.trace, under);
  const judgement = protocol.judge({ ...endingOf(program, again), flags });
  const failure: Failure =
    judgement.kind === 'failing' ? judgement.failure : { kind: 'violated', message: 'fails no more' };
  const drawing = yield* drawInTurns(program, again.trace, strongest, new Patience(limits.deadline));
  const shown = { choices, drawing, failure, model: strongest, certain: true };
  const named = id.variant === undefined ? reference : { ...reference, variant: id.variant };
  const counterexample = yield* explainInTurns(protocol, shown, under, named, limits);
  return {
    kind: 'execution',
    analysis: 'replay',
    path,
    name: protocol.name,
    promise,
    model: under,
    seconds: (now() - start) / 1000,
    counterexample,
    mend: { kind: 'unasked' },
    warnings: changed ? [changedSince(path)] : [],
  };
}

/** The protocol with one ordering weakened, as `barriers` did. */
function weakened(protocol: Protocol, variant: string): Protocol | undefined {
  const [ordering, option] = variant.split('.').map(Number);
  const weaker = protocol.orderings()[ordering ?? -1]?.weaker[option ?? -1];
  return weaker === undefined ? undefined : protocol.edited([weaker.edit]);
}

const place = (file: string) => ({ file, line: 0, column: 0, length: 1, sourceLine: '' });

const changedSince = (path: string): Diagnostic => ({
  code: 'HF952',
  severity: 'warning',
  message: 'what the id is of has changed since it was made',
  ...place(path),
  help: 'The execution still exists, and is shown as it is now.',
});

const gone = (path: string, changed: boolean): Diagnostic => ({
  code: 'HF953',
  severity: 'error',
  message: changed ? 'it has changed, and has no such execution any more' : 'it has no such execution',
  ...place(path),
  help: changed ? 'holdfast show looks for a failing execution as it is now.' : 'Was the id copied in full?',
});
