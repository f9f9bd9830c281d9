import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../src/ask/ask.ts';
import type { Request } from '../../src/ask/request.ts';
import { ask, json, litmus, races, text } from '../../src/library/index.ts';

const writers = Array.from({ length: 11 }, (_, n) => `P${n}(int *x) { WRITE_ONCE(*x, ${n + 1}); }`);
/** 11! executions: more than any limit here has time for. */
const LARGE = litmus(`C large\n{}\n${writers.join('\n')}\nexists (x=1)`);
const SB = litmus(readFileSync('examples/SB.litmus', 'utf8'), 'SB.litmus');
const T0 = races('T0', { design: 'v5.11' });

describe('an abort ends every question', () => {
  test.each([
    ['states', { question: 'states', of: SB }],
    ['executions', { question: 'executions', of: SB }],
    ['check', { question: 'check', of: T0 }],
    ['show', { question: 'show', of: T0 }],
    ['barriers', { question: 'barriers', of: T0 }],
    ['repair', { question: 'repair', of: T0 }],
    ['diff', { question: 'diff', of: SB, otherModel: 'sc' }],
  ] as const)('%s, before it starts', async (_, request) => {
    expect((await ask(request, { signal: AbortSignal.abort() })).kind).toBe('interrupted');
  });

  test.each(['executions', 'repair', 'barriers', 'diff', 'show'] as const)('%s, while it runs', async (question) => {
    const controller = new AbortController();
    let aborted = Number.POSITIVE_INFINITY;
    setTimeout(() => {
      aborted = performance.now();
      controller.abort();
    }, 50);
    const request = { question, of: LARGE, ...(question === 'diff' ? { otherModel: 'sc' } : {}) } as Request;
    const { kind } = await ask(request, { signal: controller.signal });
    expect(kind).toBe('interrupted');
    expect(performance.now() - aborted).toBeLessThan(5000);
  });
});

test.each([
  ['an abort', {}, 'interrupted'],
  ['a time limit', { timeout: 0.05 }, 'bounded'],
])('%s leaves what was found so far', async (_, limits, expected) => {
  let turns = 0;
  const signal = { aborted: false };
  const onProgress = (): void => {
    if (expected === 'interrupted' && ++turns > 2) signal.aborted = true;
  };
  const answer = await ask({ question: 'executions', of: LARGE, ...limits }, { signal, onProgress });
  expect(answer.kind).toBe(expected);
  if (!('states' in answer)) throw new Error(answer.kind);
  expect(answer.states.rows.length).toBeGreaterThan(0);
  expect([answer.every, answer.positive + answer.negative]).toEqual([false, answer.executions]);
  const { outcomes, every, verdict } = JSON.parse(json(answer));
  expect([outcomes.length, every, verdict]).toEqual([answer.states.rows.length, false, null]);
});

test.each(['states', 'show', 'barriers', 'repair', 'diff'] as const)('%s says how long it took', async (question) => {
  const never = litmus(LARGE.text.replace('(x=1)', '(x=99)'));
  const { kind, seconds } = await ask({ question, of: never, timeout: 0.2 });
  expect([kind, seconds > 0.15]).toEqual(['bounded', true]);
});

describe('what one of two allows and the other does not, as far as is known', () => {
  // 11! executions, which all end in one of eleven states; the other ends in one state only, x=0.
  const small = litmus('C small\n{}\nP0(int *x) { int r0 = READ_ONCE(*x); }\nexists (x=1)');

  test.each([
    ['a time limit', [LARGE, small], { timeout: 1 }, 2, ['first']],
    ['a time limit, the other way round', [small, LARGE], { timeout: 1 }, 1, ['second']],
    ['a number of executions', [LARGE, small], { maxExecutions: 100 }, 2, ['first']],
  ] as const)('%s', async (_, [of, other], limits, isWhole, sides) => {
    const answer = await ask({ question: 'diff', of, with: other, ...limits });
    if (answer.kind !== 'bounded' || answer.partial === undefined) throw new Error(answer.kind);
    const { difference } = answer.partial;
    expect(answer.executions).toBeGreaterThan(99);
    expect([...new Set(difference.outcomes.map(({ allowedBy }) => allowedBy))]).toEqual(sides);
    expect([difference.first === 'holds', difference.second === 'holds']).toEqual([isWhole === 1, isWhole === 2]);
    const data = JSON.parse(json(answer));
    expect(data.partial.outcomes.length).toBe(difference.outcomes.length);
    expect(text(answer)).toContain('not decided');
  });
});

test.each([
  ['a time limit', { timeout: 1e-9 }, {}],
  ['an abort', {}, { signal: AbortSignal.abort() }],
] as const)('an execution is shown again whatever the limit, without its reason: %s', async (_, limits, waiting) => {
  const shown = await ask({ question: 'show', of: SB, mend: false });
  const id = shown.kind === 'execution' ? shown.counterexample.id! : '';
  const again = await ask({ question: 'replay', of: SB, id, ...limits }, waiting);
  if (again.kind !== 'execution') throw new Error(again.kind);
  expect(again.counterexample.trace.events.length).toBe(4);
  expect(again.counterexample.reason.kind).toBe('unsought');
  expect(text(again)).toContain('Why: The reason was not looked for long enough.');
});

