import { describe, expect, it } from 'vitest';
import { checkCell } from '../../../src/fronts/races/check-cell.ts';
import { designOf } from '../../../src/mm/design/presets.ts';
import { FOLL_WRITE } from '../../../src/mm/gup/gup.ts';
import { pinUserPagesFastOnly } from '../../../src/mm/gup/pin.ts';
import type { Kernel } from '../../../src/mm/memory/kernel.ts';
import { LADDER } from '../../../src/models/registry.ts';
import { quiescent } from '../../../src/scenarios/judging.ts';
import type { PropertyId } from '../../../src/scenarios/properties.ts';
import { type Ending, type Scenario, scenario } from '../../../src/scenarios/scenario.ts';
import { type Family, family } from '../../../src/scenarios/world.ts';

const ask = (of: Scenario): string => {
  const cell = checkCell(of, 'only', { name: 'v6.12', design: designOf('v6.12') }, { models: LADDER });
  return 'reason' in cell ? `${cell.kind}: ${cell.reason}` : cell.kind;
};

interface World extends Family {
  readonly address: number;
}
const bodies = ({ k, parent, address }: World) => ({
  pinner: (cpu: Parameters<typeof pinUserPagesFastOnly>[0]) =>
    pinUserPagesFastOnly(cpu, k, parent, address, 1, FOLL_WRITE),
});
type Told = Ending<World, ReturnType<typeof bodies>>;

/** A thread pins a page: that which is mapped, or one that is not, so that no pin succeeds. */
const pinning = (
  mapped: boolean,
  judge: (ending: Told) => boolean | undefined,
  more: { property?: PropertyId; happens?: (ending: Pick<Told, 'results'>) => Record<string, boolean> } = {},
): Scenario =>
  scenario({
    name: 'pinning',
    title: 'a pin',
    why: 'To see what is said of it.',
    property: more.property ?? 'I4',
    variants: { only: { doc: 'the only one' } },
    setup: (cpu, k: Kernel): World => ({ ...family(cpu, k), address: mapped ? 0 : 1 }),
    threads: bodies,
    judge: (ending) => (judge(ending) === false ? { property: 'I4', message: 'it is wrong' } : undefined),
    ...(more.happens === undefined ? {} : { happens: more.happens }),
  });

const NOTHING = 'vacuous: in no execution did judge() find anything to look at';

describe('a race whose judge says nothing of what must happen', () => {
  const early = ({ results: { pinner }, memory, world }: Told): boolean | undefined => {
    const [pin] = pinner;
    return pin === undefined ? undefined : memory[world.page] !== -1;
  };
  it.each<[string, Scenario, string]>([
    ['a pin that succeeds, and a judge that reads memory', pinning(true, early), 'holds'],
    ['a pin that never succeeds, and the same judge', pinning(false, early), NOTHING],
    ['a judge that looks at nothing', pinning(true, () => true), NOTHING],
    ['a judge that reads memory', pinning(false, ({ memory }) => memory[1] !== -1), 'holds'],
    ['a judge that asks for the reads of a thread', pinning(false, ({ reads }) => reads('pinner').length > 0), 'holds'],
    ['a judge that does something after', pinning(false, ({ step }) => step('it', 'is', () => true)), 'holds'],
    ['a judge that uses the cpu', pinning(false, ({ cpu }) => cpu.readOnce(1) !== -1), 'holds'],
    ['how many pins there are, where there is one', pinning(true, ({ results }) => results.pinner.length < 2), 'holds'],
    [
      'how many pins there are, where there is none',
      pinning(false, ({ results }) => results.pinner.length < 2),
      NOTHING,
    ],
    [
      'counts and locks',
      pinning(false, ({ world: { k }, memory, results }) => quiescent(k, memory, results.pinner) === undefined),
      NOTHING,
    ],
    [
      'counts and locks, where the race is about these',
      pinning(false, ({ world: { k }, memory, results }) => quiescent(k, memory, results.pinner) === undefined, {
        property: 'I20',
      }),
      'holds',
    ],
  ])('%s', (_, of, said) => {
    expect(ask(of)).toBe(said);
  });
});

describe('a race that says what must happen', () => {
  it.each<[string, Scenario, string]>([
    [
      'what happens',
      pinning(true, () => true, { happens: ({ results }) => ({ pinned: results.pinner.length > 0 }) }),
      'holds',
    ],
    [
      'what does not',
      pinning(false, ({ memory }) => memory[1] !== -1, {
        happens: ({ results }) => ({ pinned: results.pinner.length > 0, ended: true, 'pinned twice': false }),
      }),
      'vacuous: in no execution is it pinned, nor pinned twice',
    ],
    [
      'a race that is broken is not vacuous',
      pinning(true, () => false, { happens: () => ({ never: false }) }),
      'violated',
    ],
  ])('%s', (_, of, said) => {
    expect(ask(of)).toBe(said);
  });

  it('what is no record of booleans is an error of its author', () => {
    const wrong = pinning(true, () => true, { happens: () => ({ pinned: 1 }) as unknown as Record<string, boolean> });
    expect(() => ask(wrong)).toThrow('happens() returned');
  });
});

it('the page of a pin is the page of the world, for whoever compares them', () => {
  const same = pinning(true, ({ world: { page }, results: { pinner } }) => {
    const [pin] = pinner;
    return pin === undefined || (pin.page === page && pin.folio === page);
  });
  const other = pinning(true, ({ world: { page }, results: { pinner } }) => pinner[0]?.page !== page);
  expect([ask(same), ask(other)]).toEqual(['holds', 'violated']);
});
