import { readFileSync } from 'node:fs';
import { ask, litmus } from 'holdfast';

const sb = litmus(readFileSync('examples/SB.litmus', 'utf8'), 'SB.litmus');

for (const model of ['sc', 'tso', 'lkmm']) {
  const answer = await ask({ question: 'decide', of: sb, model, timeout: 10 });
  switch (answer.kind) {
    case 'decided':
      console.log(model, answer.verdict, answer.condition.text);
      break;
    case 'error':
      for (const { code, line, message } of answer.diagnostics) console.log(code, line, message);
      break;
    default:
      console.log(model, answer.kind);
  }
}
