import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numbersFrom } from '../numbers.ts';
import { SEED } from '../seed.ts';
import { holdfast } from './holdfast.ts';

/** What threads are made of: things that are decided, flagged, wait for ever, fire, are bounded, or are not understood. */
const STATEMENTS: readonly string[] = [
  'WRITE_ONCE(*x, 1);',
  'WRITE_ONCE(*y, 1);',
  'r0 = READ_ONCE(*y);',
  'r1 = atomic_fetch_add(1, x);',
  'if (r0) WRITE_ONCE(*y, 2);',
  'smp_mb();',
  'spin_lock(l); r1 = *x; spin_unlock(l);',
  'if (spin_trylock(l)) { *x = 2; spin_unlock(l); }',
  'rcu_read_lock(); r0 = READ_ONCE(*x); r1 = READ_ONCE(*y); rcu_read_unlock();',
  'synchronize_rcu();',
  'while (!READ_ONCE(*x)) cpu_relax();',
  'while (READ_ONCE(*y) < 2) r1++;',
  'WARN_ON(r0);',
];
const WRONG = 'r0 = READ_ONCE(x);';

const below = numbersFrom(SEED);
const statement = (): string => (below(60) === 0 ? WRONG : STATEMENTS[below(STATEMENTS.length)]!);

function randomTest(name: string): string {
  const threads = Array.from({ length: 2 + below(2) }, (_, t) => {
    const body = Array.from({ length: 1 + below(4) }, statement).join(' ');
    return `P${t}(int *x, int *y, spinlock_t *l) { int r0 = 0; int r1 = 0; ${body} }`;
  });
  return `C ${name}\n{}\n${threads.join('\n')}\nexists (1:r0=1 /\\ x=1)\n`;
}

test('results in order are the same with 1, 2 and 3 jobs', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  for (let i = 0; i < 60; i++) writeFileSync(join(folder, `${i}.litmus`), randomTest(`t${i}`));
  const withoutTimes = (text: string): string => text.replace(/"seconds":[\d.e-]+/g, '').replace(/^Time .*$/gm, '');
  for (const format of ['json', 'herd']) {
    const [one, ...others] = ['1', '2', '3'].map((jobs) => {
      const limits = ['--timeout', 'none', '--max-executions', '500'];
      const { status, stdout } = holdfast([
        'litmus',
        folder,
        '--ordered',
        ...limits,
        '--format',
        format,
        '--jobs',
        jobs,
      ]);
      return { status, stdout: withoutTimes(stdout) };
    });
    expect(one!.stdout.split('\n').length).toBeGreaterThan(60);
    for (const other of others) expect(other).toEqual(one);
  }
});
