import { describe, expect, it } from 'vitest';
import { type Architecture, costOf } from '../../src/explain/costs.ts';
import type { Edit } from '../../src/explain/edit.ts';
import { findRepairs, type RepairOutcome } from '../../src/explain/repair.ts';
import type { Repair } from '../../src/explain/repair-search.ts';
import { findAny } from '../../src/explain/search.ts';
import { subsets } from '../../src/explain/subsets.ts';
import type { LitmusProtocol } from '../../src/fronts/litmus/litmus-protocol.ts';
import type { ModelName } from '../../src/models/registry.ts';
import { numbersFrom } from '../numbers.ts';
import { SEED } from '../seed.ts';
import { finish, protocolOf, referenceOf } from './protocols.ts';
import { chain, litmus, SHAPES, type Shape, type ShapeName } from './shapes.ts';

const DEFAULTS = { architecture: 'any', maxEdits: 4, maxRepairs: 5 } as const;

function repairs(
  text: string,
  model: ModelName = 'lkmm',
  options: Partial<{ architecture: Architecture; maxEdits: number; maxRepairs: number }> = {},
): RepairOutcome {
  return finish(findRepairs(protocolOf(text), model, referenceOf(text), { ...DEFAULTS, ...options }));
}

/** An edit in the words of the literature: thread and what it gets. */
function short({ words, thread }: Repair['edits'][number]): string {
  const what = /^smp_load_acquire/.test(words) ? 'acquire' : /^smp_store_release/.test(words) ? 'release' : words;
  return `P${thread} ${what.replace(/^smp_(\w+)\(\).*/, '$1')}`;
}

const listed = (outcome: RepairOutcome): string[] =>
  outcome.kind === 'repairs' ? outcome.repairs.map(({ edits }) => edits.map(short).sort().join(', ')) : [];

/** The cheapest mend of each shape, and others that are as good, as the literature has them. */
const LITERATURE: readonly (readonly [ShapeName, readonly string[]])[] = [
  ['SB', ['P0 mb, P1 mb']],
  ['MP', ['P0 release, P1 acquire', 'P0 wmb, P1 acquire', 'P0 release, P1 rmb', 'P0 wmb, P1 rmb']],
  ['LB', ['P0 acquire, P1 acquire', 'P0 release, P1 release', 'P0 acquire, P1 release', 'P0 release, P1 acquire']],
  ['S', ['P0 release, P1 acquire', 'P0 wmb, P1 acquire', 'P0 release, P1 release']],
  ['R', ['P0 mb, P1 mb']],
  // In the LKMM coherence alone does not order stores of other locations.
  ['2+2W', ['P0 mb, P1 mb']],
  ['WRC', ['P1 release, P2 acquire', 'P1 release, P2 rmb']],
  ['ISA2', ['P0 release, P1 release, P2 acquire']],
  ['IRIW', ['P1 mb, P3 mb']],
  ['Z6.2', ['P0 release, P1 release, P2 acquire', 'P0 release, P1 release, P2 release']],
  ['Z6.0', ['P0 release, P1 mb, P2 mb', 'P0 mb, P1 release, P2 mb']],
];

describe('the textbook shapes are mended as their literature mends them', () => {
  it.each(LITERATURE)('%s: %o', (name, expected) => {
    const outcome = repairs(litmus(name, SHAPES[name]), 'lkmm', { maxRepairs: 12 });
    expect(outcome).toMatchObject({ kind: 'repairs', complete: true });
    expect(listed(outcome)).toEqual(expect.arrayContaining([...expected]));
  });

  it.each([
    ['SB', 'P0 mb, P1 mb'],
    ['R', 'P1 mb'],
    ['IRIW', undefined],
    ['MP', undefined],
    ['LB', undefined],
  ] as const)('%s under TSO: %s', (name, cheapest) => {
    const outcome = repairs(litmus(name, SHAPES[name]), 'tso', { maxRepairs: 1 });
    if (cheapest === undefined) expect(outcome.kind).toBe('holds');
    else expect(listed(outcome)).toEqual([cheapest]);
  });
});

/** Runs the search of a repair again, but for what it says of itself: the edits of a protocol by their words. */
function editsOf(protocol: LitmusProtocol, repair: Repair): Edit[] {
  return repair.edits.map(
    ({ words, thread, place }) =>
      protocol.strengthenings().find((e) => e.words === words && e.thread === thread && e.place.line === place.line)!,
  );
}

