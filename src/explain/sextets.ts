const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.';

/** Whole numbers as text of letters, digits, `_` and `.`: one character for each below 32. */
export class SextetWriter {
  private readonly characters: string[] = [];

  /** @param n from 0 to 2^53 */
  add(n: number): this {
    let rest = n;
    while (rest >= 32) {
      this.characters.push(ALPHABET[32 + (rest % 32)]!);
      rest = Math.floor(rest / 32);
    }
    this.characters.push(ALPHABET[rest]!);
    return this;
  }

  /** @param n of any sign */
  addSigned(n: number): this {
    return this.add(n < 0 ? 1 : 0).add(Math.abs(n));
  }

  addList(list: readonly number[]): this {
    this.add(list.length);
    for (const n of list) this.add(n);
    return this;
  }

  get text(): string {
    return this.characters.join('');
  }
}

/** Reads what {@link SextetWriter} wrote. Past the end, or where the text is none of its, everything is undefined. */
export class SextetReader {
  private at = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  next(): number | undefined {
    let n = 0;
    for (let scale = 1; ; scale *= 32) {
      const digit = this.at < this.text.length ? ALPHABET.indexOf(this.text[this.at]!) : -1;
      if (digit < 0) return undefined;
      this.at++;
      n += (digit % 32) * scale;
      if (n > Number.MAX_SAFE_INTEGER) return undefined;
      if (digit < 32) return n;
    }
  }

  nextSigned(): number | undefined {
    const sign = this.next();
    const n = this.next();
    return sign === undefined || n === undefined || sign > 1 ? undefined : sign === 1 ? 0 - n : n;
  }

  nextList(): number[] | undefined {
    const length = this.next();
    const list: number[] = [];
    for (let i = 0; length !== undefined && i < length; i++) {
      const n = this.next();
      if (n === undefined) return undefined;
      list.push(n);
    }
    return length === undefined ? undefined : list;
  }
}
