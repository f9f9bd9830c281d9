import type { Name } from './ast.ts';
import { didYouMean } from './nearest.ts';
import type { Diagnostics } from './source.ts';
import { eachPart, type Node } from './walk.ts';

/** The labels of one thread, and what is wrong with the jumps to them. */
export class Labels {
  /** Those that a `goto` may jump to from the current statement, and all that there are. */
  private readonly ahead = new Set<string>();
  private readonly all = new Map<string, Name>();

  constructor(
    body: Node,
    private readonly diagnostics: Diagnostics,
  ) {
    this.find(body);
  }

  private find(s: Node): void {
    if (s.kind === 'expression' || s.kind === 'declaration') return;
    eachPart(s, (part) => this.find(part));
    if (s.kind !== 'labelled') return;
    const { label } = s;
    if (this.all.has(label.name)) this.diagnostics.report('HF105', label, `the label ${label.name} is there twice`);
    else this.all.set(label.name, label);
  }

  /** Begins what stands before a label in its block. */
  enter({ name }: Name): void {
    this.ahead.add(name);
  }

  leave({ name }: Name): void {
    this.ahead.delete(name);
  }

  /** A `goto`. */
  jump(label: Name): void {
    const { name, start } = label;
    if (this.ahead.has(name)) return;
    const there = this.all.get(name);
    if (there === undefined) {
      this.diagnostics.report('HF105', label, `there is no label ${name}`, () => didYouMean(name, this.all.keys()));
    } else if (there.start < start) {
      this.diagnostics.report('HF120', label, `a jump back, to ${name}, is not supported`, () => ({
        help: 'Write it as `do { ... } while (...);`.',
      }));
    } else {
      this.diagnostics.report('HF120', label, `a jump into a block, to ${name}, is not supported`, () => ({
        help: 'Put the label into a block that is around the `goto`, or write it with `if` and `else`.',
      }));
    }
  }
}
