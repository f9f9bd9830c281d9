import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Question, Verdict } from '../../src/fronts/litmus/litmus-result.ts';

/** Where the corpus is; docs/development.md says what it is. */
export const CORPUS = process.env.HOLDFAST_CORPUS ?? '../shared/litmus';

export const CORPUS_MISSING = existsSync(join(CORPUS, 'expected.csv'))
  ? undefined
  : `no corpus of litmus tests in ${CORPUS} (HOLDFAST_CORPUS)`;

/** What is known of a test of the corpus; a number is undefined where herd7 did not finish. */
export interface Expected {
  readonly path: string;
  /** Of herd7, or of herd7 with -speedcheck, or of the author of the test: the first that there is. */
  readonly verdict: Verdict | undefined;
  readonly states: number | undefined;
  readonly positive: number | undefined;
  readonly negative: number | undefined;
  readonly flags: readonly string[];
  /** CPU seconds of herd7, all states. */
  readonly seconds: number | undefined;
  readonly note: string;
}

export function readExpected(): Expected[] {
  const [header, ...lines] = readFileSync(join(CORPUS, 'expected.csv'), 'utf8').trimEnd().split(/\r?\n/);
  const keys = header!.split(',');
  return lines.map((line) => {
    const row = Object.fromEntries(line.split(',').map((value, i) => [keys[i]!, value]));
    const number = (text: string | undefined): number | undefined => (text ? Number(text) : undefined);
    const finished = row.verdict !== '';
    return {
      path: row.path!,
      verdict: verdictOf(row.verdict || row.fast_verdict || row.author || ''),
      states: number(row.states),
      positive: number(row.positive),
      negative: number(row.negative),
      flags: row.flags ? row.flags.split(' ') : [],
      seconds: finished ? number(row.cpu_s) : undefined,
      note: row.note ?? '',
    };
  });
}

function verdictOf(word: string): Verdict | undefined {
  return word === 'Never' || word === 'Sometimes' || word === 'Always' ? word : undefined;
}

/** What we say, in the words of the expected file; a line of JSON has these keys. */
export interface Answer {
  readonly kind: string;
  readonly question: Question;
  readonly verdict: string | null;
  readonly condition: string | null;
  readonly states: number | null;
  readonly positive: number | null;
  readonly negative: number | null;
  readonly flags: readonly string[];
}

/** Where an answer is not what is expected, as `states 3, expected 4`; empty where it is. */
export function differences(answer: Answer, expected: Expected): string[] {
  if (answer.kind !== 'decided' && answer.kind !== 'deadlock') return [answer.kind];
  const wrong: string[] = [];
  const compare = (what: string, ours: unknown, theirs: unknown): void => {
    if (theirs !== undefined && ours !== theirs) wrong.push(`${what} ${ours}, expected ${theirs}`);
  };
  const { verdict } = answer;
  if (answer.question === 'decide') {
    const found = answer.condition?.startsWith('forall') ? 'Never' : 'Always';
    compare('verdict', verdict, expected.verdict === found && verdict !== found ? 'Sometimes' : expected.verdict);
    return wrong;
  }
  compare('verdict', verdict, expected.verdict);
  compare('states', answer.states, expected.states);
  if (expected.states !== undefined)
    compare('flags', [...answer.flags].sort().join(), [...expected.flags].sort().join());
  if (answer.question === 'executions') {
    compare('positive', answer.positive, expected.positive);
    compare('negative', answer.negative, expected.negative);
  }
  return wrong;
}
