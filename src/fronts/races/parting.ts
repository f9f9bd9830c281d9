import type { Pin } from '../../mm/gup/gup.ts';
import type { Layout } from '../../mm/memory/layout.ts';
import { ptePfn, ptePresent } from '../../mm/memory/pte.ts';
import { entryAt } from '../../mm/observe/inspect.ts';
import type { RaceNaming } from './race-naming.ts';

/**
 * Where a pin and the page table of its process part, in a sentence: the pin holds one page, and the entry maps another.
 * @param memory as it is after all
 * @returns undefined where none does
 */
export function partingWords(
  results: readonly unknown[],
  memory: Float64Array,
  layout: Layout,
  naming: RaceNaming,
): string | undefined {
  for (const pin of results.flatMap(pinsIn)) {
    const e = entryAt(memory, layout, layout.mm(0), pin.address);
    const pfn = layout.pfnOf(pin.page);
    if (!ptePresent(e) || ptePfn(e) === pfn) continue;
    const [held, mapped] = [naming.page(pfn), naming.page(ptePfn(e))];
    return `the pin holds ${held}, and the pte maps ${mapped}: device and process use different pages from here on.`;
  }
  return undefined;
}

/** Every pin that a thread returned, alone, in a list, or among more. */
function pinsIn(result: unknown): Pin[] {
  if (Array.isArray(result)) return result.flatMap(pinsIn);
  if (typeof result !== 'object' || result === null) return [];
  if ('page' in result && 'folio' in result && 'address' in result) return [result as Pin];
  return Object.values(result).flatMap(pinsIn);
}
