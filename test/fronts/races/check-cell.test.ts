import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../../src/fronts/races/cell-result.ts';
import { type CellOptions, checkCell } from '../../../src/fronts/races/check-cell.ts';
import { designOf } from '../../../src/mm/design/presets.ts';
import { MM_MMAP_LOCK, mmapWriteLock } from '../../../src/mm/memory/mm-struct.ts';
import { LADDER } from '../../../src/models/registry.ts';
import { type Scenario, scenario } from '../../../src/scenarios/scenario.ts';
import { RACES, tiny } from '../../judge/races.ts';

const V612 = { name: 'v6.12', design: designOf('v6.12') };
const check = (of: Scenario, more: Partial<CellOptions> = {}, variant = 'only'): CellResult =>
  checkCell(of, variant, V612, { models: LADDER, ...more });

/** Store buffering, broken where both loads miss both stores. */
const sb = (barrier: boolean): Scenario =>
  tiny(
    ({ x, y }) => ({
      left(cpu) {
        cpu.writeOnce(x, 1);
        if (barrier) cpu.smpMb();
        return cpu.readOnce(y);
      },
      right(cpu) {
        cpu.writeOnce(y, 1);
        if (barrier) cpu.smpMb();
        return cpu.readOnce(x);
      },
    }),
    ({ results: { left, right }, step }) => {
      if (left + right > 0) return undefined;
      step('both', 'have missed', () => 0);
      return { property: 'I4', message: 'both missed the other' };
    },
  );

/** Message passing: what is read, in which order. */
const mp = tiny(
  ({ x, y }) => ({
    writer(cpu) {
      cpu.writeOnce(x, 1);
      cpu.writeOnce(y, 1);
    },
    reader: (cpu) => [cpu.readOnce(y), cpu.readOnce(x)],
  }),
  ({ results: { reader } }) =>
    reader[0] === 1 && reader[1] === 0 ? { property: 'I4', message: 'seen out of order' } : undefined,
);

/** An increment that is not atomic. */
const increments = tiny(
  ({ x }) => ({
    one: (cpu) => cpu.writeOnce(x, cpu.readOnce(x) + 1),
    two: (cpu) => cpu.writeOnce(x, cpu.readOnce(x) + 1),
  }),
  ({ world: { x }, memory }) => (memory[x] === 2 ? undefined : { property: 'I1', message: `it is ${memory[x]}` }),
);

describe('the strongest model that breaks a race', () => {
  it.each<[string, Scenario, string]>([
    ['an increment that is not atomic', increments, 'violated sc'],
    ['store buffering', sb(false), 'violated tso'],
    ['message passing', mp, 'violated lkmm'],
    ['store buffering with barriers', sb(true), 'holds lkmm'],
  ])('%s', (_, of, expected) => {
    const cell = check(of);
    expect(`${cell.kind} ${'model' in cell ? cell.model : ''}`).toBe(expected);
  });

  it('only what is asked is answered', () => {
    expect(check(sb(false), { models: ['sc'] })).toMatchObject({ kind: 'holds', model: 'sc' });
    expect(check(sb(false), { models: ['tso'] })).toMatchObject({ kind: 'violated', model: 'tso' });
  });
});

describe('on which machines it happens that the LKMM is needed to break a race', () => {
  // Writes reach CPUs one at a time on Power alone, of those that there is a model of.
  const relayed = tiny(
    ({ x, y }) => ({
      writer: (cpu) => cpu.writeOnce(x, 1),
      relay(cpu) {
        if (cpu.readOnce(x) === 1) cpu.writeOnce(y, 1);
      },
      reader(cpu) {
        const late = cpu.readOnce(y);
        cpu.smpRmb();
        return late === 1 && cpu.readOnce(x) === 0;
      },
    }),
    ({ results: { reader } }) => (reader ? { property: 'I4', message: 'x came after y' } : undefined),
  );
  const machinesOf = (limits: Partial<CellOptions> = {}) => {
    const cell = check(relayed, { machines: true, ...limits });
    return cell.kind === 'violated' ? cell.machines : cell.kind;
  };

  it('is said where it is asked', () => {
    expect(machinesOf()).toEqual(['power']);
    expect(machinesOf({ machines: false })).toBe(undefined);
  });

  it('is not said where a limit was hit before it was known', () => {
    const told = Array.from({ length: 30 }, (_, i) => machinesOf({ maxExecutions: i + 1 }));
    const kinds = new Set(told.map((machines) => JSON.stringify(machines)));
    expect(kinds).toEqual(new Set(['"bounded"', undefined, '["power"]']));
  });
});