describe('every repair', () => {
  const below = numbersFrom(SEED);
  const names = Object.keys(SHAPES) as ShapeName[];

  /** The shape with a barrier somewhere, which may be of no use there. */
  function withBarrier({ threads, exists }: Shape): Shape {
    const thread = below(threads.length);
    const place = below(threads[thread]!.length + 1);
    const barrier = ['smp_mb();', 'smp_wmb();', 'smp_rmb();'][below(3)]!;
    return { threads: threads.with(thread, threads[thread]!.toSpliced(place, 0, barrier)), exists };
  }

  it.each([
    ...names.map((name) => [name, SHAPES[name]] as const),
    ...names.map((name) => [`${name} with a barrier`, withBarrier(SHAPES[name])] as const),
  ])('of %s is proved, and no part of it is enough: %j', (name, shape) => {
    const text = litmus(name.split(' ')[0]!, shape);
    const protocol = protocolOf(text);
    const outcome = repairs(text);
    if (outcome.kind !== 'repairs') throw new Error(outcome.kind);
    expect(outcome.repairs.length).toBeGreaterThan(0);
    for (const repair of outcome.repairs) {
      const edits = editsOf(protocol, repair);
      for (let set = 0; set < 1 << edits.length; set++) {
        const some = edits.filter((_, i) => (set & (1 << i)) !== 0);
        const { outcome: found } = finish(findAny(protocol.edited(some)!, 'lkmm', {}));
        expect('failure' in found).toBe(some.length !== edits.length);
      }
      expect(protocolOf(applied(text, repair)).program.threads).toHaveLength(protocol.program.threads.length);
      expect(finish(findAny(protocolOf(applied(text, repair)), 'lkmm', {})).outcome.kind).toBe('holds');
    }
    const costs = outcome.repairs.map(({ cost }) => cost);
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
  });
});

describe('a barrier that stands there', () => {
  const cheapest = (name: ShapeName, threads: Shape['threads']): string[] => {
    const outcome = repairs(litmus(name, { threads, exists: SHAPES[name].exists }), 'lkmm', { maxRepairs: 1 });
    return outcome.kind === 'repairs' ? outcome.repairs[0]!.edits.map(({ words }) => words) : [outcome.kind];
  };

  it('is moved before one is added', () => {
    expect(
      cheapest('MP', [
        ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 1);', 'smp_wmb();'],
        ['r0 = READ_ONCE(*y);', 'smp_rmb();', 'r1 = READ_ONCE(*x);'],
      ]),
    ).toEqual(['smp_wmb() of line 9 moved before WRITE_ONCE(*y, 1)']);
  });

  it('becomes a full one before one is added', () => {
    expect(
      cheapest('SB', [
        ['WRITE_ONCE(*x, 1);', 'smp_wmb();', 'r0 = READ_ONCE(*y);'],
        ['WRITE_ONCE(*y, 1);', 'smp_mb();', 'r0 = READ_ONCE(*x);'],
      ]),
    ).toEqual(['smp_mb() for smp_wmb()']);
  });
});

it('what comes after a lock is said to, where the lock is', () => {
  const exists = 'x=1';
  const text = litmus('lock', { threads: [['spin_lock(z);', 'WRITE_ONCE(*x, 1);', 'spin_unlock(z);']], exists });
  const places = protocolOf(text)
    .strengthenings()
    .map(({ words, place }) => `${words} (line ${place.line})`);
  expect(places).toEqual(
    expect.arrayContaining([
      'smp_mb__after_spinlock() after spin_lock(z) (line 7)',
      'smp_wmb() after spin_lock(z) (line 7)',
      'smp_wmb() before spin_unlock(z) (line 9)',
    ]),
  );
});

/** The text with the changes of a repair, made one by one from the end. */
function applied(text: string, { patch }: Repair): string {
  const changes = [...patch!.changes].sort((a, b) => b.start - a.start || b.end - a.end);
  return changes.reduce(
    (made, { start, end, text: inserted }) => made.slice(0, start) + inserted + made.slice(end),
    text,
  );
}

