import type { Expr } from './ast.ts';
import { factsOfTag, RELATIONS, setOfTag } from './bases.ts';
import { failAt, type Span } from './cat-error.ts';
import type { Node, Nodes } from './node.ts';
import { typeWords, type Value } from './value.ts';

/** What operators make of values, and which values are taken for a relation or a set. */
export class Operators {
  constructor(readonly nodes: Nodes) {}

  /** What the execution itself has. */
  own(name: string): Node {
    return this.nodes.base(name, false, RELATIONS.get(name)!);
  }

  relation(node: Node): Value {
    return { type: 'relation', node };
  }

  set(node: Node): Value {
    return { type: 'set', node };
  }

  setOf(tag: string): Value {
    return this.set(this.nodes.base(setOfTag(tag), true, factsOfTag(tag)));
  }

  elements(items: readonly Value[], at: Span): Value {
    if (items.length === 0) return { type: 'nothing' };
    if (items.every((item) => item.type === 'tag')) return { type: 'tags', names: items.map(({ name }) => name) };
    if (items.every((item) => item.type === 'event')) {
      return this.set(items.map(({ node }) => node).reduce((a, b) => this.nodes.or(a, b)));
    }
    failAt(at, 'HF132', 'only tags, and events that a function is given, can be listed');
  }

  unary(e: Extract<Expr, { kind: 'unary' }>, of: Value): Value {
    if (e.op === '~') {
      const node = this.anyNode(of, e.of.at);
      return node.isSet ? this.set(this.nodes.not(node)) : this.relation(this.nodes.not(node));
    }
    const node = this.asRelation(of, e.of.at);
    switch (e.op) {
      case '*':
        return this.relation(this.nodes.star(node));
      case '+':
        return this.relation(this.nodes.plus(node));
      case '?':
        return this.relation(this.nodes.maybe(node));
      case '^-1':
        return this.relation(this.nodes.inverse(node));
    }
  }

  binary(e: Extract<Expr, { kind: 'binary' }>, left: Value, right: Value): Value {
    const { nodes } = this;
    switch (e.op) {
      case ';': {
        const a = this.asRelation(left, e.left.at);
        const b = this.asRelation(right, e.right.at);
        // From-reads, as most models define it.
        if (a.op === 'inverse' && a.kids[0] === this.own('rf') && b === this.own('co'))
          return this.relation(this.own('fr'));
        return this.relation(nodes.seq(a, b));
      }
      case '*':
        return this.relation(nodes.product(this.asSet(left, e.left.at), this.asSet(right, e.right.at)));
      case '++':
        if (left.type === 'pair' && right.type === 'nothing') return { type: 'one-pair' };
        if (left.type === 'event') return this.set(nodes.or(left.node, this.asSet(right, e.right.at)));
        failAt(e.at, 'HF132', '`++` is supported for an event and a set, and for a pair and 0');
        break;
      default: {
        if (left.type === 'tags' && right.type === 'tags') return this.tagsOf(e.op, left.names, right.names);
        // Of no type yet, and empty.
        if (left.type === 'nothing' && right.type === 'nothing') return left;
        const [a, b] = this.alike(e, left, right);
        const node = e.op === '|' ? nodes.or(a, b) : e.op === '&' ? nodes.and(a, b) : nodes.minus(a, b);
        return a.isSet ? this.set(node) : this.relation(node);
      }
    }
  }

  private tagsOf(op: '|' | '&' | '\\', a: readonly string[], b: readonly string[]): Value {
    if (op === '|') return { type: 'tags', names: [...new Set([...a, ...b])] };
    return { type: 'tags', names: a.filter((name) => b.includes(name) === (op === '&')) };
  }

  private alike(e: Extract<Expr, { kind: 'binary' }>, left: Value, right: Value): [Node, Node] {
    const isSet = (left.type === 'nothing' ? right : left).type;
    if (isSet === 'set' || isSet === 'event') {
      return [this.asSet(left, e.left.at), this.asSet(right, e.right.at)];
    }
    return [this.asRelation(left, e.left.at), this.asRelation(right, e.right.at)];
  }

  asRelation(value: Value, at: Span): Node {
    if (value.type === 'relation') return value.node;
    if (value.type === 'nothing') return this.nodes.nothing(false);
    const help = value.type === 'set' ? { help: '`[S]` is the identity on a set.' } : {};
    failAt(at, 'HF131', `this is ${typeWords(value)}`, { expected: 'a relation', ...help });
  }

  asSet(value: Value, at: Span): Node {
    if (value.type === 'set' || value.type === 'event') return value.node;
    if (value.type === 'nothing') return this.nodes.nothing(true);
    if (value.type === 'tags') return this.eventsOf(value.names);
    if (value.type === 'tag') return this.eventsOf([value.name]);
    failAt(at, 'HF131', `this is ${typeWords(value)}`, { expected: 'a set of events' });
  }

  eventsOf(tags: readonly string[]): Node {
    const sets = tags.map((tag) => this.nodes.base(setOfTag(tag), true, factsOfTag(tag)));
    return sets.reduce((a, b) => this.nodes.or(a, b), this.nodes.nothing(true));
  }

  anyNode(value: Value, at: Span): Node {
    return value.type === 'set' || value.type === 'event' ? value.node : this.asRelation(value, at);
  }

  tags(value: Value, at: Span): readonly string[] {
    if (value.type === 'tag') return [value.name];
    if (value.type === 'tags') return value.names;
    if (value.type === 'nothing') return [];
    failAt(at, 'HF132', 'only tags are compared when a model is read');
  }
}
