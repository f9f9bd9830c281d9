/** Every choice of so many members of a list, in their order; nothing where there are fewer. */
export function* subsets<T>(of: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let i = from; i <= of.length - size; i++) {
    for (const rest of subsets(of, size - 1, i + 1)) yield [of[i]!, ...rest];
  }
}
