import fc from 'fast-check';
import { describe, it } from 'vitest';
import { type Design, designWith } from '../../src/mm/design/design.ts';
import { PRESETS } from '../../src/mm/design/presets.ts';
import { op, opWithLarge, START } from './operations.ts';
import { Pair } from './pair.ts';

const runs = (design: Design, hold: boolean, numRuns: number, largeFolios = false): void => {
  fc.assert(
    fc.property(fc.array(largeFolios ? opWithLarge : op, { minLength: 20, maxLength: 80, size: 'max' }), (ops) => {
      const pair = new Pair(design, hold, { largeFolios });
      for (const o of [...START, ...ops]) {
        pair.run(o);
        pair.check();
      }
      pair.end();
    }),
    { numRuns, seed: 20201 },
  );
};

const whole = PRESETS.filter(({ name }) => name !== 'early-copy-sketch');

describe('every address space reads what the reference model says, and the invariants hold after every step', () => {
  it.each(whole)('$name, pages got and pinned for a moment', ({ design }) => {
    runs(design, false, 25);
  });

  it.each(whole.filter(({ design }) => design.anonExclusive === 'tracked'))(
    '$name, pages pinned across other operations',
    ({ design }) => {
      runs(design, true, 60);
    },
  );

  it.each(whole.filter(({ name }) => ['v5.8', 'v5.14', 'v5.19', 'v6.12'].includes(name)))(
    '$name with large folios',
    ({ design }) => {
      runs(design, design.anonExclusive === 'tracked', 60, true);
    },
  );

  it('with interrupts for flushes and for freeing tables', () => {
    const design = designWith(whole.at(-1)!.design, { tlbFlush: 'ipi', tableFree: 'ipi' });
    if ('kind' in design) throw new Error(design.kind);
    runs(design, true, 40);
  });
});
