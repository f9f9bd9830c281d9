import type { Decided, Failed, Interrupted, LitmusResult, States } from '../../src/fronts/litmus/litmus-result.ts';
import type { Diagnostic } from '../../src/program/diagnostic.ts';

export const SB_STATES: States = {
  observed: ['0:r0', '1:r0'],
  rows: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  satisfies: [true, false, false, false],
};

/** Store buffering, every execution counted. */
export const SB: Decided = {
  kind: 'decided',
  verdict: 'Sometimes',
  path: 'tests/SB.litmus',
  name: 'SB',
  model: 'lkmm',
  question: 'executions',
  condition: { kind: 'exists', text: 'exists (0:r0=0 /\\ 1:r0=0)' },
  states: SB_STATES,
  positive: 1,
  negative: 3,
  flags: [],
  executions: 4,
  blocked: 0,
  waits: [],
  fired: [],
  every: true,
  promised: undefined,
  warnings: [],
  seconds: 0.0021,
};

export const FAILED: Failed = {
  kind: 'error',
  path: 'tests/bad.litmus',
  model: 'lkmm',
  question: 'states',
  seconds: 0.0001,
  diagnostics: [
    {
      code: 'HF101',
      severity: 'error',
      message: "unknown macro 'WRITE_ONE'",
      file: 'tests/bad.litmus',
      line: 7,
      column: 2,
      length: 9,
      sourceLine: '\tWRITE_ONE(*x, 1);',
      expected: 'a primitive of the LKMM',
      help: 'did you mean WRITE_ONCE?',
    },
  ],
};

export const INTERRUPTED: Interrupted = {
  ...SB,
  kind: 'interrupted',
  path: 'tests/long.litmus',
  name: 'long',
  every: false,
  model: 'tso',
  question: 'executions',
  seconds: 3.5,
  executions: 123456,
  blocked: 7,
};

const WARNING: Diagnostic = {
  code: 'HF114',
  severity: 'warning',
  message: 'P1 has no register r9',
  file: 'tests/SB.litmus',
  line: 20,
  column: 9,
  length: 4,
  sourceLine: 'exists (1:r9=0)',
};

/** A result of every kind, and of what else tells one from another. */
export const RESULTS: Readonly<Record<string, LitmusResult>> = {
  sometimes: SB,
  never: {
    ...SB,
    verdict: 'Never',
    states: { ...SB_STATES, rows: SB_STATES.rows.slice(1), satisfies: [false, false, false] },
    positive: 0,
    executions: 3,
  },
  states: { ...SB, question: 'states', every: false },
  decide: { ...SB, question: 'decide', every: false, positive: 1, negative: 1, executions: 2 },
  forbidden: { ...SB, condition: { kind: 'not exists', text: '~exists (0:r0=0 /\\ 1:r0=0)' } },
  pointers: {
    ...SB,
    verdict: 'Always',
    condition: { kind: 'forall', text: 'forall (1:r2=x0 \\/ [x0]=2)' },
    states: {
      observed: ['1:r2', '[x0]'],
      rows: [
        ['x0', 3],
        ['y', 2],
      ],
      satisfies: [true, true],
    },
    positive: 2,
    negative: 0,
    executions: 2,
  },
  race: { ...SB, flags: ['data-race', 'mixed-accesses'], promised: { by: 'comment', verdict: 'Never', race: true } },
  asserts: {
    ...SB,
    fired: [
      { who: 'P1', place: { file: 'tests/SB.litmus', line: 9, column: 2, text: 'BUG_ON(r0 == 0)' } },
      { who: 'P1', place: { file: 'tests/SB.litmus', line: 10, column: 2, text: 'r1 = WARN_ON(r0)' } },
    ],
  },
  contradicted: { ...SB, promised: { by: 'comment', verdict: 'Never', race: false } },
  warned: { ...SB, warnings: [WARNING] },
  deadlock: {
    ...SB,
    kind: 'deadlock',
    states: { observed: ['0:r0'], rows: [], satisfies: [] },
    positive: 0,
    negative: 0,
    executions: 0,
    blocked: 2,
    waits: [
      {
        thread: 0,
        who: 'P0',
        code: 'spin_lock(x)',
        location: 'x',
        value: '1',
        label: undefined,
        place: { file: 'tests/SB.litmus', line: 9, column: 2, text: 'spin_lock(x)' },
      },
    ],
  },
  blocked: {
    ...SB,
    blocked: 1,
    waits: [
      {
        thread: 0,
        who: 'P0',
        code: 'spin_lock(x)',
        location: 'x',
        value: '1',
        label: undefined,
        place: { file: 'tests/SB.litmus', line: 9, column: 2, text: 'spin_lock(x)' },
      },
    ],
  },
  timeout: { ...SB, kind: 'bounded', limit: 'timeout', every: false },
  unroll: { ...SB, kind: 'bounded', limit: 'unroll' },
  traces: { ...SB, kind: 'bounded', limit: 'traces', every: false },
  interrupted: INTERRUPTED,
  error: FAILED,
};