describe('none is missed', () => {
  /** Every set of at most so many edits that works, with what it costs, by trying all of them. */
  function byTrying(text: string, most: number, architecture: Architecture): { words: string[]; cost: number }[] {
    const protocol = protocolOf(text);
    const edits = protocol.strengthenings();
    const found: { words: string[]; cost: number; set: Edit[] }[] = [];
    for (let size = 1; size <= most; size++) {
      for (const set of subsets(edits, size)) {
        if (found.some((smaller) => smaller.set.every((e) => set.includes(e)))) continue;
        const edited = protocol.edited(set);
        if (edited === undefined || finish(findAny(edited, 'lkmm', {})).outcome.kind !== 'holds') continue;
        const cost = set.reduce((sum, e) => sum + costOf(e, architecture), 0);
        found.push({ words: set.map(({ words }) => words).sort(), cost, set });
      }
    }
    return found;
  }

  it.each([
    ['SB', 2, 'any'],
    ['MP', 2, 'any'],
    ['MP', 2, 'x86'],
    ['LB', 2, 'arm64'],
    ['S', 2, 'power'],
    ['R', 2, 'any'],
    ['2+2W', 2, 'any'],
    ['WRC', 2, 'arm64'],
  ] as const)(
    '%s: the repairs with at most %d edits on %s are those that trying all finds',
    (name, most, architecture) => {
      const text = litmus(name, SHAPES[name]);
      const outcome = repairs(text, 'lkmm', { architecture, maxEdits: most, maxRepairs: 1000 });
      if (outcome.kind !== 'repairs') throw new Error(outcome.kind);
      const tried = byTrying(text, most, architecture);
      const reported = outcome.repairs.map(({ edits, cost }) => ({
        words: edits.map(({ words }) => words).sort(),
        cost,
      }));
      expect(reported.length).toBeGreaterThan(0);
      for (const repair of reported) expect(tried).toContainEqual(expect.objectContaining(repair));
      expect(reported[0]!.cost).toBe(Math.min(...tried.map(({ cost }) => cost)));
      // What is not reported has a full barrier where something reported has less.
      const full = /^smp_mb/;
      for (const { words } of tried) {
        if (reported.some((repair) => repair.words.join() === words.join())) continue;
        expect(words.some((edit) => full.test(edit))).toBe(true);
      }
    },
  );

  it('passing a message on over six CPUs takes six edits', () => {
    const text = chain(6);
    const outcome = repairs(text, 'lkmm', { maxEdits: 6, maxRepairs: 1 });
    expect(listed(outcome)).toEqual(['P0 release, P1 release, P2 release, P3 release, P4 release, P5 acquire']);
  }, 30_000);
});

describe('what is cheap depends on the machine', () => {
  it.each([
    ['any', 'P0 release, P1 acquire'],
    ['arm64', 'P0 release, P1 acquire'],
    ['x86', 'P0 wmb, P1 rmb'],
    ['power', 'P0 wmb, P1 rmb'],
  ] as const)('%s mends MP by %s', (architecture, cheapest) => {
    const outcome = repairs(litmus('MP', SHAPES.MP), 'lkmm', { architecture, maxRepairs: 1 });
    expect(listed(outcome)).toEqual([cheapest]);
  });

  it('an atomic is made a full barrier where that is free', () => {
    const text = `C pin
{}
P0(int *pte, atomic_t *pins)
{
	int r0;
	WRITE_ONCE(*pte, 0);
	smp_mb();
	r0 = atomic_read(pins);
}
P1(int *pte, atomic_t *pins)
{
	int r0;
	int r1;
	r0 = atomic_add_return_relaxed(1, pins);
	r1 = READ_ONCE(*pte);
}
exists (0:r0=0 /\\ 1:r1=1)
`.replace('{}', '{ pte = 1; }');
    const on = (architecture: Architecture): string[] => {
      const outcome = repairs(text, 'lkmm', { architecture, maxRepairs: 1 });
      return outcome.kind === 'repairs' ? outcome.repairs[0]!.edits.map(({ words }) => words) : [];
    };
    expect(on('x86')).toEqual(['smp_mb__after_atomic() after atomic_add_return_relaxed(1, pins)']);
    expect(on('arm64')).toEqual(['atomic_add_return(1, pins) for atomic_add_return_relaxed(1, pins)']);
  });
});

