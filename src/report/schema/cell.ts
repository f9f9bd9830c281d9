import { amount, count, document, list, nullable, object, oneOf, said, string, type TypeOf } from './build.ts';
import { diagnostics, model, stepAfter, version } from './common.ts';

const CELL = object({
  version,
  scenario: said('The name of the race.', string),
  variant: said('Its form.', string),
  design: said('The name of a preset, and after it each decision that was taken otherwise, as `knob=value`.', string),
  model: said(
    'Of what holds the weakest model that was asked about; of what is broken the strongest that breaks it.',
    model,
  ),
  kind: said(
    '`vacuous`: what is judged happens in no execution, so nothing is claimed. `bounded`: a limit was hit, and nothing is claimed. `absent`: the race does not exist under the design.',
    oneOf(['holds', 'vacuous', 'violated', 'deadlock', 'data-race', 'bounded', 'interrupted', 'absent', 'error']),
  ),
  property: said(
    "What was judged; of a violation, what is broken. `holdfast list --json` has the words of those that are not the user's own.",
    string,
  ),
  executions: said('Visited, under all models together.', count),
  blocked: said('Executions in which some thread waits and nothing lets it go on.', count),
  seconds: amount,
  failure: said(
    'Of a violation: what is wrong, and what was done after the race to show it.',
    nullable(object({ property: string, message: string, steps: list(stepAfter) })),
  ),
  machines: said(
    'Of a violation for which the LKMM is needed, where all models were asked: the machines on which it happens.',
    nullable(list(model)),
  ),
  waits: said(
    'Of a deadlock: the threads that wait without end in one such execution, and for what.',
    list(
      object({
        who: string,
        code: said('What the thread waits with.', string),
        location: said('What it waits for.', string),
        value: said('What that holds, and keeps.', string),
      }),
    ),
  ),
  reason: said('Why the race does not exist, or is vacuous.', nullable(string)),
  diagnostics: said('Why the cell could not be checked.', diagnostics),
});

/** What is printed of a cell. */
export type CellData = TypeOf<typeof CELL>;

export const CELL_SCHEMA = document(
  CELL,
  'Result of one cell',
  'What `holdfast check --format json` prints: one such object per line, for each race in each variant under each design. Every key is always there; what is not known is null.',
);
