import { close, orRow, setBit } from './rows.ts';

/**
 * A relation over the numbered accesses of a graph, written as the model's text writes it. For what is asked once per
 * execution at most; the inner loop works on bare rows (rows.ts).
 */
export class Relation {
  private constructor(
    readonly size: number,
    readonly words: number,
    /** Predecessor rows. */
    readonly rows: Int32Array,
  ) {}

  static empty(size: number): Relation {
    const words = (size + 31) >> 5;
    return new Relation(size, words, new Int32Array(size * words));
  }

  static ofRows(size: number, rows: Int32Array): Relation {
    const words = (size + 31) >> 5;
    return new Relation(size, words, rows.slice(0, size * words));
  }

  static of(size: number, holds: (from: number, to: number) => boolean): Relation {
    const made = Relation.empty(size);
    for (let b = 0; b < size; b++) for (let a = 0; a < size; a++) if (holds(a, b)) made.add(a, b);
    return made;
  }

  /** `[S]`: the identity on a set. */
  static on(size: number, inSet: (element: number) => boolean): Relation {
    const made = Relation.empty(size);
    for (let a = 0; a < size; a++) if (inSet(a)) made.add(a, a);
    return made;
  }

  add(from: number, to: number): void {
    setBit(this.rows, to * this.words, from);
  }

  has(from: number, to: number): boolean {
    return (this.rows[to * this.words + (from >> 5)]! & (1 << (from & 31))) !== 0;
  }

  /** `this ; next` */
  seq(next: Relation): Relation {
    const made = Relation.empty(this.size);
    for (let b = 0; b < this.size; b++) {
      for (let i = 0; i < this.words; i++) {
        for (let bits = next.rows[b * this.words + i]!; bits !== 0; bits &= bits - 1) {
          const j = i * 32 + 31 - Math.clz32(bits & -bits);
          orRow(made.rows, b * this.words, this.rows, j * this.words, this.words);
        }
      }
    }
    return made;
  }

  or(...others: Relation[]): Relation {
    const rows = this.rows.slice();
    for (const other of others) for (let i = 0; i < rows.length; i++) rows[i] = rows[i]! | other.rows[i]!;
    return new Relation(this.size, this.words, rows);
  }

  and(other: Relation): Relation {
    return new Relation(
      this.size,
      this.words,
      this.rows.map((row, i) => row & other.rows[i]!),
    );
  }

  minus(other: Relation): Relation {
    return new Relation(
      this.size,
      this.words,
      this.rows.map((row, i) => row & ~other.rows[i]!),
    );
  }

  inverse(): Relation {
    return Relation.of(this.size, (a, b) => this.has(b, a));
  }

  /** `this?` */
  maybe(): Relation {
    return this.or(Relation.on(this.size, () => true));
  }

  /** `this*` */
  star(): Relation {
    const made = this.maybe();
    close(made.rows, made.size, made.words);
    return made;
  }

  isEmpty(): boolean {
    return this.rows.every((row) => row === 0);
  }

  isIrreflexive(): boolean {
    for (let a = 0; a < this.size; a++) if (this.has(a, a)) return false;
    return true;
  }

  isAcyclic(): boolean {
    const closed = this.or();
    close(closed.rows, closed.size, closed.words);
    return closed.isIrreflexive();
  }
}
