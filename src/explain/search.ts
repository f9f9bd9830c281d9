import type { Choices } from '../judge/choices.ts';
import { type Failure, isWorse } from '../judge/judgement.ts';
import { DEADLOCK, type Outcome } from '../judge/outcome.ts';
import { type Limits, type Searched, searchInTurns } from '../judge/search.ts';
import { isWeakest, type ModelName, upTo } from '../models/registry.ts';
import { atOnce, type InTurns, Patience } from '../program/turns.ts';
import { machinesWith } from './consistency.ts';
import { type Drawing, drawInTurns } from './drawing.ts';
import type { Subject } from './subject.ts';
import { replay, unlocated } from './trace.ts';

/** A failing execution. */
export interface Found {
  readonly failure: Failure;
  readonly choices: Choices;
}

/** Looks for any failing execution. */
export const findAny = (subject: Subject, model: ModelName, limits: Limits): InTurns<Searched> =>
  searchInTurns(subject, { ...limits, model, visit: ({ kind }) => kind === 'failing' || kind === 'stuck' });

/** The failing execution to show. */
export interface Shown extends Found {
  /** The strongest model that allows a failing execution, as far as was looked. */
  readonly model: ModelName;
  /** Whether the stronger models were searched in full. */
  readonly certain: boolean;
  readonly drawing: Drawing;
}

export type BestSearch = { readonly kind: 'found'; readonly shown: Shown } | NotFound;

/** What is known where there is no failing execution to show. */
export type NotFound = Visits &
  (
    | Exclude<Outcome, { readonly failure: Failure }>
    /** No execution completes, and none of those that do not was seen. */
    | { readonly kind: 'deadlock' }
  );
type Visits = Pick<Searched, 'executions' | 'blocked' | 'tooMany'>;

/** How many failing executions of the same length are drawn, to choose the one that is drawn best. */
const MAX_DRAWN = 24;
/** After one is found, so long a better one is looked for, in milliseconds. */
const PATIENCE = 1000;

/**
 * The failing execution that is easiest to believe. It fails in the worst way that the model asked about allows; of those it
 * needs the strongest model, and is an interleaving if there is one; among these it is the shortest, then the one whose
 * drawing has the fewest oddities and switches.
 * @param weakest the model that is asked about
 */
export const findBest = (subject: Subject, weakest: ModelName, limits: Limits): BestSearch =>
  atOnce(findBestInTurns(subject, weakest, limits));

/** As {@link findBest}. */
export function* findBestInTurns(subject: Subject, weakest: ModelName, limits: Limits): InTurns<BestSearch> {
  let certain = true;
  let best: Shown | undefined;
  let last: NotFound = { kind: 'holds', executions: 0, blocked: 0, tooMany: undefined };
  for (const model of upTo(weakest)) {
    const { deadline } = limits;
    // A stronger model has a third of the time that is left, so that the model asked about has its turn.
    const share = model === weakest || deadline === undefined ? deadline : Date.now() + (deadline - Date.now()) / 3;
    const under = yield* bestUnder(subject, model, { ...limits, deadline: share });
    if (under.kind === 'found') {
      const found = { ...under.best, model, certain };
      if (best === undefined || isWorse(found.failure.kind, best.failure.kind)) best = found;
      if (best.failure.kind === subject.worst) break;
    } else if (under.kind === 'stopped') {
      return best === undefined ? under : { kind: 'found', shown: best };
    } else {
      if (under.kind === 'bounded' && under.limit !== 'unroll') certain = false;
      last = under;
    }
  }
  return best === undefined ? last : { kind: 'found', shown: best };
}

type Best = Omit<Shown, 'model' | 'certain'>;

function* bestUnder(
  subject: Subject,
  model: ModelName,
  limits: Limits,
): InTurns<{ readonly kind: 'found'; readonly best: Best } | NotFound> {
  let candidates: Found[] = [];
  let fewest = Number.POSITIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  const { outcome, ...visits } = yield* searchInTurns(subject, {
    ...limits,
    model,
    visit(judgement, ending) {
      const failure =
        judgement.kind === 'failing' ? judgement.failure : judgement.kind === 'stuck' ? DEADLOCK : undefined;
      if (failure === undefined) return false;
      const known = candidates[0]?.failure.kind;
      if (known !== undefined && isWorse(known, failure.kind)) return false;
      if (failure.kind === subject.worst && until === Number.POSITIVE_INFINITY) until = Date.now() + PATIENCE;
      const events = ending.size;
      if (events < fewest || known !== failure.kind) {
        fewest = events;
        candidates = [];
      }
      if (events === fewest && candidates.length < MAX_DRAWN) candidates.push({ failure, choices: ending.choices });
      return Date.now() > until;
    },
  });
  if (candidates.length === 0 && 'failure' in outcome && outcome.choices !== undefined) {
    const { failure, choices } = outcome;
    candidates = [{ failure, choices }];
  }
  const drawn: Best[] = [];
  const recording = unlocated(subject);
  const patience = new Patience(limits.deadline);
  for (const candidate of candidates) {
    const again = replay(recording, candidate.choices);
    if (again === undefined) throw new Error(`${subject.name} cannot be run again`);
    const drawing = yield* drawInTurns(subject.program, again.trace, model, patience);
    drawn.push({ ...candidate, drawing });
  }
  drawn.sort((a, b) => a.drawing.displaced - b.drawing.displaced || a.drawing.switches - b.drawing.switches);
  const best = isWeakest(model) ? yield* onSomeMachine(subject, drawn, patience) : drawn[0];
  if (best !== undefined) return { kind: 'found', best };
  const { executions, blocked, tooMany } = visits;
  return { ...('failure' in outcome ? { kind: 'deadlock' } : outcome), executions, blocked, tooMany };
}

/** The first of them that happens on some machine; the first of all where none is known to. */
function* onSomeMachine(subject: Subject, drawn: readonly Best[], patience: Patience): InTurns<Best | undefined> {
  const recording = unlocated(subject);
  const searching = function* (): InTurns<Best | undefined> {
    for (const candidate of drawn) {
      yield* patience.pause();
      const again = replay(recording, candidate.choices);
      if (again !== undefined && machinesWith(subject.program, again.trace).length > 0) return candidate;
    }
    return undefined;
  };
  return (yield* patience.search(searching())) ?? drawn[0];
}
