/**
 * Bit rows: a relation over `size` elements is an Int32Array of `size` rows of `words` words, bit `i` of row `j` for the
 * pair (i, j). Hot: no allocation; benchmark bench/run.ts.
 */

export function setBit(rows: Int32Array, base: number, bit: number): void {
  const word = base + (bit >> 5);
  rows[word] = rows[word]! | (1 << (bit & 31));
}

/** Adds the bits `from` .. `to`, both included; none where `to` is less. */
export function orUpTo(rows: Int32Array, base: number, from: number, to: number): void {
  for (let word = from >> 5; word <= to >> 5; word++) {
    const low = word === from >> 5 ? -1 << (from & 31) : -1;
    const high = word === to >> 5 ? -1 >>> (31 - (to & 31)) : -1;
    rows[base + word] = rows[base + word]! | (low & high);
  }
}

export function orRow(to: Int32Array, toBase: number, from: Int32Array, fromBase: number, words: number): void {
  for (let i = 0; i < words; i++) to[toBase + i] = to[toBase + i]! | from[fromBase + i]!;
}

/** Adds a row of `fromWords` words, moved up by `by` bits; bits beyond `words` words must be zero. */
export function orShifted(
  to: Int32Array,
  toBase: number,
  from: Int32Array,
  fromBase: number,
  fromWords: number,
  by: number,
  words: number,
): void {
  const skip = by >> 5;
  const shift = by & 31;
  for (let i = 0; i < fromWords; i++) {
    const word = from[fromBase + i]!;
    if (word === 0) continue;
    const at = i + skip;
    to[toBase + at] = to[toBase + at]! | (word << shift);
    if (shift > 0 && at + 1 < words) to[toBase + at + 1] = to[toBase + at + 1]! | (word >>> (32 - shift));
  }
}

export function eachBit(rows: Int32Array, base: number, words: number, visit: (bit: number) => void): void {
  for (let i = 0; i < words; i++) {
    for (let bits = rows[base + i]!; bits !== 0; bits &= bits - 1) visit(i * 32 + 31 - Math.clz32(bits & -bits));
  }
}

/** Makes a relation transitive. */
export function close(rows: Int32Array, size: number, words: number): void {
  for (let k = 0; k < size; k++) {
    const word = k >> 5;
    const bit = 1 << (k & 31);
    const from = k * words;
    for (let j = 0; j < size; j++) {
      if ((rows[j * words + word]! & bit) !== 0 && j !== k) orRow(rows, j * words, rows, from, words);
    }
  }
}

let left = new Int32Array(8);

/** Is there no cycle? Elements without predecessors among those that are left are taken away until none is left. */
export function isAcyclic(rows: Int32Array, size: number, words: number): boolean {
  if (left.length < words) left = new Int32Array(words * 2);
  for (let i = 0; i < words; i++) left[i] = 0;
  if (size > 0) orUpTo(left, 0, 0, size - 1);
  let remaining = size;
  for (;;) {
    const before = remaining;
    for (let m = 0; m < size; m++) {
      const word = m >> 5;
      const bit = 1 << (m & 31);
      if ((left[word]! & bit) === 0) continue;
      let free = true;
      for (let i = 0; i < words && free; i++) free = (rows[m * words + i]! & left[i]!) === 0;
      if (free) {
        left[word] = left[word]! & ~bit;
        remaining--;
      }
    }
    if (remaining === 0) return true;
    if (remaining === before) return false;
  }
}
