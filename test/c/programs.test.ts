import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HEADERS } from '../../src/c/headers/headers.ts';
import { ask, kernelC } from '../../src/library/index.ts';
import { verdictOf } from './c-facts.ts';

const THREADS = `#include <pthread.h>
int x, y, r;
atomic_t a;
static void *first(void *given) { WRITE_ONCE(x, (long)given); smp_store_release(&y, 1); return NULL; }
static void *second(void *unused) { if (smp_load_acquire(&y)) r = READ_ONCE(x); return NULL; }
static void *raise(void *p) { *(int *)p += 1; return NULL; }
static void *add(void *by) { atomic_add((long)by, &a); return NULL; }
`;

test.each([
  [
    'pthread_t s, t; pthread_create(&s, NULL, first, (void *)7); pthread_create(&t, NULL, second, NULL); ' +
      'pthread_join(s, NULL); pthread_join(t, NULL); assert(r == 0 || r == 7); assert(x == 7);',
    'holds',
  ],
  [
    'pthread_t t[3]; for (int i = 0; i < 3; i++) pthread_create(&t[i], NULL, add, (void *)(i + 1L)); ' +
      'for (int i = 0; i < 3; i++) pthread_join(t[i], NULL); assert(atomic_read(&a) == 6);',
    'holds',
  ],
  ['pthread_t t; x = 3; pthread_create(&t, NULL, add, NULL); x = 4; assert(x == 4);', 'holds'],
  ['pthread_t t; pthread_create(&t, NULL, first, (void *)1); x = 4;', 'broken: plain accesses race'],
  [
    'struct task_struct *t = kthread_run(add, (void *)2, "name"); kthread_stop(t); assert(atomic_read(&a) == 2);',
    'holds',
  ],
])('main() with %s', (body, verdict) => {
  expect(verdictOf(`struct task_struct;\n${THREADS}int main(void)\n{\n${body}\nreturn 0;\n}\n`)).toBe(verdict);
});

const HEAP = `struct foo { int a; struct foo *next; };
static struct foo *gp;
`;
const READER =
  'void P1(void) { rcu_read_lock(); struct foo *p = rcu_dereference(gp); if (p) assert(p->a == 1); rcu_read_unlock(); }';

test.each([
  // A grace period lies between.
  [
    'struct foo *p = kmalloc(sizeof(*p), GFP_KERNEL); p->a = 1; rcu_assign_pointer(gp, p); WRITE_ONCE(gp, NULL); synchronize_rcu(); kfree(p);',
    'holds',
  ],
  [
    'struct foo *p = kmalloc(sizeof(*p), GFP_KERNEL); p->a = 1; rcu_assign_pointer(gp, p); WRITE_ONCE(gp, NULL); kfree(p);',
    'broken: P1 does what has no meaning: foo#0 is used after it was freed',
  ],
  // It is published before it is filled.
  [
    'struct foo *p = kmalloc(sizeof(*p), GFP_KERNEL); WRITE_ONCE(gp, p);',
    'broken: P1 does what has no meaning: this reads what was never written',
  ],
])('P0: %s', (body, verdict) => {
  expect(verdictOf(`${HEAP}void P0(void) { ${body} }\n${READER}\n`)).toBe(verdict);
});

test.each([
  ['struct foo *p = kzalloc(sizeof(*p), GFP_KERNEL); assert(p->a == 0 && !p->next); kfree(p);', 'holds'],
  [
    'struct foo *p = kmalloc(sizeof(*p), GFP_KERNEL); int r = p->a;',
    'broken: P0 does what has no meaning: this reads what was never written',
  ],
  [
    'struct foo *p = kzalloc(sizeof(*p), GFP_KERNEL); kfree(p); kfree(p);',
    'broken: P0 does what has no meaning: foo#0 is freed twice',
  ],
  ['kfree(NULL); kfree(&gp);', 'broken: P0 does what has no meaning: gp was not allocated'],
  [
    'struct foo *p = kzalloc(sizeof(*p), GFP_KERNEL); kfree(p); p->a = 1;',
    'broken: P0 does what has no meaning: foo#0 is used after it was freed',
  ],
  [
    'struct foo *p = kzalloc(4, GFP_KERNEL);',
    'broken: P0 does what has no meaning: this allocates 4 bytes, and foo#0 has 16',
  ],
  ['int *p = kzalloc(2 * sizeof(int), GFP_KERNEL); p[1] = 2; assert(p[0] + p[1] == 2);', 'holds'],
])('alone: %s', (body, verdict) => {
  expect(verdictOf(`${HEAP}void P0(void) { ${body} }\n`)).toBe(verdict);
});

test('what a thread sees in a section that it dies in is what it sees in one that ends', () => {
  const writer = 'void P0(void) { WRITE_ONCE(x, 1); synchronize_rcu(); WRITE_ONCE(y, 1); }';
  const reader =
    'void P1(void) { rcu_read_lock(); int r = READ_ONCE(y); BUG_ON(r && !READ_ONCE(x)); rcu_read_unlock(); }';
  expect(verdictOf(`int x, y;\n${writer}\n${reader}\n`)).toBe('holds');
});

