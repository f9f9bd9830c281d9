import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { OPTIONS, type OptionName, type OptionRow, type QuestionName } from '../../src/ask/options.ts';
import { holdfast } from './holdfast.ts';

interface Listed {
  readonly name: string;
  readonly options: readonly { readonly flag: string; readonly environment: string | null }[];
}

const { commands } = JSON.parse(holdfast(['list', '--json']).stdout) as { readonly commands: readonly Listed[] };

/** What users have in their scripts. */
const FLAGS: Readonly<Record<OptionName, readonly [flag: string, environment: string | null]>> = {
  model: ['--model', 'HOLDFAST_MODEL'],
  otherModel: ['--other-model', null],
  expect: ['--expect', null],
  timeout: ['--timeout', 'HOLDFAST_TIMEOUT'],
  maxExecutions: ['--max-executions', 'HOLDFAST_MAX_EXECUTIONS'],
  unroll: ['--unroll', 'HOLDFAST_UNROLL'],
  architecture: ['--arch', null],
  maxEdits: ['--max-edits', null],
  maxRepairs: ['--max-repairs', null],
  mend: ['--no-mend', null],
};

/** The command that asks a question. */
const commandOf = (question: QuestionName): string =>
  ['states', 'executions', 'decide'].includes(question) ? 'litmus' : question;

test.each(Object.entries(FLAGS))(
  '%s is an option of the commands that ask such questions',
  (name, [flag, environment]) => {
    const { of } = OPTIONS[name as OptionName] as OptionRow<unknown, QuestionName>;
    // `check` asks a file of C what `show` asks.
    const asking = new Set([...of.map(commandOf), ...(name === 'unroll' ? ['check'] : [])]);
    // Of an id that was found under a cat file, `replay` asks which file that was.
    const isOfId = (command: string): boolean => name === 'model' && command === 'replay';
    const having = commands.filter(
      (command) => !isOfId(command.name) && command.options.some((option) => option.flag === flag),
    );
    expect(new Set(having.map((command) => command.name))).toEqual(asking);
    for (const { options } of having) expect(options.find((o) => o.flag === flag)).toMatchObject({ environment });
  },
);

test('docs/command.md has every variable', () => {
  const all = commands.flatMap(({ options }) => options.flatMap(({ environment }) => environment ?? []));
  const row = readFileSync('docs/command.md', 'utf8').match(/^\| `HOLDFAST_MODEL`.*$/m)![0];
  expect(row.match(/HOLDFAST_\w+/g)!.sort()).toEqual([...new Set(all)].sort());
});
