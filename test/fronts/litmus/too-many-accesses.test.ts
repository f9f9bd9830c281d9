import { expect, test } from 'vitest';
import { checkLitmus } from '../../../src/fronts/litmus/check-litmus.ts';
import { LADDER, type ModelName } from '../../../src/models/registry.ts';

/** What is said of a test whose first thread has these lines, which begin with the fourth. */
function diagnosticOf(model: ModelName, lines: readonly string[]): string {
  const text = `C long\n{}\nP0(int *x) {\n${lines.join('\n')}\n}\nP1(int *x) { WRITE_ONCE(*x, 1); }\nexists (x=1)\n`;
  const result = checkLitmus('long.litmus', text, {
    model,
    question: 'states',
    unroll: 1000,
    expect: undefined,
    maxExecutions: undefined,
    deadline: Number.POSITIVE_INFINITY,
    onExecution: undefined,
  });
  if (result.kind !== 'error') return result.kind;
  return result.diagnostics.map(({ code, line, column, message }) => `${line}:${column} ${code} ${message}`).join('\n');
}

const MESSAGE = 'HF203 P0 makes more than 4096 memory accesses';

test.each(LADDER)('a thread that makes too many accesses is an error at the access, under %s', (model) => {
  const writes = new Array<string>(4100).fill('WRITE_ONCE(*x, 2);');
  expect(diagnosticOf(model, writes)).toBe(`4100:1 ${MESSAGE}`);
  const loop = ['int r;', 'for (int i = 0; i < 1000; i++) {', ' r = READ_ONCE(*x);', ' WRITE_ONCE(*x, r);'];
  // Five accesses a round: the one that is too many is the second of a round.
  expect(diagnosticOf(model, [...loop, ' atomic_inc(x);', ' r = READ_ONCE(*x);', '}'])).toBe(`7:2 ${MESSAGE}`);
});
