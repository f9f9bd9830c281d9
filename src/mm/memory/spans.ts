/** What the word at an offset is called. */
type Name = (offset: number) => string;
/** The value of the word at an offset as people read it. */
type Show = (offset: number) => (value: number) => string;

interface Span {
  readonly base: number;
  readonly cells: number;
  readonly name: Name;
  readonly show: Show;
}

/** The words of memory in spans that lie one after the other, with names and values for people. Word 0 is in none. */
export class Spans {
  /** The number of words. */
  size = 1;
  readonly #spans: Span[] = [];

  /** Words that lie together. @returns the first */
  place(cells: number, name: Name, show: Show = () => String): number {
    const base = this.size;
    this.#spans.push({ base, cells, name, show });
    this.size += cells;
    return base;
  }

  /** So many objects of so many words each. @returns the first word of the first */
  each(count: number, cells: number, name: (i: number, field: number) => string, show: Show = () => String): number {
    return this.place(
      count * cells,
      (offset) => name(Math.floor(offset / cells), offset % cells),
      (offset) => show(offset % cells),
    );
  }

  /** The name of a word, like `page2.refcount`. */
  nameOf(index: number): string {
    if (index === 0) return 'null';
    const span = this.#of(index);
    return span === undefined ? `?${index}` : span.name(index - span.base);
  }

  /** The value of a word as people read it: `pfn 2 present write`, `1025 (generation 1)`, `locked dirty`. */
  shown(index: number, value: number): string {
    const span = this.#of(index);
    return span === undefined ? String(value) : span.show(index - span.base)(value);
  }

  #of(index: number): Span | undefined {
    return this.#spans.find(({ base, cells }) => index >= base && index < base + cells);
  }
}
