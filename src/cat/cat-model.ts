import { Kind } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';
import type { CompleteVerdict } from '../models/complete-verdict.ts';
import type { Model, Told } from '../models/model.ts';
import { close, setBit } from '../models/rows.ts';
import { flagNamed, NO_FLAGS } from '../program/flags.ts';
import { CatError, failAt } from './cat-error.ts';
import type { CompiledCat } from './compile.ts';
import { type Demands, demandsOf, type Test } from './demands.ts';
import { Evaluator } from './evaluate.ts';
import type { Node } from './node.ts';
import { View } from './view.ts';

const FORBIDDEN: CompleteVerdict = { consistent: false, flags: NO_FLAGS };

/** The model that a cat file is, as the explorer needs it. @throws CatError where it cannot be explored */
export function catRules(cat: CompiledCat): { readonly demands: Demands; readonly of: (told: Told) => Model } {
  const demands = demandsOf(cat);
  if (demands.coherence === undefined) {
    const { text } = cat;
    const message = 'the model does not forbid for certain that a thread sees the writes of one location out of order';
    const expected = 'a test such as `acyclic po-loc | rf | co | fr`';
    const help = 'Only executions in which every thread sees one order of the writes of a location are explored.';
    throw new CatError(text.fileError('HF133', message, { expected, help }));
  }
  return { demands, of: (told) => new CatModel(cat, demands, told) };
}

/**
 * A model that is asked of each execution. What it forbids for good is asked before an execution is complete.
 * {@link Model.order} is left alone: nothing is known of it but by asking.
 */
class CatModel implements Model {
  readonly exact = false;
  readonly controlsPastJoin = false;
  readonly asksAll = true;
  private readonly view: View;
  private readonly evaluator: Evaluator;

  constructor(
    private readonly cat: CompiledCat,
    private readonly demands: Demands,
    told: Told,
  ) {
    this.view = new View(told, cat.makesLocks);
    this.evaluator = new Evaluator(this.view, cat.nodes);
  }

  order(): void {}

  consistent(g: Graph, unsourced: number): boolean {
    // That less is wrong with less of reads-from is not known here.
    if (unsourced >= 0 || this.demands.early.length === 0) return true;
    this.look(g);
    return this.demands.early.every((test) => this.passes(test));
  }

  complete(g: Graph): CompleteVerdict {
    this.look(g);
    if (this.demands.atomicity === undefined && this.view.hasRmw()) this.failWithoutAtomicity();
    const { evaluator } = this;
    let flags = NO_FLAGS;
    for (const step of this.cat.steps) {
      switch (step.kind) {
        case 'choice':
          if (!evaluator.hasChoice(step.of)) return FORBIDDEN;
          break;
        case 'same':
          if (!evaluator.areSame(step.of, step.as)) {
            const message = `the model makes something else of \`${step.name}\` than the execution has`;
            failAt(step.at, 'HF133', message, { help: 'Such a model is not explored.' });
          }
          break;
        case 'test':
          if (!step.flag) {
            if (!this.passes(step)) return FORBIDDEN;
          } else if (this.passes(step)) flags |= flagNamed(step.name);
      }
    }
    return { consistent: true, flags };
  }

  /** What its relations without cycles put before what, in a thread by itself: see {@link Model.preserved}. */
  preserved(g: Graph, thread: number): Int32Array {
    const slots = g.slots[thread]!;
    const width = (slots.length + 31) >> 5;
    const before = new Int32Array(slots.length * width);
    const { view, evaluator } = this;
    view.look(g, true);
    evaluator.begin();
    const { size, words } = view;
    for (const { of, writes, reads } of this.demands.orders) {
      const rows = evaluator.rowsOf(of).slice(0, size * words);
      close(rows, size, words);
      const isIn = (sets: readonly Node[], n: number): boolean =>
        sets.every((set) => (evaluator.rowsOf(set)[n >> 5]! & (1 << (n & 31))) !== 0);
      const mayBe = slots.map((e) => isIn(g.kind[e] === Kind.Read ? reads : writes, view.numberOf(e)));
      for (const [s, e] of slots.entries()) {
        const to = view.numberOf(e) * words;
        for (let k = 0; k < s; k++) {
          const from = view.numberOf(slots[k]!);
          if (mayBe[s] && mayBe[k] && (rows[to + (from >> 5)]! & (1 << (from & 31))) !== 0)
            setBit(before, s * width, k);
        }
      }
    }
    return before;
  }

  private look(g: Graph): void {
    this.view.look(g);
    this.evaluator.begin();
  }

  private passes({ check, of, negated }: Test): boolean {
    return this.evaluator.holds(check, of) !== negated;
  }

  private failWithoutAtomicity(): never {
    const message = 'the model says nothing of read-modify-writes, and the test has one';
    const expected = '`empty rmw & (fre ; coe)`';
    throw new CatError(this.cat.text.fileError('HF133', message, { expected }));
  }
}
