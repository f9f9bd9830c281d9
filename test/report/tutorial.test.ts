import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/tutorial.md', 'utf8');
/** What the commands of a section print; that they print it is for `npm run examples` to see. */
const printed = (heading: string): string => {
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? '';
  return [...section.matchAll(/^```console\n(.*?)^```$/gms)].map((match) => match[1]).join('\n');
};

/** The steps that a reader who knows the thread looks for. */
test.each<[post: string, steps: readonly string[]]>([
  ['Mapcount pin detection, January 2019', ['page_mapcount', 'page_mkclean']],
  [
    'Pin, then fork, 17 September 2020',
    ['ptep_set_wrprotect(src_mm, addr, src_pte)', 'page_count(page)', 'wp_page_copy()'],
  ],
  [
    'has_pinned ordering, 22 September 2020',
    [
      'try_grab_compound_head(page, 1',
      'ptep_set_wrprotect(src_mm, addr',
      'page_maybe_dma_pinned(page)',
      '57efa1fe5957',
    ],
  ],
  [
    'PageAnonExclusive clearing, 1 September 2022',
    [
      'page_maybe_dma_pinned(page)',
      'ClearPageAnonExclusive(page)',
      'folio_ref_try_add_rcu(folio, 1)',
      'pte_val(pte) != pte_val(*ptep)',
    ],
  ],
  [
    'Fast long-term pins of file pages, 2 May 2023',
    ['READ_ONCE(folio->mapping)', 'filemap_remove_folio()', 'folio_ref_try_add_rcu(folio, 1)'],
  ],
])('%s: its commands print the decisive steps by name', (post, steps) => {
  const text = printed(post);
  expect(steps.filter((step) => !text.includes(step))).toEqual([]);
});
