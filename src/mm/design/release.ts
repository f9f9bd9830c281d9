/** Releases of the kernel by their names, v4.4 to v7.1, and candidates, such as v5.9-rc7. */

export type Release = `v${number}.${number}` | `v${number}.${number}-rc${number}`;

/** The last minor number of each major one that another followed. */
const LAST_MINOR: Readonly<Record<number, number>> = { 3: 19, 4: 20, 5: 19, 6: 19 };

type Parts = readonly [major: number, minor: number, candidate: number];

/** Every start of the command compares some thousand releases, a few dozen different ones. */
const known = new Map<Release, Parts>();

function partsOf(release: Release): Parts {
  let parts = known.get(release);
  if (parts === undefined) {
    parts = readParts(release);
    known.set(release, parts);
  }
  return parts;
}

function readParts(release: Release): Parts {
  const [, major, minor, candidate] = release.match(/^v(\d+)\.(\d+)(?:-rc(\d+))?$/) ?? [];
  if (major === undefined) throw new RangeError(`${release} is no release`);
  return [Number(major), Number(minor), candidate === undefined ? Number.POSITIVE_INFINITY : Number(candidate)];
}

/** Was there such a release? Of a major number that is not over yet, any. */
export function isRelease(release: Release): boolean {
  const [major, minor] = partsOf(release);
  return minor <= (LAST_MINOR[major] ?? Number.POSITIVE_INFINITY);
}

/** Below 0 where `a` came before `b`, 0 where they are the same. */
export function compareReleases(a: Release, b: Release): number {
  if (a === b) return 0;
  const [left, right] = [partsOf(a), partsOf(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

/** The release that a candidate led to; a release itself. */
export const finalOf = (release: Release): Release => release.replace(/-rc\d+$/, '') as Release;

/** The release before: of v6.0 it is v5.19, of v5.9-rc8 it is v5.9-rc7, of v5.9-rc1 v5.8. */
export function releaseBefore(release: Release): Release {
  const [major, minor, candidate] = partsOf(release);
  if (candidate > 1 && candidate < Number.POSITIVE_INFINITY) return `v${major}.${minor}-rc${candidate - 1}`;
  return minor > 0 ? `v${major}.${minor - 1}` : `v${major - 1}.${LAST_MINOR[major - 1] ?? 0}`;
}
