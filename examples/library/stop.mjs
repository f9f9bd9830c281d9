import { ask, litmus } from 'holdfast';

// Sixteen threads that write the same word: 16! orders of coherence, too many for anybody.
const writers = Array.from({ length: 16 }, (_, n) => `P${n}(int *x) { WRITE_ONCE(*x, ${n + 1}); }`);
const large = litmus(`C large\n{}\n${writers.join('\n')}\nexists (x=1)`);

const controller = new AbortController();
setTimeout(() => controller.abort(), 500);
let calls = 0;
const answer = await ask(
  { question: 'executions', of: large },
  { signal: controller.signal, onProgress: () => calls++ },
);
console.log(answer.kind, calls > 0);

const first = await ask({ question: 'executions', of: large, maxExecutions: 1000 });
console.log(first.kind, first.limit, first.executions);
