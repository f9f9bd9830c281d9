import { ANALYSES } from '../../explain/analysis.ts';
import { ARCHITECTURES } from '../../explain/costs.ts';
import { FAILURES } from '../../judge/judgement.ts';
import {
  amount,
  boolean,
  constant,
  count,
  document,
  list,
  named,
  nullable,
  object,
  oneOf,
  optional,
  type Schema,
  said,
  string,
  type TypeOf,
} from './build.ts';
import { diagnostics, model, place, version } from './common.ts';
import { decisionMends, story, variantAnswers } from './decision.ts';
import { execution, failure } from './execution.ts';

const meaning = named(
  'meaning',
  said(
    'What a side means by itself: the worst that it allows. `bounded`, `stopped`: it was not searched in full.',
    oneOf([...FAILURES, 'holds', 'bounded', 'stopped']),
  ),
);

const architecture = oneOf(ARCHITECTURES);

const repair = named(
  'repair',
  object({
    edits: list(
      named(
        'edit',
        object({
          words: string,
          thread: count,
          place,
          cost: said('What kind of edit it is, as far as its cost is concerned.', nullable(string)),
        }),
      ),
    ),
    cost: count,
    executions: said('Executions of the repaired protocol that were visited; none fails.', count),
    patch: said('A unified diff.', nullable(string)),
    elsewhere: optional(said('Of a race, its other variants that are broken, with the same edits.', variantAnswers)),
  }),
);

const mend = named(
  'mend',
  object({
    kind: oneOf(['repair', 'interleaving', 'none', 'unasked']),
    architecture: optional(architecture),
    repair: optional(repair),
  }),
);

const barrier = named(
  'barrier',
  object({
    words: string,
    kind: oneOf(['barrier', 'suffix', 'lock', 'rcu']),
    thread: count,
    place,
    verdict: oneOf(['needed', 'too-strong', 'not-needed', 'unknown']),
    enough: said('Of one that is too strong: the weakest that is enough.', nullable(string)),
    weakened: said('What stood there in the execution.', nullable(string)),
    executions: said('Of one that is too strong or not needed: executions visited in the proof.', nullable(count)),
    bookkeeping: optional(said('Whether it is a lock, or keeps books.', boolean)),
    because: optional(
      said(
        'Of one that is not needed: what makes it unnecessary.',
        object({
          sets: said(
            'The others that do its work, by their places in the list: where all of a set go as well, it is needed. Empty where no other one makes a difference.',
            list(list(count)),
          ),
        }),
      ),
    ),
    failure: nullable(failure),
    execution: said('What is possible without it.', nullable(execution)),
  }),
);

/** What is printed of a difference. */
const DIFFERENCE = {
  other: object({ path: string, name: string, model }),
  observed: list(string),
  ignored: list(string),
  first: meaning,
  second: meaning,
  common: count,
  outcomes: list(
    object({
      values: list(string),
      allowedBy: oneOf(['first', 'second']),
      fails: boolean,
      executions: count,
      execution: nullable(execution),
    }),
  ),
};

const partial = named(
  'partial',
  said('Of `diff`: what is certain although not everything was looked at.', object(DIFFERENCE)),
);

/** What is known where nothing is claimed of the whole. */
const UNDECIDED = {
  executions: said('Executions that were visited.', count),
  blocked: said('Of which in so many more a thread waits without end.', count),
  partial: nullable(partial),
};

/** What is printed of every answer, whatever its kind. */
const EVERY = {
  version,
  analysis: oneOf(ANALYSES),
  path: said('The file, or the name of the race.', string),
  name: string,
  model,
  promise: said('What holds where nothing fails.', string),
  seconds: amount,
};

/** What more is printed of each kind of answer. */
const KINDS = {
  execution: said(
    'A failing execution; of `barriers` that of a protocol that is broken as it stands.',
    object({ ...EVERY, kind: constant('execution'), execution, mend, warnings: diagnostics }),
  ),
  holds: said(
    'No execution fails; so many were visited, which is all of them.',
    object({
      ...EVERY,
      kind: constant('holds'),
      executions: count,
      blocked: said('Executions of a litmus test in which a thread waits without end: they do not count.', count),
    }),
  ),
  barriers: said(
    'Which barriers are needed.',
    object({
      ...EVERY,
      kind: constant('barriers'),
      complete: boolean,
      threads: list(string),
      barriers: list(barrier),
      together: said(
        'What can be weakened at once; `kept` could be weakened alone only.',
        nullable(
          object({
            weakened: list(object({ item: count, words: string })),
            kept: list(count),
            patch: nullable(string),
          }),
        ),
      ),
    }),
  ),
  repairs: said(
    'How to mend it, cheapest first.',
    object({
      ...EVERY,
      kind: constant('repairs'),
      architecture,
      maxEdits: count,
      complete: said('Whether there are no cheaper ones with so few edits.', boolean),
      interleaving: said('Whether it fails although nothing is reordered, so that no barrier helps.', boolean),
      tried: count,
      repairs: list(repair),
      execution,
      decisions: optional(decisionMends),
    }),
  ),
  difference: said(
    'What one side allows and the other does not.',
    object({ ...EVERY, kind: constant('difference'), ...DIFFERENCE }),
  ),
  why: said(
    'What moved the cells of a race from one design to another.',
    object({
      ...EVERY,
      kind: constant('why'),
      from: said('The name of a design.', string),
      to: string,
      complete: boolean,
      stories: said('One for each variant.', list(story)),
    }),
  ),
  deadlock: said(
    'A thread may wait without end. Of a litmus test: no execution completes.',
    object({
      ...EVERY,
      kind: constant('deadlock'),
      execution: said('One in which a thread waits without end; null where none was seen.', nullable(execution)),
      decisions: optional(decisionMends),
    }),
  ),
  bounded: said('A limit was hit: nothing is claimed.', object({ ...EVERY, kind: constant('bounded'), ...UNDECIDED })),
  interrupted: said(
    'The user had enough: nothing is claimed.',
    object({ ...EVERY, kind: constant('interrupted'), ...UNDECIDED }),
  ),
  error: said('The question cannot be understood.', object({ ...EVERY, kind: constant('error'), diagnostics })),
};

/** What is printed of an answer of a kind. */
export type AnalysisData = { readonly [Kind in keyof typeof KINDS]: TypeOf<(typeof KINDS)[Kind]> };
export type BarrierData = TypeOf<typeof barrier>;
export type DifferenceData = TypeOf<typeof partial>;
export type RepairData = TypeOf<typeof repair>;
export type MendData = TypeOf<typeof mend>;
/** What of it is printed whatever the kind. */
export type EveryData = keyof typeof EVERY;

const kinds: readonly Schema<unknown>[] = Object.values(KINDS);

export const ANALYSIS_SCHEMA = document(
  { json: { oneOf: kinds.map(({ json }) => json) }, defs: Object.assign({}, ...kinds.map(({ defs }) => defs)) },
  'Answer to a question about a protocol',
  'What `--format json` of `holdfast show`, `barriers`, `repair`, `diff`, `why` and `replay` prints: one object. `kind` tells which.',
);
