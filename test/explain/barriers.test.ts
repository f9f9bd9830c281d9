import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BarrierItem, type BarriersOutcome, findBarriers } from '../../src/explain/barriers.ts';
import { judge } from '../../src/explain/consistency.ts';
import { decodeExecution, parseId } from '../../src/explain/execution-id.ts';
import { findAny } from '../../src/explain/search.ts';
import { replay } from '../../src/explain/trace.ts';
import type { ModelName } from '../../src/models/registry.ts';
import { finish, protocolOf, referenceOf } from './protocols.ts';
import { litmus, SHAPES } from './shapes.ts';

const ANON_EXCLUSIVE = readFileSync(new URL('../../examples/anon-exclusive.litmus', import.meta.url), 'utf8');

const barriers = (text: string, model: ModelName = 'lkmm'): BarriersOutcome =>
  finish(findBarriers(protocolOf(text), model, referenceOf(text), {}));

function verdicts(outcome: BarriersOutcome): string[] {
  if (outcome.kind !== 'barriers') return [outcome.kind];
  return outcome.items.map(({ words, thread, verdict }) => `P${thread} ${words}: ${verdictOf(verdict)}`);
}

const verdictOf = (verdict: BarrierItem['verdict']): string =>
  verdict.kind === 'too-strong' ? `too strong, ${verdict.enough}` : verdict.kind;

