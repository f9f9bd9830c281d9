/** What was taken back to stable kernels: of the commits that changed a decision those that a stable tree was found to have. */

import type { CommitHash } from './commits.ts';
import type { Release } from './release.ts';

/** A stable kernel that has the commits, as all later ones of its release have. An earlier one may have them as well. */
export type Backports = readonly [release: Release, stable: number, commits: readonly CommitHash[]];

/**
 * Read in trees (v5.4.286, v5.10.13, v5.10.198, v5.15.148, v6.1.158, v6.12.117), in announcements of stable kernels (v5.10.9,
 * v5.10.111, v5.10.159), and in the records of CVE-2025-38085 and CVE-2024-50066.
 */
export const BACKPORTS: readonly Backports[] = [
  ['v5.4', 286, ['c444eb564fb1', '17839856fd58', '6c8e2a256915', '2ba99c5e0881']],
  ['v5.10', 9, ['9348b73c2e1b', '29a951dfb3c3', 'feb889fb40fa']],
  ['v5.10', 13, ['57efa1fe5957']],
  ['v5.10', 111, ['6c8e2a256915']],
  ['v5.10', 159, ['2ba99c5e0881']],
  ['v5.10', 198, ['c24d37322548', '70cbc3cc78a9']],
  ['v5.10', 239, ['1013af4f585f']],
  ['v5.15', 148, ['6c8e2a256915', '70cbc3cc78a9', '2ba99c5e0881']],
  ['v5.15', 186, ['1013af4f585f']],
  ['v6.1', 142, ['1013af4f585f']],
  ['v6.1', 158, ['d824ec2a1546']],
  ['v6.6', 58, ['6fa1066fc5d0']],
  ['v6.6', 95, ['1013af4f585f']],
  ['v6.11', 5, ['6fa1066fc5d0']],
  ['v6.12', 35, ['1013af4f585f']],
  ['v6.12', 117, ['8ce720d5bd91']],
  ['v6.15', 4, ['1013af4f585f']],
];

/** The commits that a stable kernel is known to have besides those of its release, in the order in which they came to it. */
export const backportsIn = (release: Release, stable: number): CommitHash[] =>
  BACKPORTS.filter(([of, since]) => of === release && since <= stable).flatMap(([, , commits]) => commits);
