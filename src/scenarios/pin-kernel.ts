import type { Design } from '../mm/design/design.ts';
import { PIN_BIAS } from '../mm/memory/page.ts';
import { type Statement, when } from './litmus-source.ts';

/** What a pinner does once it has its reference. */
type After = readonly Statement[];

/**
 * tryPinFolio() as litmus statements: the reference on `ref`, and for a large folio the pin on `pins`. `r_ref` is 0 where
 * the page was free.
 */
export function pinStatements(design: Design, large: boolean, after: After): Statement[] {
  const { pinCount } = design;
  const oneStep = pinCount === 'full' || pinCount === 'acquire' || pinCount === 'relaxed';
  if (oneStep) {
    const count: Statement[] = large ? ['atomic_add(1, pins)'] : [];
    return getStatements(pinCount, large ? 1 : PIN_BIAS, [...count, ...after]);
  }
  if (pinCount === 'get') return getStatements(design.tryGet, 1, after);
  const second = large ? 'atomic_add(1, pins)' : `atomic_add(${PIN_BIAS - 1}, ref)`;
  const barrier: Statement[] = pinCount === 'two-step-mb' ? ['smp_mb__after_atomic()'] : [];
  return getStatements(design.tryGet, 1, [second, ...barrier, ...after]);
}

/** tryGetPage(). What is not fully ordered is unconditional here, since herd7 has no other: a free page is told after. */
function getStatements(order: 'full' | 'acquire' | 'relaxed', n: number, after: After): Statement[] {
  if (order === 'full') return [`r_ref = atomic_add_unless(ref, ${n}, 0)`, when('r_ref != 0', after)];
  return [`r_ref = atomic_add_return_${order}(${n}, ref)`, when(`r_ref > ${n}`, after)];
}
