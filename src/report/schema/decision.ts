import { boolean, count, list, named, nullable, object, oneOf, optional, said, string, type TypeOf } from './build.ts';
import { model } from './common.ts';

const commit = named(
  'commit',
  object({
    hash: said('Its first digits.', string),
    subject: string,
    release: said('The first that has it.', string),
  }),
);

const decision = named(
  'decision',
  said(
    'A decision of a design that is taken otherwise.',
    object({
      knob: string,
      before: string,
      value: string,
      about: said('What is decided.', string),
      meaning: said('What the value means.', string),
      kernels: said(
        'Where kernels take it so; empty where none does.',
        list(
          object({
            since: said('Null where the oldest that is known does.', nullable(string)),
            until: said('The first after them; null where the newest that is known still does.', nullable(string)),
            commits: list(commit),
          }),
        ),
      ),
      machine: optional(said('Where no kernel takes it so but on this machine.', oneOf(['x86']))),
    }),
  ),
);

const cellAnswer = named(
  'cellAnswer',
  object({
    kind: oneOf(['holds', 'vacuous', 'violated', 'deadlock', 'data-race', 'bounded', 'interrupted', 'absent', 'error']),
    model: said('Of what is broken the strongest that breaks it.', model),
  }),
);

/** How one cell became another. */
export const story = named(
  'story',
  said(
    'How one cell became another.',
    object({
      variant: string,
      from: cellAnswer,
      to: cellAnswer,
      steps: said(
        'What lies between and decides what the race asks for, in its order.',
        list(
          object({
            commit: said('Null of a decision that no kernel took.', nullable(commit)),
            decisions: list(decision),
            after: said('The cell with this change and all before it.', cellAnswer),
          }),
        ),
      ),
      movers: said(
        'Every smallest set of decisions with which, taken alone, the first cell becomes the last.',
        list(list(decision)),
      ),
      complete: said('Whether it is known that there are no others as small.', boolean),
    }),
  ),
);

/** Forms of a race, and what becomes of each. */
export const variantAnswers = list(object({ variant: string, answer: cellAnswer }));

/** What other decisions mend a race. */
export const decisionMends = named(
  'decisionMends',
  said(
    'What other decisions mend a race, in every variant that was asked about.',
    object({
      before: said('As it stands.', variantAnswers),
      mends: said(
        'What a later kernel does comes first, then the smallest sets of all.',
        list(
          object({
            decisions: list(decision),
            after: said('What then becomes of each variant.', variantAnswers),
            kernel: said('The later kernel that they are taken from; null where they are from none.', nullable(string)),
          }),
        ),
      ),
      complete: said('Whether there are no others as small.', boolean),
      tried: said('How often a variant was explored.', count),
    }),
  ),
);

export type DecisionData = TypeOf<typeof decision>;
export type StoryData = TypeOf<typeof story>;
export type DecisionMendsData = TypeOf<typeof decisionMends>;
