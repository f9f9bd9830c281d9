import { EXPECTATIONS, QUESTIONS, VERDICTS } from '../../fronts/litmus/litmus-result.ts';
import { FLAGS } from '../../program/flags.ts';
import {
  amount,
  anyOf,
  boolean,
  count,
  document,
  integer,
  list,
  nullable,
  object,
  oneOf,
  said,
  string,
  type TypeOf,
} from './build.ts';
import { diagnostics, model, place, version, wait } from './common.ts';

const TEST = object({
  version,
  path: said('As given on the command line, or as found in a folder given there.', string),
  name: said('The name in the first line of the test.', nullable(string)),
  model,
  question: said(
    'What was asked: every final state, every execution, or only whether the condition holds.',
    oneOf(QUESTIONS),
  ),
  kind: said(
    'decided: over every execution. deadlock: no execution completes. bounded: a limit was hit, and nothing is claimed. interrupted: by the user. error: the test cannot be read or run.',
    oneOf(['decided', 'deadlock', 'bounded', 'interrupted', 'error']),
  ),
  verdict: said(
    'How often the proposition of the condition holds; null where kind is bounded, interrupted or error. Never, as herd7 has it, where no execution completes. With question decide, Sometimes means that one execution decided it.',
    nullable(oneOf(VERDICTS)),
  ),
  condition: said('In one line, as in `exists (0:r0=0 /\\ 1:r0=0)`.', nullable(string)),
  states: said('Final states found.', nullable(count)),
  positive: said('Visited executions that satisfy the proposition of the condition.', nullable(count)),
  negative: said('Visited executions that do not.', nullable(count)),
  flags: said(
    `Of the models that there are: ${FLAGS.join(', ')}. A cat file may have others.`,
    list(string, { uniqueItems: true }),
  ),
  executions: said('Complete executions visited.', nullable(count)),
  blocked: said('Executions visited in which a thread waits and nothing lets it go on.', nullable(count)),
  waits: said('The threads that wait without end in one of the blocked executions.', list(wait)),
  assertions: said(
    'The BUG_ON() and WARN_ON() that fire in some execution visited.',
    list(object({ thread: said('Whose it is.', string), place })),
  ),
  every: said(
    'Whether every execution was visited, so that positive and negative count the test rather than the search.',
    boolean,
  ),
  promised: said('What the Result: comment of the test, or --expect, says.', nullable(oneOf(EXPECTATIONS))),
  contradiction: said(
    'Which assertion fires, else why the result is not the promised one; null where neither.',
    nullable(string),
  ),
  limit: said(
    'What was hit, where kind is bounded. traces: the threads have too many ways through them, each with the values that it may read, to tell which loads may be buffered.',
    nullable(oneOf(['timeout', 'max-executions', 'unroll', 'traces'])),
  ),
  seconds: said('Of wall-clock time, for this test.', amount),
  message: said('One sentence on why there is no verdict, or not the promised one.', nullable(string)),
  observed: said(
    'The registers and locations of a final state, as herd7 writes them: `0:r1`, `[x]`.',
    nullable(list(string)),
  ),
  outcomes: said(
    'The final states: for each, the value of every one of `observed`. A pointer has the name of what it points to.',
    nullable(list(list(anyOf(integer, string)))),
  ),
  witnesses: said(
    'Which of `outcomes` satisfy the proposition of the condition, counted from 0.',
    nullable(list(count)),
  ),
  diagnostics: said('Why kind is error; warnings otherwise.', diagnostics),
});

/** What is printed of a litmus test. */
export type TestData = TypeOf<typeof TEST>;

const known = (...names: readonly string[]): object =>
  Object.fromEntries(names.map((name) => [name, { not: { type: 'null' } }]));
const unknown = (name: string): object => ({ [name]: { type: 'null' } });

/** What is known of which kind. */
const BY_KIND = [
  [['decided', 'deadlock'], known('verdict', 'states', 'outcomes'), unknown('verdict')],
  [['error'], { ...known('message'), diagnostics: { minItems: 1 } }, known('executions')],
  [['bounded'], known('limit'), unknown('limit')],
] as const;

export const TEST_SCHEMA = document(
  TEST,
  'Result of one litmus test',
  'What `holdfast litmus --format json` prints: one such object per line. Every key is always there; what is not known is null.',
  {
    allOf: BY_KIND.map(([kinds, properties, otherwise]) => ({
      if: { properties: { kind: { enum: kinds } } },
      // biome-ignore lint/suspicious/noThenProperty: the word of JSON schema
      then: { properties },
      else: { properties: otherwise },
    })),
  },
);