describe('an interleaving', () => {
  const CHECK_THEN_ACT = `C check-then-act
{}
P0(int *pinned, int *shared)
{
	int r0;
	r0 = READ_ONCE(*pinned);
	if (r0 == 0)
		WRITE_ONCE(*shared, 1);
}
P1(int *pinned)
{
	WRITE_ONCE(*pinned, 1);
}
exists (pinned=1 /\\ shared=1)
`;

  it('is mended by no barrier, and that is said', () => {
    const outcome = repairs(CHECK_THEN_ACT);
    expect(outcome.kind).toBe('interleaving');
    if (outcome.kind === 'interleaving') expect(outcome.counterexample.reason.kind).toBe('interleaving');
  });

  it('may be mended by an exchange of steps, where order is all that is wrong', () => {
    const text = `C flag-first
{}
P0(int *flag, int *data)
{
	WRITE_ONCE(*flag, 1);
	WRITE_ONCE(*data, 1);
}
P1(int *flag, int *data)
{
	int r0;
	int r1;
	r0 = smp_load_acquire(flag);
	r1 = READ_ONCE(*data);
}
exists (1:r0=1 /\\ 1:r1=0)
`;
    const outcome = repairs(text);
    expect(outcome.kind).toBe('repairs');
    if (outcome.kind !== 'repairs') return;
    const [cheapest] = outcome.repairs;
    expect(cheapest!.edits.map(({ words }) => words).sort()).toEqual([
      'WRITE_ONCE(*data, 1) before WRITE_ONCE(*flag, 1)',
      'smp_store_release(flag, 1) for WRITE_ONCE(*flag, 1)',
    ]);
  });
});

describe('a data race', () => {
  const text = litmus('MP', SHAPES.MP)
    .replace('WRITE_ONCE(*x, 1);', '*x = 1;')
    .replace('r1 = READ_ONCE(*x);', 'if (r0 == 1)\n\t\tr1 = *x;');

  it('is mended by marking both accesses, or by the order that keeps them apart', () => {
    const outcome = repairs(text.replace('1:r1=0', '1:r1=5'));
    if (outcome.kind !== 'repairs') throw new Error(outcome.kind);
    expect(outcome.counterexample.reason.kind).toBe('race');
    expect(outcome.repairs.map(({ edits }) => edits.map(({ words }) => words))).toEqual(
      expect.arrayContaining([
        ['WRITE_ONCE(*x, 1) for *x = 1', 'READ_ONCE(*x) for *x'],
        ['smp_store_release(y, 1) for WRITE_ONCE(*y, 1)', 'smp_load_acquire(y) for READ_ONCE(*y)'],
      ]),
    );
  });
});

describe('limits', () => {
  const text = litmus('ISA2', SHAPES.ISA2);

  it('too few edits find nothing, and say so', () => {
    expect(repairs(text, 'lkmm', { maxEdits: 2 })).toMatchObject({ kind: 'repairs', repairs: [], complete: true });
  });

  it('a deadline that has passed claims nothing', () => {
    const search = findRepairs(protocolOf(text), 'lkmm', referenceOf(text), { ...DEFAULTS, deadline: Date.now() - 1 });
    const outcome = finish(search);
    expect(['bounded', 'repairs']).toContain(outcome.kind);
    if (outcome.kind === 'repairs') expect(outcome).toMatchObject({ repairs: [], complete: false });
  });

  it('a search that is stopped keeps what it found', () => {
    let steps = 0;
    const stopped = (): boolean => steps > 40;
    const search = findRepairs(protocolOf(text), 'lkmm', referenceOf(text), { ...DEFAULTS, stopped });
    let next = search.next();
    while (next.done !== true) {
      steps++;
      next = search.next();
    }
    expect(next.value).toMatchObject({ kind: 'repairs', complete: false });
  });

  it('what holds needs no repair', () => {
    expect(
      repairs(
        litmus('CoRR', {
          threads: [['WRITE_ONCE(*x, 1);'], ['r0 = READ_ONCE(*x);', 'r1 = READ_ONCE(*x);']],
          exists: '1:r0=1 /\\ 1:r1=0',
        }),
      ).kind,
    ).toBe('holds');
  });
});
