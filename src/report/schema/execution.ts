import {
  anyOf,
  boolean,
  constant,
  count,
  list,
  named,
  nullable,
  object,
  oneOf,
  optional,
  record,
  said,
  string,
  type TypeOf,
} from './build.ts';
import { model, place, stepAfter, wait } from './common.ts';

export const failure = named(
  'failure',
  said(
    'Why an execution counts as a failure.',
    object({
      kind: oneOf(['condition', 'assertion', 'flagged', 'data-race', 'fault', 'deadlock']),
      message: string,
      steps: optional(said('What was done after the threads had ended, to show it.', list(stepAfter))),
    }),
  ),
);

const event = named(
  'event',
  object({
    thread: count,
    kind: oneOf(['read', 'write', 'fence', 'choice']),
    mode: said('How it is marked: once, acquire, full; of a fence which one.', string),
    location: nullable(string),
    value: said('As people write it; null of a fence.', nullable(string)),
    readsFrom: said('Of a read the event that wrote the value.', nullable(anyOf(count, constant('initial')))),
    rmw: said('Of a half of a successful RMW the other half.', nullable(count)),
    code: string,
    label: nullable(string),
    place: nullable(place),
  }),
);

const mark = named(
  'mark',
  object({
    kind: oneOf(['late', 'early', 'stale', 'ahead']),
    event: count,
    other: said('The store that a read misses, or reads too early.', nullable(count)),
    text: string,
  }),
);

const row = named(
  'row',
  object({
    kind: said('`visible`: the moment at which other CPUs see a store that waited.', oneOf(['step', 'visible'])),
    thread: count,
    events: list(count),
    marks: list(mark),
  }),
);

const cycleStep = named(
  'cycleStep',
  object({
    from: count,
    to: count,
    relation: oneOf(['po', 'rf', 'co', 'fr']),
    order: said('Of a step in program order: what the model makes of it.', nullable(oneOf(['strong', 'weak', 'none']))),
    missing: said('Whether it is one of the orders whose absence is the reason.', boolean),
  }),
);

const window = named(
  'window',
  object({
    from: said('What it begins with.', count),
    to: count,
    first: said('A step of another thread that comes after the begin.', count),
    last: said('A step of another thread that comes before the end.', count),
  }),
);

const afterStep = named('afterStep', object({ code: string, effect: string, place: nullable(place) }));

const EXECUTION = object({
  id: said('`holdfast replay` shows the execution again.', nullable(string)),
  subject: string,
  asked: model,
  model: said('The strongest model that allows it.', model),
  machines: said('Where the LKMM is needed: the machines on which it happens.', nullable(list(model))),
  certain: said('Whether the stronger models were searched in full.', boolean),
  waits: said('The threads that wait without end; empty where all end.', list(wait)),
  failure,
  observed: said('What is observed at the end, by name.', record(string)),
  after: optional(
    said(
      'What is done after the threads have ended, of a race, with the steps that say what comes of it.',
      list(object({ who: string, what: string, value: string, steps: list(afterStep) })),
    ),
  ),
  parting: optional(said('Where a pin and the page table of its process part, in a sentence.', string)),
  threads: said('The name of each thread.', list(string)),
  events: said('Thread by thread, in program order. All else refers to them by their place in this list.', list(event)),
  coherence: said('The writes of each location that has any, in coherence order.', list(list(count))),
  drawing: object({
    rows: list(row),
    displaced: said('How many steps take effect elsewhere than where they stand.', count),
    minimal: said('Whether no drawing has fewer.', boolean),
  }),
  folded: said('Events that play no part.', list(count)),
  reason: object({
    kind: said(
      '`unsought`: it was not looked for long enough.',
      oneOf(['interleaving', 'unordered', 'plain', 'grace-period', 'race', 'unsought']),
    ),
    cycle: list(cycleStep),
    race: said('The two accesses that race; of all else empty.', list(count)),
    windows: optional(
      said(
        'Of an interleaving: stretches of a thread that would have to be one step each, then it could not happen.',
        list(window),
      ),
    ),
    serial: optional(
      said('Of what takes no race: the threads, in an order in which each may run as a whole.', list(count)),
    ),
    text: string,
    assumption: string,
  }),
});

export const execution = named('execution', EXECUTION);

/** What is printed of an execution. */
export type ExecutionData = TypeOf<typeof EXECUTION>;
export type EventData = TypeOf<typeof event>;
export type MarkData = TypeOf<typeof mark>;
export type FailureData = TypeOf<typeof failure>;
