import { readFileSync } from 'node:fs';
import { ask, litmus } from 'holdfast';

const sb = litmus(readFileSync('examples/SB.litmus', 'utf8'), 'SB.litmus');

const answer = await ask({ question: 'repair', of: sb, maxRepairs: 2 });
if (answer.kind !== 'repairs') throw new Error(answer.kind);
for (const { edits, executions } of answer.repairs) {
  console.log(edits.map(({ thread, words }) => `P${thread}: ${words}`).join(', '));
  console.log(`  none of ${executions} executions fails`);
}

const { kind, items } = await ask({ question: 'barriers', of: litmus(readFileSync('examples/SB+mbs.litmus', 'utf8')) });
console.log(
  kind,
  items.map(({ words, verdict }) => `${words} ${verdict.kind}`),
);
