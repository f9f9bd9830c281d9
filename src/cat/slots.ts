import type { Node } from './node.ts';
import { MAX_SHAPES } from './shapes.ts';

/** What a node is in the execution that is looked at. A set is one row, a relation a row for each event. */
export interface Slot {
  rows: Int32Array;
  /** In which evaluation, or for which shape, it was found. */
  when: number;
  isEmpty: boolean;
}

/**
 * What has been found of the nodes of a model. What a static node is belongs to a shape, and is kept for when that comes again.
 *
 * Hot: the arrays are kept and reused.
 */
export class Slots {
  private readonly slots: Slot[];
  /** Of each shape what does not depend on more: the slots of static nodes. */
  private readonly shapes = new Map<number, Slot[]>();
  private statics: Slot[] = [];
  private shape = -1;
  /** What depends on each variable or member, to be found again when that changes. */
  private readonly dependents = new Map<Node, readonly Node[]>();

  constructor(private readonly nodes: readonly Node[]) {
    this.slots = nodes.map(() => emptySlot(8));
  }

  /** Executions of this shape are looked at from now on. */
  turnTo(shape: number): void {
    if (shape === this.shape) return;
    this.shape = shape;
    const known = this.shapes.get(shape);
    if (known === undefined && this.shapes.size === MAX_SHAPES) this.shapes.clear();
    this.statics = known ?? [];
    if (known === undefined) this.shapes.set(shape, this.statics);
  }

  of({ id }: Node): Slot {
    return this.slots[id]!;
  }

  /** Of a node that is static and has nothing free. */
  static({ id }: Node): Slot {
    const known = this.statics[id];
    if (known !== undefined) return known;
    const made = emptySlot(0);
    this.statics[id] = made;
    return made;
  }

  /** Says what a variable or a member is now: the first `length` words of `rows`. */
  setVariable(variable: Node, rows: Int32Array, isEmpty: boolean, length: number): void {
    const slot = this.of(variable);
    if (slot.rows.length < length) slot.rows = new Int32Array(length * 2);
    for (let i = 0; i < length; i++) slot.rows[i] = rows[i]!;
    slot.isEmpty = isEmpty;
    this.forget(variable);
  }

  /** Has what depends on a variable or a member found again. */
  private forget(node: Node): void {
    let dependents = this.dependents.get(node);
    if (dependents === undefined) {
      dependents = this.nodes.filter(({ free }) => free.has(node));
      this.dependents.set(node, dependents);
    }
    for (const each of dependents) this.of(each).when = -1;
  }
}

const emptySlot = (length: number): Slot => ({ rows: new Int32Array(length), when: -1, isEmpty: true });
