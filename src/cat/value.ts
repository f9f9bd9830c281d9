import type { Span } from './cat-error.ts';
import type { Node } from './node.ts';

/** What an expression of a model stands for, when the model is read. */
export type Value =
  | { readonly type: 'relation'; readonly node: Node }
  | { readonly type: 'set'; readonly node: Node }
  /** `0` and `{}`: of whatever type is wanted. */
  | { readonly type: 'nothing' }
  /** A member of a set, or of a relation, that a `map` is at. */
  | { readonly type: 'event'; readonly node: Node }
  | { readonly type: 'pair' }
  /** The relation that has such a pair alone. */
  | { readonly type: 'one-pair' }
  | { readonly type: 'tag'; readonly name: string }
  | { readonly type: 'tags'; readonly names: readonly string[] }
  | { readonly type: 'tuple'; readonly items: readonly Value[] }
  | { readonly type: 'function'; readonly apply: (argument: Value, at: Span) => Value }
  | { readonly type: 'relations'; readonly family: Family };

/** A set of relations, of which `with` takes one. */
export type Family =
  /** For each pair of a relation the relation that has it alone. */
  | { readonly kind: 'pairs'; readonly relation: Node }
  /** Of each member of a set such a family. */
  | { readonly kind: 'each'; readonly member: Node; readonly set: Node; readonly relation: Node }
  /** One of each of those, together. */
  | { readonly kind: 'cross'; readonly member: Node; readonly set: Node; readonly relation: Node }
  /** Every coherence order of some writes that contains what is given. */
  | { readonly kind: 'orders'; readonly set: Node; readonly given: Node };

const WORDS: Readonly<Record<Value['type'], string>> = {
  relation: 'a relation',
  set: 'a set of events',
  nothing: 'the empty relation',
  event: 'an event',
  pair: 'a pair of events',
  'one-pair': 'a relation of one pair',
  tag: 'a tag',
  tags: 'a set of tags',
  tuple: 'a tuple',
  function: 'a function',
  relations: 'a set of relations',
};

export const typeWords = ({ type }: Value): string => WORDS[type];
