import { describe, expect, test } from 'vitest';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { type LitmusOutcome, type RunOptions, runLitmus } from '../../src/litmus/run-litmus.ts';
import { wholeThreads } from './interleave.ts';
import { parsed } from './one-thread.ts';

interface Setup extends Partial<RunOptions> {
  readonly initial?: string;
  readonly races?: boolean;
}

/** P0 writes 1 and P1 writes 2 to x; P2 reads it. Threads run whole, one after the other: six executions. */
function run(after: string, setup: Setup = {}): LitmusOutcome {
  const { initial = '', races = false, ...options } = setup;
  const text = `C writers\n{${initial}}
P0(int *x) { WRITE_ONCE(*x, 1); }
P1(int *x) { WRITE_ONCE(*x, 2); }
P2(int *x) { int r1 = READ_ONCE(*x); }
${after}\n`;
  return runLitmus(compileLitmus(parsed(text)), { model: 'lkmm', ...options }, wholeThreads(races));
}

/** Runs threads with these bodies. */
function runThreads(bodies: readonly string[], after: string, initial = ''): LitmusOutcome {
  const threads = bodies.map((body, i) => `P${i}(int *x, int **p, int *a) { ${body} }`).join('\n');
  return runLitmus(
    compileLitmus(parsed(`C t\n{${initial}}\n${threads}\n${after}\n`)),
    { model: 'lkmm' },
    wholeThreads(),
  );
}

/** The states as herd7 prints them, with their counts. */
function states(outcome: LitmusOutcome): string[] {
  if (outcome.kind === 'fault') throw new Error(outcome.diagnostic.message);
  const { observed } = outcome;
  return outcome.states.map((s) => `${s.values.map((v, i) => `${observed[i]}=${v};`).join(' ')} ${s.count}`);
}

describe('the verdict', () => {
  test.each<[after: string, verdict: string, positive: number, negative: number]>([
    ['exists (2:r1=3)', 'Never', 0, 6],
    ['exists (2:r1=1)', 'Sometimes', 2, 4],
    ['exists (2:r1=0 \\/ x=1 \\/ x=2)', 'Always', 6, 0],
    ['~exists (2:r1=3)', 'Never', 0, 6],
    ['~exists (2:r1=1)', 'Sometimes', 2, 4],
    ['forall (2:r1=1)', 'Sometimes', 2, 4],
    ['forall (x=1 \\/ x=2)', 'Always', 6, 0],
    ['forall (x=0)', 'Never', 0, 6],
    ['', 'Always', 6, 0],
    ['exists (2:r1=1 => x=1)', 'Sometimes', 5, 1],
    ['exists (x!=2:r1)', 'Sometimes', 4, 2],
    ['exists false', 'Never', 0, 6],
    ['exists (2:r1=1 && x=0x1)', 'Sometimes', 1, 5],
    ['exists (x=1 || x == 0x2 && !(x=2))', 'Sometimes', 3, 3],
    ['exists (2:r1=true)', 'Sometimes', 2, 4],
    ['filter (2:r1=1) exists (x=1)', 'Sometimes', 1, 1],
    ['filter (2:r1=1 /\\ x=1) exists (x=1)', 'Always', 1, 0],
    ['filter (x=5) exists (x=1)', 'Never', 0, 0],
  ])('%s', (after, verdict, positive, negative) => {
    expect(run(after)).toMatchObject({ kind: 'decided', verdict, positive, negative, executions: 6, blocked: 0 });
  });
});