test('progress is told while it runs, and others have their turn', async () => {
  const told: Progress[] = [];
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await ask({ question: 'executions', of: LARGE, timeout: 0.4 }, { onProgress: (progress) => told.push(progress) });
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
  expect(told.length).toBeGreaterThan(2);
  expect(told.at(-1)!.executions).toBeGreaterThan(told[0]!.executions);
});

test.each([
  ['a time', { timeout: 0.1 }, 'timeout'],
  ['a number of executions', { maxExecutions: 10 }, 'max-executions'],
] as const)('%s is a limit', async (_, limits, limit) => {
  expect(await ask({ question: 'executions', of: LARGE, ...limits })).toMatchObject({ kind: 'bounded', limit });
});

const LARGE_VALUES = litmus(`C large-values
{ u64 x; u64 y; }
P0(u64 *x, u64 *y) { u64 r0 = READ_ONCE(*x); WRITE_ONCE(*y, 0xfffffffffffffff0); }
P1(u64 *x, u64 *y) { u64 r0 = READ_ONCE(*y); WRITE_ONCE(*x, 0xeffffffffffffff1); }
exists (0:r0=0xeffffffffffffff1 /\\ 1:r0=0xfffffffffffffff0)`);

test('what was asked before leaves no trace in the id of an execution with values of 64 bits', async () => {
  const others = Array.from({ length: 11 }, (_, n) => `WRITE_ONCE(*x, 0x7${n}00000000000000);`).join(' ');
  await ask({ question: 'states', of: litmus(`C others\n{ u64 x; }\nP0(u64 *x) { ${others} }\nexists (x=0)`) });
  const shown = await ask({ question: 'show', of: LARGE_VALUES, mend: false });
  expect(shown.kind === 'execution' && shown.counterexample.id).toBe('hf1-l-fUERdd-CCCDABAEBC.....3Dx.....D-test');
});

test.each([
  ['SB', SB],
  ['values of 64 bits', LARGE_VALUES],
])('an execution is shown again by its id: %s', async (_, of) => {
  const shown = await ask({ question: 'show', of, mend: false });
  const id = shown.kind === 'execution' ? shown.counterexample.id! : '';
  const again = await ask({ question: 'replay', of, id });
  const { execution } = JSON.parse(json(again));
  expect(execution).toEqual(JSON.parse(json(shown)).execution);
  expect(await ask({ question: 'replay', of: SB, id: 'x' })).toMatchObject({ diagnostics: [{ code: 'HF950' }] });
});

test.each(['states', 'show', 'barriers', 'repair', 'diff'] as const)(
  '%s of a thread that does not come to its end says where it was',
  async (question) => {
    const writes = 'WRITE_ONCE(*x, 2);\n'.repeat(4100);
    const of = litmus(`C long\n{}\nP0(int *x) {\n${writes}}\nP1(int *x) {}\nexists (x=1)`);
    const answer = await ask({ question, of, model: 'sc' });
    if (answer.kind !== 'error') throw new Error(answer.kind);
    const [{ code, line } = { code: '', line: 0 }] = answer.diagnostics;
    expect([code, line]).toEqual(['HF203', 4100]);
  },
);

test.each([
  ['a race', () => races('T00'), "no such race: 'T00'; did you mean T0"],
  ['a variant', () => races('T0', { variant: 'x' }), "no such variant of T0: 'x'"],
  ['a design', () => races('T0', { design: 'v6.1234' }), "no such design: 'v6.1234'"],
  ['a knob', () => races('T0', { set: { shareM: 'mb' } }), "no such knob: 'shareM'; did you mean shareMb"],
  ['a value', () => races('T0', { set: { shareMb: 'x' } }), "no such value of shareMb: 'x'"],
])('%s that there is not is refused', (_, make, message) => {
  expect(make).toThrow(RangeError);
  expect(make).toThrow(message);
});

test.each([
  ['a question', { question: 'whence' }, "there is no question 'whence': expected one of states, "],
  ['an option', { modle: 'tso' }, "there is no option 'modle'; did you mean model?"],
  [
    'a model',
    { model: 'arm' },
    "'arm' is not a value of model: expected one of sc, tso, arm64, arm64+llsc, riscv, riscv+queued, power, lkmm",
  ],
  ['a time', { timeout: -1 }, "'-1' is not a value of timeout: expected a number above 0"],
  ['a number', { maxExecutions: 1.5 }, "'1.5' is not a value of maxExecutions: expected a whole number from 1"],
  [
    'an option of others',
    { question: 'replay', model: 'tso' },
    'model is no option of replay, but of states, executions',
  ],
  ['a switch', { question: 'show', mend: 'no' }, "'no' is not a value of mend: expected true or false"],
  ['a race', { of: T0 }, 'decide is asked of a test, as litmus() makes it'],
  ['a test', { question: 'check' }, 'check is asked of a race, as races() makes it'],
  ['nothing', { question: 'show', of: undefined }, 'show is asked of a test, as litmus() makes it, or of a race'],
])('what cannot be asked is refused: %s', async (_, request, message) => {
  const asked = ask({ question: 'decide', of: SB, ...request } as never);
  await expect(asked).rejects.toThrow(RangeError);
  await expect(asked).rejects.toThrow(message);
});
