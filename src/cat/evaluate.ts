import { close, eachBit, isAcyclic, orRow, orUpTo, setBit } from '../models/rows.ts';
import type { Check } from './ast.ts';
import type { Node } from './node.ts';
import { type Slot, Slots } from './slots.ts';
import type { View } from './view.ts';

/**
 * Finds what the nodes of a model are in one execution after another: each when it is first asked for, and none that cannot
 * matter. What does not depend on reads-from, coherence and values stays until the shape of executions changes.
 *
 * Hot: the arrays are kept and reused.
 */
export class Evaluator {
  private readonly slots: Slots;
  private epoch = 0;
  private size = 0;
  private words = 0;
  private scratch = new Int32Array(64);
  /** Where a `choose` found that a member has not one pair. */
  private readonly failed = new Set<Node>();

  constructor(
    private readonly view: View,
    nodes: readonly Node[],
  ) {
    this.slots = new Slots(nodes);
  }

  /** The view was filled anew. */
  begin(): void {
    const { view } = this;
    this.epoch++;
    this.size = view.size;
    this.words = view.words;
    this.failed.clear();
    this.slots.turnTo(view.shape);
  }

  holds(check: Check, node: Node): boolean {
    if (check === 'empty') return this.isEmpty(node);
    if (this.isEmpty(node)) return true;
    const { rows } = this.find(node);
    const { size, words } = this;
    if (check === 'acyclic') return isAcyclic(rows, size, words);
    for (let n = 0; n < size; n++) if ((rows[n * words + (n >> 5)]! & (1 << (n & 31))) !== 0) return false;
    return true;
  }

  /** Is there one pair for each member of the set of a `choose`? */
  hasChoice(node: Node): boolean {
    this.find(node);
    return !this.failed.has(node);
  }

  areSame(a: Node, b: Node): boolean {
    const x = this.find(a);
    const y = this.find(b);
    if (x.isEmpty || y.isEmpty) return x.isEmpty === y.isEmpty;
    const length = this.lengthOf(a);
    for (let i = 0; i < length; i++) if (x.rows[i] !== y.rows[i]) return false;
    return true;
  }

  /** The pairs of a relation, as predecessor rows. */
  rowsOf(node: Node): Int32Array {
    return this.find(node).rows;
  }

  isEmpty(node: Node): boolean {
    return this.find(node).isEmpty;
  }

  private lengthOf({ isSet }: Node): number {
    return isSet ? this.words : this.size * this.words;
  }

  private find(node: Node): Slot {
    const isStatic = node.facts.isStatic && node.free.size === 0;
    const slot = isStatic ? this.slots.static(node) : this.slots.of(node);
    const when = isStatic ? 0 : this.epoch;
    if (slot.when === when || node.op === 'variable' || node.op === 'member') return slot;
    slot.when = when;
    const length = this.lengthOf(node);
    if (slot.rows.length < length) slot.rows = new Int32Array(isStatic ? length : length * 2);
    else slot.rows.fill(0, 0, length);
    slot.isEmpty = !this.fill(node, slot, length) || isZero(slot.rows, length);
    return slot;
  }