describe('what else a cell can say', () => {
  it('violated: what is wrong, and the steps that show it', () => {
    expect(check(sb(false))).toEqual({
      kind: 'violated',
      scenario: 'tiny',
      variant: 'only',
      design: 'v6.12',
      model: 'tso',
      property: 'I4',
      promise: 'the page that a pin holds stays the page that its mm maps there',
      executions: expect.any(Number),
      blocked: 0,
      seconds: expect.any(Number),
      asked: expect.any(Array),
      failure: {
        property: 'I4',
        message: 'both missed the other',
        steps: [{ who: 'both', what: 'have missed', value: '0' }],
      },
    });
  });

  it('deadlock: two locks in both orders', () => {
    const cell = check(RACES.deadlock);
    expect(cell).toMatchObject({ kind: 'deadlock', model: 'sc' });
    expect('blocked' in cell && cell.blocked).toBeGreaterThan(0);
  });

  it('data-race: plain accesses', () => {
    expect(check(RACES.race).kind).toBe('data-race');
  });

  it('bounded: a limit, which proves nothing', () => {
    expect(check(sb(true), { maxExecutions: 1 }).kind).toBe('bounded');
  });

  it('none: a thread that may never end is an error of who wrote it', () => {
    const endless = tiny(({ x }) => ({
      only(cpu) {
        for (;;) if (cpu.readOnce(x) === 1) return;
      },
    }));
    expect(() => check(endless)).toThrow(expect.objectContaining({ code: 'HF203' }));
  });

  it('interrupted: the user has had enough', () => {
    expect(check(sb(true), { stopped: () => true }).kind).toBe('interrupted');
  });

  it('absent: the race does not exist under the design', () => {
    const absent = scenario({
      name: 'absent',
      title: 'nothing',
      why: 'Never.',
      property: 'I4',
      variants: { only: { doc: 'the only one' } },
      absent: ({ put }) => `put is ${put}`,
      setup: () => ({}),
      threads: () => ({}),
      judge: () => undefined,
    });
    expect(check(absent)).toEqual({
      kind: 'absent',
      scenario: 'absent',
      variant: 'only',
      design: 'v6.12',
      model: 'lkmm',
      property: 'I4',
      promise: 'the page that a pin holds stays the page that its mm maps there',
      executions: 0,
      blocked: 0,
      seconds: 0,
      asked: ['put'],
      reason: 'put is full',
    });
  });

  it('I20: a lock that is not given back stops what comes after', () => {
    const leak = tiny(
      ({ k }) => ({ thread: (cpu) => mmapWriteLock(cpu, k.layout.mm(0)) }),
      ({ world: { k }, cpu }) => {
        mmapWriteLock(cpu, k.layout.mm(0));
        return undefined;
      },
    );
    const cell = check(leak);
    expect(cell).toMatchObject({ kind: 'violated', model: 'sc', property: 'I20' });
    expect('failure' in cell && cell.failure.message).toContain('mm0.mmap_lock, which is 1');
    expect(MM_MMAP_LOCK).toBe(0);
  });

  it('I20: what comes after reads for ever what nobody writes', () => {
    const spins = tiny(
      ({ x }) => ({ thread: (cpu) => cpu.readOnce(x) }),
      ({ world: { x }, cpu }) => {
        for (;;) if (cpu.readOnce(x) === 1) return undefined;
      },
    );
    const cell = check(spins);
    expect(cell).toMatchObject({ kind: 'violated', property: 'I20' });
    expect('failure' in cell && cell.failure.message).toContain('mm0.has_pinned, which is 0');
  });
});

describe('the judge', () => {
  it('sees what each thread read, in its order', () => {
    const seen: string[] = [];
    const reads = tiny(
      ({ x, y }) => ({
        only(cpu) {
          cpu.readOnce(y);
          cpu.writeOnce(x, 3);
          cpu.readOnce(x);
        },
      }),
      (ending) => {
        seen.push(
          ending
            .reads('only')
            .map(({ value }) => value)
            .join(),
        );
        return undefined;
      },
    );
    expect(check(reads).kind).toBe('holds');
    expect(seen).toEqual(['0,3']);
  });

  it('a variant that does not exist is an error of the caller', () => {
    expect(() => check(sb(true), {}, 'other')).toThrow("tiny has no variant 'other'");
  });
});
