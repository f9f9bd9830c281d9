import { integerOf, isSmall, wordOf } from '../cpu/integer.ts';

/** 32 bits of a large integer. */
const PART = 0xffffffffn;

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

  /** What a word of memory holds: its sign and its amount, which has two parts where it has more than 53 bits. */
  addWord(word: number): this {
    if (isSmall(word)) return this.add(word < 0 ? 1 : 0).add(Math.abs(word));
    const integer = integerOf(word);
    const amount = integer < 0n ? -integer : integer;
    return this.add(integer < 0n ? 3 : 2)
      .add(Number(amount >> 32n))
      .add(Number(amount & PART));
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

  nextWord(): number | undefined {
    const form = this.next();
    const n = this.next();
    if (form === undefined || n === undefined || form > 3) return undefined;
    if (form < 2) return form === 1 ? 0 - n : n;
    const low = this.next();
    if (low === undefined || low > PART || n > PART) return undefined;
    const amount = (BigInt(n) << 32n) | BigInt(low);
    return wordOf(form === 3 ? -amount : amount);
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