/** A shape with some of its statements replaced. */
function shape(name: keyof typeof SHAPES, ...replacements: readonly (readonly [from: string, to: string])[]): string {
  return replacements.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${name} has no ${from}`);
      return text.replace(from, to);
    },
    litmus(name, SHAPES[name]),
  );
}

const putBefore = (statement: string, barrier: string): readonly [string, string] => [
  statement,
  `${barrier}\n\t${statement}`,
];

describe('each barrier alone', () => {
  it('the clearing of PG_anon_exclusive, September 2022: all four are needed', () => {
    expect(verdicts(barriers(ANON_EXCLUSIVE))).toEqual([
      'P0 smp_mb(): needed',
      'P0 smp_wmb(): needed',
      'P1 smp_mb(): needed',
      'P1 smp_rmb(): needed',
    ]);
  });

  it('the same under TSO: only the first, for its pin is an atomic', () => {
    expect(verdicts(barriers(ANON_EXCLUSIVE, 'tso'))).toEqual([
      'P0 smp_mb(): needed',
      'P0 smp_wmb(): not-needed',
      'P1 smp_mb(): not-needed',
      'P1 smp_rmb(): not-needed',
    ]);
  });

  it('the same with a pin that is fully ordered: the barrier after it is not needed', () => {
    const text = ANON_EXCLUSIVE.replace('atomic_inc(pins)', 'atomic_inc_return(pins)');
    expect(verdicts(barriers(text))).toEqual([
      'P0 smp_mb(): needed',
      'P0 smp_wmb(): needed',
      'P1 atomic_inc_return(pins): not-needed',
      'P1 smp_mb(): not-needed',
      'P1 smp_rmb(): needed',
    ]);
  });

  it.each([
    [
      'SB',
      [putBefore('r0 = READ_ONCE(*y);', 'smp_mb();'), putBefore('r0 = READ_ONCE(*x);', 'smp_mb();')],
      ['P0 smp_mb(): needed', 'P1 smp_mb(): needed'],
    ],
    [
      'MP',
      [putBefore('WRITE_ONCE(*y, 1);', 'smp_mb();'), putBefore('r1 = READ_ONCE(*x);', 'smp_mb();')],
      ['P0 smp_mb(): too strong, smp_wmb()', 'P1 smp_mb(): too strong, smp_rmb()'],
    ],
    [
      'MP',
      [
        ['WRITE_ONCE(*y, 1);', 'smp_store_release(y, 1);'],
        ['READ_ONCE(*y)', 'smp_load_acquire(y)'],
      ],
      ['P0 smp_store_release(y, 1): needed', 'P1 smp_load_acquire(y): needed'],
    ],
    [
      'MP',
      [
        putBefore('WRITE_ONCE(*x, 1);', 'spin_lock(z);'),
        ['WRITE_ONCE(*y, 1);', 'WRITE_ONCE(*y, 1);\n\tspin_unlock(z);'],
        putBefore('r0 = READ_ONCE(*y);', 'spin_lock(z);'),
        ['r1 = READ_ONCE(*x);', 'r1 = READ_ONCE(*x);\n\tspin_unlock(z);'],
      ],
      ['P0 spin_lock(z) ... spin_unlock(z): needed', 'P1 spin_lock(z) ... spin_unlock(z): needed'],
    ],
    [
      'ISA2',
      [
        ['WRITE_ONCE(*y, 1);', 'smp_store_release(y, 1);'],
        ['READ_ONCE(*y)', 'smp_load_acquire(y)'],
        ['WRITE_ONCE(*z, 1);', 'smp_store_release(z, 1);'],
        ['READ_ONCE(*z)', 'smp_load_acquire(z)'],
      ],
      [
        'P0 smp_store_release(y, 1): needed',
        'P1 smp_load_acquire(y): not-needed',
        'P1 smp_store_release(z, 1): needed',
        'P2 smp_load_acquire(z): needed',
      ],
    ],
    [
      'MP',
      [
        putBefore('WRITE_ONCE(*y, 1);', 'synchronize_rcu();'),
        putBefore('r0 = READ_ONCE(*y);', 'rcu_read_lock();'),
        ['r1 = READ_ONCE(*x);', 'r1 = READ_ONCE(*x);\n\trcu_read_unlock();'],
      ],
      ['P0 synchronize_rcu(): needed', 'P1 rcu_read_lock() ... rcu_read_unlock(): needed'],
    ],
  ] as const)('%s with %o: %o', (name, replacements, expected) => {
    expect(verdicts(barriers(shape(name, ...replacements)))).toEqual(expected);
  });

  it('says nothing of the barriers of a protocol that is broken', () => {
    const outcome = barriers(litmus('SB', SHAPES.SB));
    expect(outcome.kind).toBe('broken');
  });

  it('a protocol without barriers has none', () => {
    const text = litmus('CoWW', { threads: [['WRITE_ONCE(*x, 1);'], ['r0 = READ_ONCE(*x);']], exists: '1:r0=2' });
    expect(barriers(text)).toMatchObject({ kind: 'barriers', items: [], complete: true });
  });
});

describe('each verdict is shown', () => {
  const text = shape(
    'ISA2',
    ['WRITE_ONCE(*y, 1);', 'smp_store_release(y, 1);'],
    ['READ_ONCE(*y)', 'smp_load_acquire(y)'],
    ['WRITE_ONCE(*z, 1);', 'smp_store_release(z, 1);'],
    putBefore('r1 = READ_ONCE(*x);', 'smp_mb();'),
  );
  const outcome = barriers(text);
  const items = outcome.kind === 'barriers' ? outcome.items : [];
  const protocol = protocolOf(text);

  it('of some barriers, each verdict at least once', () => {
    expect(new Set(items.map(({ verdict }) => verdict.kind))).toEqual(new Set(['needed', 'too-strong', 'not-needed']));
  });

  it.each(items.map((item, i) => [`P${item.thread} ${item.words}`, item, i] as const))('%s', (_, { verdict }, i) => {
    const ordering = protocol.orderings()[i]!;
    if (verdict.kind === 'not-needed') {
      expect(finish(findAny(protocol.edited([ordering.weaker[0]!.edit])!, 'lkmm', {})).outcome.kind).toBe('holds');
      return;
    }
    if (verdict.kind === 'unknown' || !('trace' in verdict.without)) throw new Error('no witness');
    // The id leads back to the witness, in the protocol as it is.
    const id = parseId(verdict.without.id!);
    if (typeof id === 'string') throw new Error(id);
    const [n, option] = id.variant!.split('.').map(Number);
    expect(n).toBe(i);
    expect(ordering.weaker[option!]!.words).toBe(verdict.weakened);
    const without = protocol.edited([ordering.weaker[option!]!.edit])!;
    const { choices } = decodeExecution(without.program, id.execution)!;
    const again = replay(without.recording(), choices)!;
    expect(again.trace).toEqual(verdict.without.trace);
    expect(judge(without.program, again.trace, 'lkmm').consistent).toBe(true);
    expect(judge(protocol.program, replay(protocol.recording(), choices)!.trace, 'lkmm').consistent).toBe(false);
    if (verdict.kind !== 'too-strong') return;
    const enough = ordering.weaker.find(({ words }) => words === verdict.enough)!;
    expect(finish(findAny(protocol.edited([enough.edit])!, 'lkmm', {})).outcome.kind).toBe('holds');
  });
});

describe('all at once', () => {
  it('what can go alone can not always go together', () => {
    // Two barriers in a row: either may go.
    const text = shape(
      'SB',
      putBefore('r0 = READ_ONCE(*y);', 'smp_mb();\n\tsmp_mb();'),
      putBefore('r0 = READ_ONCE(*x);', 'smp_mb();'),
    );
    const outcome = barriers(text);
    expect(verdicts(outcome)).toEqual(['P0 smp_mb(): not-needed', 'P0 smp_mb(): not-needed', 'P1 smp_mb(): needed']);
    if (outcome.kind !== 'barriers') return;
    expect(outcome.together).toMatchObject({ weakened: [{ item: 0, words: 'nothing' }], kept: [1] });
    expect(outcome.together!.patch!.diff.split('\n').filter((line) => /^[-+]\t/.test(line))).toEqual(['-\tsmp_mb();']);
  });
});

describe('limits', () => {
  it('a search that is stopped says of how many barriers it knows', () => {
    let asked = 0;
    const outcome = finish(
      findBarriers(protocolOf(ANON_EXCLUSIVE), 'lkmm', referenceOf(ANON_EXCLUSIVE), { stopped: () => ++asked > 60 }),
    );
    expect(outcome).toMatchObject({ kind: 'barriers', complete: false });
  });

  it('a limit on executions proves nothing', () => {
    expect(
      finish(findBarriers(protocolOf(ANON_EXCLUSIVE), 'lkmm', referenceOf(ANON_EXCLUSIVE), { maxExecutions: 2 })).kind,
    ).toBe('bounded');
  });
});

const BETWEEN_READS = putBefore('r1 = READ_ONCE(*x);', 'smp_rmb();');

/** A shape with barriers, and of each that is not needed the sets of others that do its work. */
const DONE_BY: readonly (readonly [
  name: keyof typeof SHAPES,
  replacements: readonly (readonly [string, string])[],
  string[],
])[] = [
  ['MP', [putBefore('WRITE_ONCE(*y, 1);', 'smp_wmb();\n\tsmp_mb();'), BETWEEN_READS], ['0: 1', '1: 0']],
  [
    'MP',
    [putBefore('WRITE_ONCE(*y, 1);', 'smp_wmb();\n\tsmp_wmb();\n\tsmp_mb();'), BETWEEN_READS],
    ['0: 1+2', '1: 0+2', '2: 0+1'],
  ],
  // Nothing else orders what this does, and nothing comes of it.
  ['MP', [putBefore('r0 = READ_ONCE(*y);', 'smp_mb();')], []],
  [
    'MP',
    [putBefore('WRITE_ONCE(*x, 1);', 'smp_mb();'), putBefore('WRITE_ONCE(*y, 1);', 'smp_wmb();'), BETWEEN_READS],
    ['0: '],
  ],
  [
    'MP',
    [
      ['WRITE_ONCE(*y, 1);', 'smp_wmb();\n\tsmp_store_release(y, 1);'],
      ['READ_ONCE(*y);', 'smp_load_acquire(y);'],
    ],
    ['0: 1', '1: 0'],
  ],
];

describe('what does the work of a barrier that is not needed', () => {
  it.each(DONE_BY)('%s with %o: %o', (name, replacements, expected) => {
    const text = shape(name, ...replacements);
    const outcome = barriers(text);
    if (outcome.kind !== 'barriers') {
      expect(expected).toEqual([]);
      return;
    }
    const said = outcome.items.flatMap(({ verdict }, n) =>
      verdict.kind === 'not-needed' ? [`${n}: ${verdict.because!.sets.map((set) => set.join('+')).join(' ')}`] : [],
    );
    expect(said.sort()).toEqual([...expected].sort());
    // Where all of a set go as well it is needed, and with one of them back it is not.
    const protocol = protocolOf(text);
    const orderings = protocol.orderings();
    const holds = (gone: readonly number[]): boolean => {
      const edited = protocol.edited(gone.map((n) => orderings[n]!.weaker[0]!.edit))!;
      return finish(findAny(edited, 'lkmm', {})).outcome.kind === 'holds';
    };
    for (const [n, { verdict }] of outcome.items.entries()) {
      if (verdict.kind !== 'not-needed') continue;
      for (const set of verdict.because!.sets) {
        expect(holds([n, ...set])).toBe(false);
        for (const back of set) expect(holds([n, ...set.filter((other) => other !== back)])).toBe(true);
      }
    }
  });
});
