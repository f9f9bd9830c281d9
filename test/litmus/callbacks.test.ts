import { describe, expect, test } from 'vitest';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { runLitmus } from '../../src/litmus/run-litmus.ts';
import { MODELS, type ModelName } from '../../src/models/registry.ts';

const WORDS = 'int *x, int *y, int *z';

/** A test of threads, of which `CALL(n)` calls the function n, and of the bodies of functions. */
interface Case {
  readonly threads: readonly string[];
  readonly functions: readonly string[];
  readonly condition: string;
}

/** With call_rcu(). */
function called({ threads, functions, condition }: Case): string {
  const made = threads.map(
    (body, t) => `P${t}(${WORDS}) { ${body.replace(/CALL\((\d)\)/g, 'call_rcu(&z->rcu, f$1);')} }`,
  );
  const given = functions.map((body, n) => `static void f${n}(struct rcu_head *head, ${WORDS}) { ${body} }`);
  return `C called\n{}\n${[...made, ...given].join('\n')}\n${condition}\n`;
}

/** As tools/memory-model/Documentation/litmus-tests.txt has it: what herd7 was asked. Each call is made by one thread. */
function byHand({ threads, functions, condition }: Case): string {
  const words = `${WORDS}${functions.map((_, n) => `, int *go${n}`).join('')}`;
  const filter: string[] = [];
  const made = threads.map((body, t) => {
    const isAlways = (n: string): boolean => !new RegExp(`\\{ CALL\\(${n}\\)`).test(body);
    const text = body.replace(/CALL\((\d)\)/g, (_, n: string) => {
      const begun = `${threads.length + Number(n)}:go=1`;
      filter.push(isAlways(n) ? begun : `(${t}:c${n}=0 \\/ ${begun})`);
      return `smp_store_release(go${n}, 1); c${n} = 1;`;
    });
    return `P${t}(${words}) { ${functions.map((_, n) => `int c${n} = 0;`).join(' ')} ${text} }`;
  });
  const given = functions.map((body, n) => {
    const text = body.replaceAll('*head', '*z');
    return `P${threads.length + n}(${words}) { int go = smp_load_acquire(go${n}); if (go) { synchronize_rcu(); ${text} } }`;
  });
  return `C by-hand\n{}\n${[...made, ...given].join('\n')}\nfilter (${filter.join(' /\\ ')})\n${condition}\n`;
}

/** Verdict, positive and negative executions, flags, states. */
function answer(text: string, model: ModelName = 'lkmm'): string[] {
  const parsed = parseLitmus(text, 'test.litmus');
  if (!parsed.ok) throw new Error(parsed.diagnostics.map((d) => `${d.line}:${d.column} ${d.message}`).join('\n'));
  const found = runLitmus(compileLitmus(parsed.test), { model });
  if (!('verdict' in found)) throw new Error(found.kind);
  const { verdict, positive, negative, flags, observed, states, blocked } = found;
  expect(blocked).toBe(0);
  const rows = states.map(({ values }) => values.map((value, i) => `${observed[i]}=${value}`).join(' '));
  return [[verdict, positive, negative, ...flags].join(' '), ...rows];
}

const READER = 'rcu_read_lock(); int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); rcu_read_unlock();';

