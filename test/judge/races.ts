import { Mode } from '../../src/cpu/modes.ts';
import type { Kernel } from '../../src/mm/memory/kernel.ts';
import { MM_HAS_PINNED } from '../../src/mm/memory/mm-struct.ts';
import {
  type Scenario,
  type ScenarioSpec,
  scenario,
  type Threads,
  type Variant,
} from '../../src/scenarios/scenario.ts';

interface World {
  readonly k: Kernel;
  readonly x: number;
  readonly y: number;
}

/** Threads over two words that start as 0. */
export function tiny<T extends Threads>(
  threads: (world: World) => T,
  judge: ScenarioSpec<Variant, World, T>['judge'] = ({ world: { x }, memory }) => broken((memory[x] ?? 0) < 0),
): Scenario {
  return scenario({
    name: 'tiny',
    title: 'two words',
    why: 'To see what is said of it.',
    property: 'I4',
    variants: { only: { doc: 'the only one' } },
    setup: (_, k) => ({ k, x: k.layout.mm(0) + MM_HAS_PINNED, y: k.layout.mm(1) + MM_HAS_PINNED }),
    threads,
    judge,
  });
}

const broken = (is: boolean) => (is ? ({ property: 'I4', message: 'it is' } as const) : undefined);

/** A small race for every meaning of a search, and for some pairs of them. */
export const RACES = {
  holds: tiny(({ x }) => ({ one: (cpu) => cpu.writeOnce(x, 1), two: (cpu) => cpu.readOnce(x) })),
  violated: tiny(
    ({ x }) => ({ one: (cpu) => cpu.writeOnce(x, 1), two: (cpu) => cpu.readOnce(x) }),
    ({ results: { two } }) => broken(two === 1),
  ),
  race: tiny(({ x }) => ({ one: (cpu) => cpu.writePlain(x, 1), two: (cpu) => cpu.readPlain(x) })),
  'race and violation': tiny(
    ({ x }) => ({ one: (cpu) => cpu.writePlain(x, 1), two: (cpu) => cpu.readPlain(x) }),
    ({ results: { two } }) => broken(two === 1),
  ),
  deadlock: tiny(({ x, y }) => ({
    one(cpu) {
      cpu.spinLock(x);
      cpu.spinLock(y, 'B1');
      cpu.spinUnlock(y);
      cpu.spinUnlock(x);
    },
    two(cpu) {
      cpu.spinLock(y);
      cpu.spinLock(x);
      cpu.spinUnlock(x);
      cpu.spinUnlock(y);
    },
  })),
  'deadlock always': tiny(({ x }) => ({
    one: (cpu) => cpu.readWhen(x, 1, 1, Mode.Once),
    two: (cpu) => cpu.readOnce(x),
  })),
  'deadlock and violation': tiny(
    ({ x, y }) => ({
      one(cpu) {
        cpu.writeOnce(x, 1);
        cpu.readWhen(y, 3, 1, Mode.Once);
      },
      two(cpu) {
        const seen = cpu.readOnce(x);
        cpu.writeOnce(y, seen === 1 ? 1 : 2);
        return seen;
      },
    }),
    ({ results: { two } }) => broken(two === 1),
  ),
  'deadlock and race': tiny(({ x, y }) => ({
    one(cpu) {
      cpu.writePlain(x, 1);
      cpu.readWhen(y, 3, 1, Mode.Once);
    },
    two(cpu) {
      cpu.writeOnce(y, cpu.readPlain(x) === 1 ? 1 : 2);
    },
  })),
  'deadlock under SC, violation under the LKMM only': tiny(
    ({ x, y }) => ({
      one(cpu) {
        cpu.writeOnce(x, 1);
        cpu.writeOnce(y, 1);
      },
      two(cpu) {
        const seen = cpu.readOnce(y);
        const then = cpu.readOnce(x);
        if (then === 0) cpu.readWhen(y, 3, seen === 1 ? 1 : 2, Mode.Once);
        return seen === 1 && then === 0;
      },
    }),
    ({ results: { two } }) => broken(two),
  ),
} as const satisfies Record<string, Scenario>;