describe('the states', () => {
  test.each<[after: string, states: string[]]>([
    ['exists (2:r1=1)', ['2:r1=0; 2', '2:r1=1; 2', '2:r1=2; 2']],
    ['exists (x=1)', ['[x]=1; 3', '[x]=2; 3']],
    [
      'exists (x=1 /\\ 2:r1=0)',
      [
        '2:r1=0; [x]=1; 1',
        '2:r1=0; [x]=2; 1',
        '2:r1=1; [x]=1; 1',
        '2:r1=1; [x]=2; 1',
        '2:r1=2; [x]=1; 1',
        '2:r1=2; [x]=2; 1',
      ],
    ],
    [
      'locations [x] exists (2:r1=0 /\\ x=1)',
      [
        '2:r1=0; [x]=1; 1',
        '2:r1=0; [x]=2; 1',
        '2:r1=1; [x]=1; 1',
        '2:r1=1; [x]=2; 1',
        '2:r1=2; [x]=1; 1',
        '2:r1=2; [x]=2; 1',
      ],
    ],
    ['filter (2:r1=1) exists (x=1)', ['[x]=1; 1', '[x]=2; 1']],
    ['exists true', [' 6']],
    ['exists (0:r9=0)', ['0:r9=0; 6']],
  ])('%s', (after, expected) => expect(states(run(after))).toEqual(expected));

  test('variables: registers by thread and name, then locations, then elements', () => {
    const body = 'int r10 = 1; int r2 = 2; int c = 3;';
    const outcome = runThreads(
      [body, body],
      'locations [y; x; 1:r2; 1:r10; 0:c; 0:r2; b[1]; b[0]] exists (z=0)',
      'int b[2]; y; z;',
    );
    expect(states(outcome)).toEqual(['0:c=3; 0:r2=2; 1:r10=1; 1:r2=2; [x]=0; [y]=0; [z]=0; b[0]=0; b[1]=0; 2']);
  });

  test('values: integers as numbers, then addresses by name', () => {
    const writers = [
      'WRITE_ONCE(*p, a);',
      'WRITE_ONCE(*p, x);',
      'WRITE_ONCE(*p, (int *)10);',
      'WRITE_ONCE(*p, (int *)-9);',
    ];
    expect(states(runThreads(writers, 'exists (p=a)'))).toEqual(['[p]=-9; 6', '[p]=10; 6', '[p]=a; 6', '[p]=x; 6']);
  });

  test('parts of an array by their address', () => {
    expect(states(runThreads(['WRITE_ONCE(*p, b + 1);'], 'exists (p=b[1])', 'int b[2];'))).toEqual(['[p]=b[1]; 1']);
  });

  test('the value of a parameter, and of a local in memory', () => {
    expect(states(runThreads(['int r1 = 1; int *r2 = &r1; *r2 = 5;'], 'exists (0:r1=5 /\\ 0:x=x)'))).toEqual([
      '0:r1=5; 0:x=x; 1',
    ]);
  });

  test('whether each satisfies the proposition', () => {
    const outcome = run('forall (2:r1=1)');
    expect(outcome.kind === 'decided' && outcome.states.map((s) => s.satisfies)).toEqual([false, true, false]);
  });
});

describe('what is not a verdict', () => {
  test('no execution completes', () => {
    const outcome = runThreads(['spin_lock(x);', 'spin_lock(x);'], 'exists (x=1)');
    expect(outcome).toMatchObject({
      kind: 'deadlock',
      executions: 0,
      blocked: 2,
      positive: 0,
      negative: 0,
      states: [],
    });
  });

  test('some executions block', () => {
    expect(runThreads(['spin_lock(x); spin_unlock(x);', 'spin_lock(x);'], 'exists (x=1)')).toMatchObject({
      kind: 'decided',
      verdict: 'Never',
      executions: 1,
      blocked: 1,
    });
  });

  test('a limit of the explorer', () => {
    expect(run('exists (2:r1=1)', { maxExecutions: 3 })).toMatchObject({
      kind: 'bounded',
      limit: 'max-executions',
      executions: 3,
    });
  });

  test('a loop that wants more rounds', () => {
    const outcome = runThreads(['while (READ_ONCE(*x) == 0) ; int r1 = 1;', 'WRITE_ONCE(*x, 1);'], 'exists (0:r1=0)');
    expect(outcome).toMatchObject({ kind: 'bounded', limit: 'unroll', positive: 0, negative: 1, executions: 2 });
  });

  test('whoever asked had enough', () => {
    let visited = 0;
    const outcome = run('exists (2:r1=3)', { stopped: () => ++visited === 3 });
    expect(outcome).toMatchObject({ kind: 'stopped', negative: 2 });
  });

  test('a pointer that points nowhere', () => {
    const outcome = runThreads(['int *r1 = READ_ONCE(*p);\n  *r1 = 1;'], 'exists (x=1)');
    expect(outcome).toMatchObject({
      kind: 'fault',
      diagnostic: {
        code: 'HF201',
        line: 4,
        column: 3,
        sourceLine: '  *r1 = 1; }',
        message: 'P0 does what has no meaning: 0 is not the address of anything',
      },
    });
  });
});