  /** @returns false where it is empty for certain */
  private fill(node: Node, { rows }: Slot, length: number): boolean {
    const { size, words } = this;
    const [a, b] = node.kids as [Node, Node];
    switch (node.op) {
      case 'nothing':
      case 'variable':
      case 'member':
        return false;
      case 'base':
        if (node.isSet) this.view.set(node.name, rows);
        else this.view.relation(node.name, rows);
        return true;
      case 'or': {
        const x = this.find(a);
        const y = this.find(b);
        if (!x.isEmpty) orRow(rows, 0, x.rows, 0, length);
        if (!y.isEmpty) orRow(rows, 0, y.rows, 0, length);
        return !x.isEmpty || !y.isEmpty;
      }
      case 'and': {
        const [first, second] = a.cost <= b.cost ? [a, b] : [b, a];
        const x = this.find(first);
        if (x.isEmpty) return false;
        const y = this.find(second);
        if (y.isEmpty) return false;
        for (let i = 0; i < length; i++) rows[i] = x.rows[i]! & y.rows[i]!;
        return true;
      }
      case 'minus': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        const y = this.find(b);
        if (y.isEmpty) orRow(rows, 0, x.rows, 0, length);
        else for (let i = 0; i < length; i++) rows[i] = x.rows[i]! & ~y.rows[i]!;
        return true;
      }
      case 'not': {
        const x = this.find(a);
        for (let base = 0; base < length; base += words) {
          orUpTo(rows, base, 0, size - 1);
          if (!x.isEmpty) for (let i = 0; i < words; i++) rows[base + i] = rows[base + i]! & ~x.rows[base + i]!;
        }
        return true;
      }
      case 'seq':
        return this.sequence(a, b, rows);
      case 'inverse': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        for (let n = 0; n < size; n++) eachBit(x.rows, n * words, words, (m) => setBit(rows, m * words, n));
        return true;
      }
      case 'plus':
      case 'star': {
        const x = this.find(a);
        if (!x.isEmpty) {
          orRow(rows, 0, x.rows, 0, length);
          close(rows, size, words);
        }
        if (node.op === 'star') this.addIdentity(rows);
        return node.op === 'star' || !x.isEmpty;
      }
      case 'maybe': {
        const x = this.find(a);
        if (!x.isEmpty) orRow(rows, 0, x.rows, 0, length);
        this.addIdentity(rows);
        return true;
      }
      case 'identity': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        eachBit(x.rows, 0, words, (n) => setBit(rows, n * words, n));
        return true;
      }
      case 'product': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        const y = this.find(b);
        if (y.isEmpty) return false;
        eachBit(y.rows, 0, words, (n) => orRow(rows, n * words, x.rows, 0, words));
        return true;
      }
      case 'domain': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        for (let n = 0; n < size; n++) orRow(rows, 0, x.rows, n * words, words);
        return true;
      }
      case 'range': {
        const x = this.find(a);
        if (x.isEmpty) return false;
        for (let n = 0; n < size; n++) if (!isZeroRow(x.rows, n * words, words)) setBit(rows, 0, n);
        return true;
      }
      case 'fixed':
        return this.fixed(node, rows, length);
      case 'choose':
        return this.choose(node, rows, length);
    }
  }

  private addIdentity(rows: Int32Array): void {
    for (let n = 0; n < this.size; n++) setBit(rows, n * this.words, n);
  }

  /** `r ; s`. What is `[S]` on one side only cuts the other. */
  private sequence(a: Node, b: Node, rows: Int32Array): boolean {
    const { size, words } = this;
    const [first, second] = a.cost <= b.cost ? [a, b] : [b, a];
    if (this.find(first).isEmpty) return false;
    if (this.find(second).isEmpty) return false;
    if (a.op === 'identity') {
      const set = this.find(a.kids[0]!).rows;
      const s = this.find(b).rows;
      for (let base = 0; base < size * words; base += words) {
        for (let i = 0; i < words; i++) rows[base + i] = s[base + i]! & set[i]!;
      }
      return true;
    }
    const r = this.find(a).rows;
    if (b.op === 'identity') {
      eachBit(this.find(b.kids[0]!).rows, 0, words, (n) => orRow(rows, n * words, r, n * words, words));
      return true;
    }
    const s = this.find(b).rows;
    if (words === 1) {
      for (let n = 0; n < size; n++) {
        let row = 0;
        for (let bits = s[n]!; bits !== 0; bits &= bits - 1) row |= r[31 - Math.clz32(bits & -bits)]!;
        rows[n] = row;
      }
      return true;
    }
    for (let n = 0; n < size; n++) {
      const base = n * words;
      for (let i = 0; i < words; i++) {
        for (let bits = s[base + i]!; bits !== 0; bits &= bits - 1) {
          orRow(rows, base, r, (i * 32 + 31 - Math.clz32(bits & -bits)) * words, words);
        }
      }
    }
    return true;
  }

  /** As herd7 does: from nothing, each body in turn with what the others are by then, until no one gains anything. */
  private fixed(node: Node, rows: Int32Array, length: number): boolean {
    const { variables, bodies } = node.group!;
    const nothing = this.nothing(length);
    for (const variable of variables) this.slots.setVariable(variable, nothing, true, this.lengthOf(variable));
    for (let gained = true; gained; ) {
      gained = false;
      bodies.forEach((body, i) => {
        const variable = variables[i]!;
        const found = this.find(body);
        const before = this.slots.of(variable).rows;
        const own = this.lengthOf(body);
        for (let k = 0; k < own && !gained; k++) gained = (found.rows[k]! & ~before[k]!) !== 0;
        this.slots.setVariable(variable, found.rows, found.isEmpty, this.lengthOf(variable));
      });
    }
    const at = bodies.findIndex((_, i) => node.name.endsWith(`:${i}`));
    const result = this.slots.of(variables[at]!);
    orRow(rows, 0, result.rows, 0, length);
    return !result.isEmpty;
  }

  private nothing(length: number): Int32Array {
    const most = Math.max(length, this.size * this.words);
    if (this.scratch.length < most) this.scratch = new Int32Array(most * 2);
    else this.scratch.fill(0, 0, most);
    return this.scratch;
  }

  private choose(node: Node, rows: Int32Array, length: number): boolean {
    const [set, relation, member] = node.kids as [Node, Node, Node];
    const { words, view } = this;
    const members: number[] = [];
    eachBit(this.find(set).rows, 0, words, (n) => members.push(n));
    const own = new Int32Array(length);
    view.relation('rf', own);
    view.relation('co', own);
    for (const n of members) {
      const one = new Int32Array(words);
      setBit(one, 0, n);
      this.slots.setVariable(member, one, false, this.lengthOf(member));
      const found = this.find(relation);
      let count = 0;
      for (let i = 0; i < length; i++) {
        const both = found.rows[i]! & own[i]!;
        rows[i] = rows[i]! | both;
        for (let bits = both; bits !== 0; bits &= bits - 1) count++;
      }
      if (count !== 1) this.failed.add(node);
    }
    return members.length > 0;
  }
}

function isZero(rows: Int32Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (rows[i] !== 0) return false;
  return true;
}

function isZeroRow(rows: Int32Array, base: number, words: number): boolean {
  for (let i = base; i < base + words; i++) if (rows[i] !== 0) return false;
  return true;
}
