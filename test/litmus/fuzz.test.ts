import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { endOf, type Frame } from '../../src/litmus/frame.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { Blocked, SequentialCpu } from './sequential-cpu.ts';

/** Tests with a little of everything. */
const SEEDS = [
  `C MP
(* Result: Never *)
{ int *p = &x; x = 1; 1:r9 = y; int a[2] = {1, 2}; }
P0(int *x, int **p, spinlock_t *l)
{
	int r1 = READ_ONCE(*x); // one
	if (r1 == 1 && !READ_ONCE(*x)) { WRITE_ONCE(**p, r1 + 1); } else spin_lock(l);
	for (int i = 0; i < 3; i++) atomic_add(i, x);
}
P1(int *y, atomic_t *z)
{
	int r2; /* (* two *) */
	do { r2 = cmpxchg(y, 0, 1); if (r2) break; } while (r2 < 2);
	r2 = r2 ? -r2 : (int)~r2 << 1;
	while (try_cmpxchg(z, &r2, 5)) smp_mb();
	smp_store_release(y, *r9);
}
locations [x; 0:r1; a[1]]
filter (~0:r1=3)
exists (0:r1=1 /\\ (x=2 \\/ not y=1) /\\ 1:r9=y)
`,
  `C SRCU
{}
P0(int *x, struct srcu_struct *s) { int r0 = srcu_read_lock(s); rcu_read_lock(); *x += 2; rcu_read_unlock(); srcu_read_unlock(s, r0); }
P1(int *x, struct srcu_struct *s) { WRITE_ONCE(*x, 1); synchronize_srcu(s); int r1 = test_and_set_bit(2, x); }
forall (0:r0=0 => x!=5)
`,
];

const PIECES =
  '( ) { } [ ] ; , = == != * & + - ++ -- -> . /\\ \\/ ~ (* *) /* */ // " \\n 0 1 0: P0 P1( int if else for while exists x r1 READ_ONCE( ? :'
    .split(' ')
    .map((piece) => (piece === '\\n' ? '\n' : piece));

/** Reads a text, and where it can be read, compiles it and runs each thread alone. */
function attempt(text: string): void {
  const result = parseLitmus(text, 'fuzz.litmus');
  if (!result.ok) {
    expect(result.diagnostics.length).toBeGreaterThan(0);
    for (const d of result.diagnostics) {
      expect(d.severity).toBe('error');
      expect(d.message).not.toBe('');
      expect(d.code).toMatch(/^HF1\d\d$/);
      expect(d.line).toBeLessThanOrEqual(text.split('\n').length);
      expect(d.column - 1 + d.length).toBeLessThanOrEqual(Math.max(d.column, d.sourceLine.length + 1));
    }
    return;
  }
  const { program } = compileLitmus(result.test);
  program.threads.forEach((body, thread) => {
    const cpu = new SequentialCpu([...Array.from(program.initial)], program.cellName, String, thread);
    try {
      endOf(body(cpu) as Frame);
    } catch (error) {
      if (!(error instanceof Blocked)) throw error;
    }
  });
}

describe('whatever is read, nothing is thrown', { timeout: 60_000 }, () => {
  test.each(SEEDS)('%#: the seeds are right', (seed) => {
    expect(parseLitmus(seed, 'seed.litmus')).toMatchObject({ ok: true });
    attempt(seed);
  });

  test('a beginning of a test', () => {
    for (const seed of SEEDS) for (let end = 0; end <= seed.length; end++) attempt(seed.slice(0, end));
  });

  test('a test without a part', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), fc.nat(1000), fc.nat(60), (seed, at, length) => {
        attempt(seed.slice(0, at) + seed.slice(at + length));
      }),
      { numRuns: 1500 },
    );
  });

  test('a test with pieces put in', () => {
    const edit = fc.tuple(fc.nat(1000), fc.nat(4), fc.constantFrom(...PIECES));
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), fc.array(edit, { minLength: 1, maxLength: 4 }), (seed, edits) => {
        attempt(edits.reduce((text, [at, cut, piece]) => text.slice(0, at) + piece + text.slice(at + cut), seed));
      }),
      { numRuns: 3000 },
    );
  });

  test('a part of a test in another place', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SEEDS), fc.nat(1000), fc.nat(100), fc.nat(1000), (seed, from, length, to) => {
        attempt(seed.slice(0, to) + seed.slice(from, from + length) + seed.slice(to));
      }),
      { numRuns: 1500 },
    );
  });

  test('pieces alone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 30 }), (pieces) => {
        attempt(`C t\n{}\nP0(int *x) { ${pieces.join(' ')} }\nexists (x=0)`);
        attempt(`C t\n{}\nP0(int *x) { }\nexists ${pieces.join(' ')}`);
        attempt(`C t\n{ ${pieces.join(' ')} }\nP0(int *x) { }\nexists (x=0)`);
      }),
      { numRuns: 1000 },
    );
  });

  test('any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => attempt(text)));
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => attempt(`C t\n{}\nP0(int *x) {${text}`)));
  });
});