describe('deciding', () => {
  test.each<[after: string, verdict: string, executions: number]>([
    ['exists (2:r1=0)', 'Sometimes', 1],
    ['exists (2:r1=3)', 'Never', 6],
    ['~exists (x=1)', 'Sometimes', 1],
    ['forall (x=2)', 'Sometimes', 1],
    ['forall (x=1 \\/ x=2)', 'Always', 6],
  ])('%s', (after, verdict, most) => {
    const outcome = run(after, { decide: true });
    expect(outcome).toMatchObject({ kind: 'decided', verdict });
    expect(outcome.kind === 'decided' && outcome.executions <= Math.max(most, 3)).toBe(true);
  });

  // The register is assigned to more than once, so that no single read has to return what the condition wants.
  test.each([
    'for (int i = 0; i < 2; i++) { r1 = READ_ONCE(*x); WRITE_ONCE(*x, 1); }',
    'int i = 0; while (i < 2) { r1 = READ_ONCE(*x); WRITE_ONCE(*x, 1); i++; }',
    'int i = 0; do { r1 = READ_ONCE(*x); WRITE_ONCE(*x, 1); i++; } while (i < 2);',
    'r1 = READ_ONCE(*x); WRITE_ONCE(*x, 1); r1 = READ_ONCE(*x);',
  ])('a read that comes again: %s', (body) => {
    const text = `C t\n{}\nP0(int *x) { int r1; ${body} }\nexists (0:r1=1)`;
    const outcome = runLitmus(compileLitmus(parsed(text)), { model: 'lkmm', decide: true });
    expect(outcome).toMatchObject({ kind: 'decided', verdict: 'Sometimes' });
  });

  test('a witness decides, whatever other executions were cut', () => {
    const text =
      'C t\n{}\nP0(int *x) { while (READ_ONCE(*x) == 0) ; int r1 = 1; }\nP1(int *x) { WRITE_ONCE(*x, 1); }\nexists (0:r1=1)';
    const outcome = runLitmus(compileLitmus(parsed(text)), { model: 'sc', decide: true }, wholeThreads());
    expect(outcome).toMatchObject({ kind: 'decided', verdict: 'Sometimes' });
  });
});

test('flags are those of executions that count', () => {
  expect(run('exists (x=1)', { races: true })).toMatchObject({ flags: ['data-race'] });
  expect(run('exists (x=1)')).toMatchObject({ flags: [] });
  expect(run('filter (x=9) exists (x=1)', { races: true })).toMatchObject({ flags: [] });
});

describe('what a conjunction requires', () => {
  const requirements = (after: string): unknown =>
    compileLitmus(parsed(`C t\n{}\nP0(int *x, int *y) { int r1 = 0; }\n${after}\n`)).requirements;
  test.each<[after: string, requirements: unknown]>([
    [
      'exists (0:r1=1 /\\ y=2)',
      [
        { thread: 0, place: 1, value: 1 },
        { thread: -1, place: 1, value: 2 },
      ],
    ],
    [
      'exists ((0:r1=1) /\\ (x=1 /\\ x=2))',
      [
        { thread: 0, place: 1, value: 1 },
        { thread: -1, place: 0, value: 1 },
        { thread: -1, place: 0, value: 2 },
      ],
    ],
    ['exists true', []],
    ['exists (0:r1=1 \\/ y=2)', []],
    ['exists (0:r1=1 /\\ (x=1 \\/ y=2))', [{ thread: 0, place: 1, value: 1 }]],
    ['exists (~0:r1=1)', []],
    ['exists (0:r1=0:r1)', []],
    ['exists (0:r7=1)', []],
  ])('%s', (after, expected) => expect(requirements(after)).toEqual(expected));
});
