import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import { DEFAULT_UNROLL } from '../../src/litmus/compile.ts';
import type { ModelName } from '../../src/models/registry.ts';
import { litmusJson } from '../../src/report/litmus-json.ts';
import { type Answer, CORPUS } from './expected.ts';

/** What herd7 says of the same tests, translated to assembly as the kernel compiles them, under each machine's own model. */
const FILE = join(CORPUS, 'expected-arch.csv');
const MISSING = existsSync(FILE) ? undefined : `no ${FILE} (HOLDFAST_CORPUS)`;

const COLUMNS: readonly (readonly [column: string, model: ModelName])[] = [
  ['x86', 'tso'],
  ['arm64-lse', 'arm64'],
  ['arm64-llsc', 'arm64+llsc'],
  ['riscv', 'riscv'],
  ['power', 'power'],
];

interface Row {
  readonly path: string;
  readonly of: Readonly<Record<string, string>>;
}

function readRows(): Row[] {
  const [header, ...lines] = readFileSync(FILE, 'utf8').trimEnd().split(/\r?\n/);
  const keys = header!.split(',');
  return lines.map((line) => {
    const of = Object.fromEntries(line.split(',').map((value, i) => [keys[i]!, value]));
    return { path: of.path!, of };
  });
}

function check(path: string, model: ModelName): Answer {
  const result = checkLitmus(path, readFileSync(join(CORPUS, path), 'utf8'), {
    model,
    question: 'states',
    unroll: DEFAULT_UNROLL,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Date.now() + 20_000,
    onExecution: undefined,
  });
  return JSON.parse(litmusJson(result)) as Answer;
}

describe.skipIf(MISSING !== undefined)(MISSING ?? 'the corpus on machines', () => {
  const rows = MISSING === undefined ? readRows() : [];

  test.each(COLUMNS)(
    '%s: verdicts and numbers of states are those of the machine',
    { timeout: 300_000 },
    (column, model) => {
      const known = rows.filter(({ of }) => of[column] !== '' && of[column] !== undefined);
      expect(known.length).toBeGreaterThan(1700);
      const wrong = known.flatMap(({ path, of }) => {
        const answer = check(path, model);
        const states = of[`${column}_states`] === '' ? answer.states : Number(of[`${column}_states`]);
        const same = answer.verdict === of[column] && answer.states === states;
        return same ? [] : [`${path}: ${answer.verdict} ${answer.states}, not ${of[column]} ${states}`];
      });
      expect(wrong).toEqual([]);
    },
  );
});
