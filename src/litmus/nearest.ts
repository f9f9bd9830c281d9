/**
 * The number of single-character insertions, deletions, replacements and swaps of neighbours that turn one word into
 * the other; `limit + 1` where it is more than `limit`.
 */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return Math.min(previous[b.length]!, limit + 1);
}

/** How many names are looked at. */
const MAX_CANDIDATES = 2000;

/** Up to three of the names, nearest first, that may be meant by one that does not exist. */
export function nearest(name: string, names: Iterable<string>): string[] {
  const wanted = name.slice(0, 64).toLowerCase();
  const limit = Math.max(1, Math.min(8, Math.floor(wanted.length / 3)));
  const found: { name: string; distance: number }[] = [];
  let left = MAX_CANDIDATES;
  for (const candidate of names) {
    if (left-- === 0) break;
    const distance = editDistance(wanted, candidate.toLowerCase(), limit);
    if (distance <= limit && !found.some((f) => f.name === candidate)) found.push({ name: candidate, distance });
  }
  found.sort((x, y) => x.distance - y.distance || (x.name < y.name ? -1 : 1));
  const least = found[0]?.distance ?? 0;
  // Beside a name that is much nearer, another is noise.
  return found
    .filter((f) => f.distance <= least + 1)
    .slice(0, 3)
    .map((f) => f.name);
}

/** The advice `did you mean`, if there is something to suggest. */
export function didYouMean(name: string, names: Iterable<string>): { help?: string } {
  const [first, ...rest] = nearest(name, names);
  if (first === undefined) return {};
  const last = rest.pop();
  if (last === undefined) return { help: `Did you mean ${first}?` };
  return { help: `Did you mean ${[first, ...rest].join(', ')} or ${last}?` };
}