test('a thread that waits for ever is a deadlock', () => {
  expect(verdictOf('int x;\nvoid P0(void) { while (!READ_ONCE(x)) cpu_relax(); }\n')).toBe('deadlock');
});

test.each([
  ['list-removal.c', { NO_WAIT: '1' }, 'broken: P1 does what has no meaning: item#0 is used after it was freed'],
  ['refcount-resurrect.c', { NOT_ZERO: '1' }, 'holds'],
  ['ticket-lock.c', { RELAXED: '1' }, 'broken: plain accesses race'],
])('examples/kernel/%s with %j', (name, defines, verdict) => {
  expect(verdictOf(readFileSync(`examples/kernel/${name}`, 'utf8'), { defines })).toBe(verdict);
});

test('headers are read, each by itself', () => {
  for (const name of Object.keys(HEADERS)) {
    expect(verdictOf(`#include <${name}>\nvoid P0(void) { }\n`), name).toBe('holds');
  }
});

test.each([
  // A reader waits while there is a writer, and sees all or nothing.
  [
    'linux/seqlock.h',
    'static seqcount_t s;',
    'write_seqcount_begin(&s); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); write_seqcount_end(&s);',
    'unsigned seq; do { seq = read_seqcount_begin(&s); a = READ_ONCE(y); b = READ_ONCE(x); } while (read_seqcount_retry(&s, seq)); BUG_ON(a != b);',
    'holds',
  ],
  // Without a wait the section of a writer that is there fails.
  [
    'linux/seqlock.h',
    'static seqcount_t s;',
    'write_seqcount_begin(&s); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); write_seqcount_end(&s);',
    'unsigned seq = raw_seqcount_begin(&s); a = READ_ONCE(y); b = READ_ONCE(x); BUG_ON(!read_seqcount_retry(&s, seq) && a != b);',
    'holds',
  ],
  // The test of the second half of the section is needed.
  [
    'linux/seqlock.h',
    'static seqcount_t s;',
    'write_seqcount_begin(&s); WRITE_ONCE(x, 1); WRITE_ONCE(y, 1); write_seqcount_end(&s);',
    'unsigned seq = raw_seqcount_begin(&s); a = READ_ONCE(y); b = READ_ONCE(x); BUG_ON(!__read_seqcount_retry(&s, seq) && a != b);',
    'broken: BUG_ON(!__read_seqcount_retry(&s, seq) && a != b) of P1 (line 5) fires',
  ],
  // What is published is filled.
  [
    'linux/rculist.h',
    'struct e { int v; struct list_head l; } e; static LIST_HEAD(h);',
    'e.v = 1; list_add_tail_rcu(&e.l, &h);',
    'struct e *p; list_for_each_entry_rcu(p, &h, l) BUG_ON(p->v != 1);',
    'holds',
  ],
  // list_add() publishes nothing.
  [
    'linux/rculist.h',
    'struct e { int v; struct list_head l; } e; static LIST_HEAD(h);',
    'WRITE_ONCE(e.v, 1); list_add(&e.l, &h);',
    'struct e *p; list_for_each_entry_rcu(p, &h, l) BUG_ON(READ_ONCE(p->v) != 1);',
    'broken: P1 does what has no meaning: -8 is not the address of anything',
  ],
])('<%s> with %s: %s against %s', (header, before, first, second, verdict) => {
  const text = `#include <${header}>\nint x, y;\n${before}\nvoid P0(void) { ${first} }\nvoid P1(void) { int a, b; ${second} }\n`;
  expect(verdictOf(text)).toBe(verdict);
});

test.each([
  ['spin_lock(&l); lockdep_assert_held(&l); spin_unlock(&l);', 'holds'],
  ['lockdep_assert_held(&l);', 'broken: lockdep_assert_held(&l) of P0 (line 2) fires'],
  ['spin_lock(&l);', 'broken: P0 does what has no meaning: it ends and still holds l'],
  ['spin_unlock(&l);', 'broken: is flagged: unmatched-unlock'],
  ['spin_lock(&l); spin_lock(&l);', 'deadlock'],
  ['rcu_read_lock();', 'broken: is flagged: unmatched-rcu-lock'],
])('a lock: %s', (body, verdict) => {
  expect(verdictOf(`static DEFINE_SPINLOCK(l);\nvoid P0(void) { ${body} }\n`)).toBe(verdict);
});

test('a script asks of a file of C what it asks of a litmus test', async () => {
  const of = kernelC('#include "v.h"\nvoid P0(void) { BUG_ON(V); }\n', 'a.c', {
    files: { 'v.h': 'int v;\n#define V (v == N)\n' },
    defines: { N: '0' },
  });
  expect((await ask({ question: 'show', of, mend: false })).kind).toBe('execution');
  expect((await ask({ question: 'show', of: { ...of, defines: { N: '1' } } })).kind).toBe('holds');
  await expect(ask({ question: 'states', of } as never)).rejects.toThrow('a test, as litmus() makes it');
});