/** The first line is what herd7 (7.58, the model of Linux 6.12) says of the test by hand. */
const CASES: Readonly<Record<string, Case & { readonly herd: string }>> = {
  'a reader is waited for': {
    threads: [READER, 'WRITE_ONCE(*y, 1); CALL(0)'],
    functions: ['WRITE_ONCE(*x, 1);'],
    condition: 'exists (0:r0=1 /\\ 0:r1=0)',
    herd: 'Never 0 3',
  },
  'a reader that begins after the call may see it': {
    threads: [READER, 'WRITE_ONCE(*y, 1); CALL(0)'],
    functions: ['WRITE_ONCE(*x, 1);'],
    condition: 'exists (0:r0=1 /\\ 0:r1=1)',
    herd: 'Sometimes 1 2',
  },
  'the caller itself is a reader': {
    threads: ['rcu_read_lock(); CALL(0) int r0 = READ_ONCE(*x); rcu_read_unlock(); int r1 = READ_ONCE(*x);'],
    functions: ['WRITE_ONCE(*x, 1);'],
    condition: 'exists (0:r0=1 \\/ 0:r1=1)',
    herd: 'Sometimes 1 1',
  },
  'what the caller read comes before': {
    threads: ['int r0 = READ_ONCE(*x); CALL(0)'],
    functions: ['WRITE_ONCE(*x, 1);'],
    condition: 'exists (0:r0=1)',
    herd: 'Never 0 1',
  },
  'what the caller does afterwards is not ordered': {
    threads: ['CALL(0) WRITE_ONCE(*x, 1); int r0 = READ_ONCE(*y);'],
    functions: ['WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x);'],
    condition: 'exists (0:r0=0 /\\ 1:r0=0)',
    herd: 'Sometimes 1 3',
  },
  'store buffering through a callback': {
    threads: ['WRITE_ONCE(*x, 1); CALL(0)', 'WRITE_ONCE(*y, 1); smp_mb(); int r0 = READ_ONCE(*x);'],
    functions: ['int r0 = READ_ONCE(*y);'],
    condition: 'exists (1:r0=0 /\\ 2:r0=0)',
    herd: 'Never 0 3',
  },
  'a call that may not be made': {
    threads: ['int r0 = READ_ONCE(*y); if (r0) { CALL(0) }', 'WRITE_ONCE(*y, 1); int r0 = READ_ONCE(*x);'],
    functions: ['WRITE_ONCE(*x, 1);'],
    condition: 'exists (0:r0=0 /\\ x=1 \\/ 0:r0=1 /\\ x=0 \\/ 1:r0=1)',
    herd: 'Sometimes 1 2',
  },
  'a call that is made on a value which its callback would have written': {
    threads: ['int r0 = READ_ONCE(*y); if (r0) { CALL(0) }'],
    functions: ['WRITE_ONCE(*y, 1);'],
    condition: 'exists (0:r0=1)',
    herd: 'Never 0 1',
  },
  'two callbacks run in either order': {
    threads: ['CALL(0) CALL(1)'],
    functions: ['WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1);', 'int r0 = READ_ONCE(*y); int r1 = READ_ONCE(*x);'],
    condition: 'exists (2:r0=1 /\\ 2:r1=0)',
    herd: 'Sometimes 1 3',
  },
  'plain accesses before the call do not race': {
    threads: ['*x = 1; CALL(0)'],
    functions: ['int r0 = *x;'],
    condition: 'exists (1:r0=0)',
    herd: 'Never 0 1',
  },
  'plain accesses after it do': {
    threads: ['CALL(0) *x = 1;'],
    functions: ['int r0 = *x;'],
    condition: 'exists (1:r0=0)',
    herd: 'Sometimes 1 1 data-race',
  },
  'a section that holds the call': {
    threads: ['rcu_read_lock(); WRITE_ONCE(*x, 1); CALL(0) WRITE_ONCE(*y, 1); rcu_read_unlock();'],
    functions: ['int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); WRITE_ONCE(*head, 3);'],
    condition: 'exists (1:r0=0 \\/ 1:r1=0 \\/ z=0)',
    herd: 'Never 0 1',
  },
};

describe('call_rcu()', () => {
  test.each(Object.entries(CASES))('%s', (_, { herd, ...made }) => {
    expect(answer(called(made))[0]).toBe(herd);
    for (const model of MODELS) expect(answer(called(made), model)).toEqual(answer(byHand(made), model));
  });

  test('what the callback is given is the pointer', () => {
    const text = `C given
      { int *p = &x; }
      P0(int **p) { int *r0 = READ_ONCE(*p); call_rcu(&r0->rcu, f); }
      P1(int **p, int *y) { WRITE_ONCE(*p, y); }
      void f(struct rcu_head *head) { WRITE_ONCE(*head, 1); }
      exists (x=1 /\\ y=1 \\/ 0:r0=x /\\ y=1 \\/ 0:r0=y /\\ x=1)`;
    expect(answer(text)[0]).toBe('Never 0 2');
  });

  test('each call of a function runs it', () => {
    const text = `C twice
      {}
      P0(int *x) { call_rcu(x, f); }
      P1(int *y) { call_rcu_hurry(y, f); }
      void f(struct rcu_head *head, atomic_t *z) { atomic_inc(z); WRITE_ONCE(*head, 1); }
      forall (x=1 /\\ y=1 /\\ z=2)`;
    expect(answer(text)[0]).toBe('Always 2 0');
  });
});
