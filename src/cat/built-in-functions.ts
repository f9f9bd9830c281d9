import { failAt, type Span } from './cat-error.ts';
import { NOTHING } from './facts.ts';
import type { Node } from './node.ts';
import type { Operators } from './operators.ts';
import type { Family, Value } from './value.ts';

/** The functions that there are. @param writes the set of all writes, when it is asked for */
export function builtInFunctions(operators: Operators, writes: () => Value | undefined): ReadonlyMap<string, Value> {
  const functions = new Map<string, Value>();
  const define = (name: string, apply: (argument: Value, at: Span) => Value): void => {
    functions.set(name, { type: 'function', apply });
  };
  const { nodes } = operators;
  define('domain', (r, at) => operators.set(nodes.domain(operators.asRelation(r, at))));
  define('range', (r, at) => operators.set(nodes.range(operators.asRelation(r, at))));
  define('different-values', (r, at) =>
    operators.relation(nodes.and(operators.asRelation(r, at), operators.own('different-values'))),
  );
  define('tag2events', (t, at) => operators.set(operators.eventsOf(operators.tags(t, at))));
  define('tag2instrs', (t, at) => operators.set(operators.eventsOf(operators.tags(t, at))));
  define('map', (f) => ({ type: 'function', apply: (over, at) => map(operators, f, over, at) }));
  define('cross', (of, at) => {
    if (of.type !== 'relations' || of.family.kind !== 'each') refuseFamily(at);
    return { type: 'relations', family: { ...of.family, kind: 'cross' } };
  });
  define('generate_cos', (given, at) => orders(scopeSet(writes()), operators.asRelation(given, at)));
  define('generate_orders', (both, at) => {
    if (both.type !== 'tuple' || both.items.length !== 2) {
      failAt(at, 'HF131', 'generate_orders is given something else', { expected: 'a set of writes, and a relation' });
    }
    return orders(operators.asSet(both.items[0]!, at), operators.asRelation(both.items[1]!, at));
  });
  return functions;
}

function orders(set: Node, given: Node): Value {
  return { type: 'relations', family: { kind: 'orders', set, given } };
}

function map(operators: Operators, f: Value, over: Value, at: Span): Value {
  if (f.type !== 'function') failAt(at, 'HF131', 'map is given something else', { expected: 'a function' });
  if (over.type === 'relation') {
    if (f.apply({ type: 'pair' }, at).type !== 'one-pair') refuseFamily(at);
    return { type: 'relations', family: { kind: 'pairs', relation: over.node } };
  }
  const set = operators.asSet(over, at);
  const member = operators.nodes.fresh('member', true, { ...NOTHING, may: -1 });
  const made = f.apply({ type: 'event', node: member }, at);
  if (made.type !== 'relations' || made.family.kind !== 'pairs') refuseFamily(at);
  const family: Family = { kind: 'each', member, set, relation: made.family.relation };
  return { type: 'relations', family };
}

/** An execution has not such relations of its own. */
export function refuseFamily(at: Span): never {
  const help = 'An execution has one reads-from and one coherence: `with` takes what is part of these.';
  failAt(at, 'HF132', 'this set of relations is not supported', { help });
}

const scopeSet = (value: Value | undefined): Node => {
  if (value?.type !== 'set') throw new Error('W is no set');
  return value.node;
};
