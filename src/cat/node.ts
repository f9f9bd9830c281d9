import {
  ANYTHING,
  EVERY,
  EVERY_SORT,
  type Facts,
  fromSorts,
  ID,
  identityOn,
  NOTHING,
  overlapping,
  sortsOf,
  toSorts,
} from './facts.ts';

export type Op =
  /** A set or a relation that the execution has. */
  | 'base'
  | 'or'
  | 'and'
  | 'minus'
  | 'not'
  | 'seq'
  | 'inverse'
  | 'plus'
  | 'star'
  | 'maybe'
  | 'identity'
  | 'product'
  | 'domain'
  | 'range'
  /** A name of a `let rec`: what has been found of it so far. */
  | 'variable'
  /** What the bodies of a `let rec` come to. */
  | 'fixed'
  /** The one member of a set that a `map` is at. */
  | 'member'
  /** For each member of a set, the one pair of a relation that the execution has. */
  | 'choose'
  | 'nothing';

/**
 * A step of a model: a relation, or a set of events, made of others. Each is there once, so what is used twice is computed
 * once; kids have smaller numbers.
 */
export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly isSet: boolean;
  readonly kids: readonly Node[];
  /** Of a base its name. */
  readonly name: string;
  readonly facts: Facts;
  /** The variables and members that it depends on, beyond those that are bound within it. */
  readonly free: ReadonlySet<Node>;
  /** About how much work it is. */
  readonly cost: number;
  /** Of `fixed`. */
  readonly group: Group | undefined;
}

/** The bodies of a `let rec`, found together: from nothing, each in turn, until none gains anything. */
export interface Group {
  readonly variables: readonly Node[];
  readonly bodies: readonly Node[];
}

const NO_NODES: ReadonlySet<Node> = new Set();

/** Makes nodes, each once. */
export class Nodes {
  readonly list: Node[] = [];
  private readonly known = new Map<string, Node>();

  base(name: string, isSet: boolean, facts: Facts): Node {
    return this.make('base', isSet, [], name, () => facts);
  }

  nothing(isSet: boolean): Node {
    return this.make('nothing', isSet, [], '', () => NOTHING);
  }

  /** One that is like no other. */
  fresh(op: 'variable' | 'member', isSet: boolean, facts: Facts): Node {
    const node = this.make(op, isSet, [], `${this.list.length}`, () => facts);
    (node.free as Set<Node>).add(node);
    return node;
  }

  fixed(group: Group, index: number): Node {
    const { bodies, variables } = group;
    const facts = variables[index]!.facts;
    const name = `${variables.map(({ id }) => id).join()}:${index}`;
    return this.make('fixed', bodies[index]!.isSet, bodies, name, () => facts, group);
  }

  choose(member: Node, set: Node, relation: Node): Node {
    return this.make('choose', false, [set, relation, member], '', () => ANYTHING);
  }

  or(a: Node, b: Node): Node {
    if (a === b || b.op === 'nothing') return a;
    if (a.op === 'nothing') return b;
    return this.make('or', a.isSet, a.id < b.id ? [a, b] : [b, a], '', ([x, y]) => ({
      ...both(x!, y!),
      isForward: x!.isForward && y!.isForward,
      isStrict: x!.isStrict && y!.isStrict,
      isBackward: x!.isBackward && y!.isBackward,
      must: x!.must | y!.must,
      may: x!.may | y!.may,
    }));
  }

  and(a: Node, b: Node): Node {
    if (a === b || a.op === 'nothing') return a;
    if (b.op === 'nothing') return b;
    return this.make('and', a.isSet, a.id < b.id ? [a, b] : [b, a], '', ([x, y]) => ({
      ...both(x!, y!),
      isForward: x!.isForward || y!.isForward,
      isStrict:
        x!.isStrict || y!.isStrict || (isDiagonalFree(x!) && y!.isForward) || (isDiagonalFree(y!) && x!.isForward),
      isBackward: x!.isBackward || y!.isBackward,
      must: x!.must & y!.must,
      may: x!.may & y!.may,
    }));
  }

  minus(a: Node, b: Node): Node {
    if (a.op === 'nothing' || b.op === 'nothing') return a;
    return this.make('minus', a.isSet, [a, b], '', ([x, y]) => ({
      ...both(x!, y!),
      isForward: x!.isForward,
      isStrict: x!.isStrict || (x!.isForward && (y!.must & ID) === ID),
      isBackward: x!.isBackward,
      grows: x!.grows && y!.isStatic && b.free.size === 0,
      must: x!.must & ~y!.may,
      may: x!.may & ~y!.must,
    }));
  }

  not(a: Node): Node {
    return this.make('not', a.isSet, [a], '', ([x]) => {
      const every = a.isSet ? EVERY_SORT : EVERY;
      const facts = { ...ANYTHING, isStatic: x!.isStatic, isStable: x!.isStable };
      const grows = x!.isStatic && a.free.size === 0;
      return { ...facts, grows, must: every & ~x!.may, may: every & ~x!.must };
    });
  }

  seq(a: Node, b: Node): Node {
    if (a.op === 'nothing') return a;
    if (b.op === 'nothing') return b;
    return this.make('seq', false, [a, b], '', ([x, y]) => ({
      ...both(x!, y!),
      isStable: x!.isStable && y!.isStable && (x!.isBackward || y!.isForward),
      isForward: x!.isForward && y!.isForward,
      isStrict: x!.isForward && y!.isForward && (x!.isStrict || y!.isStrict),
      isBackward: x!.isBackward && y!.isBackward,
      must: (y!.must & fromSorts(sortsOf(x!.must))) | (x!.must & toSorts(sortsOf(y!.must))),
      may: mayOfSequence(x!, y!),
    }));
  }

  inverse(a: Node): Node {
    if (a.op === 'nothing') return a;
    if (a.op === 'inverse') return a.kids[0]!;
    return this.make('inverse', false, [a], '', ([x]) => ({
      ...x!,
      isForward: x!.isBackward,
      isBackward: x!.isForward,
      isStrict: x!.isBackward && x!.isStrict,
      must: x!.must & ID,
      may: x!.may & ID ? EVERY : EVERY & ~ID,
    }));
  }

  plus(a: Node): Node {
    return this.make('plus', false, [a], '', ([x]) => ({
      ...x!,
      isStable: x!.isStable && (x!.isForward || x!.isBackward),
      may: EVERY,
    }));
  }

  star(a: Node): Node {
    return this.make('star', false, [a], '', ([x]) => ({
      ...x!,
      isStable: x!.isStable && (x!.isForward || x!.isBackward),
      isStrict: false,
      must: x!.must | ID,
      may: EVERY,
    }));
  }

  maybe(a: Node): Node {
    return this.make('maybe', false, [a], '', ([x]) => ({
      ...x!,
      isStrict: false,
      must: x!.must | ID,
      may: x!.may | ID,
    }));
  }

  identity(set: Node): Node {
    return this.make('identity', false, [set], '', ([x]) => ({
      ...x!,
      isForward: true,
      isStrict: false,
      isBackward: true,
      must: identityOn(x!.must),
      may: identityOn(x!.may),
    }));
  }

  product(a: Node, b: Node): Node {
    return this.make('product', false, [a, b], '', ([x, y]) => ({
      ...both(x!, y!),
      isForward: false,
      isStrict: false,
      isBackward: false,
      must: fromSorts(x!.must) & toSorts(y!.must),
      // A pair with a fence at one end has no sorts of its own.
      may: (fromSorts(x!.may) & toSorts(y!.may)) | (EVERY & ~fromSorts(EVERY_SORT)),
    }));
  }

  /** Of the halves of RMWs it is known as soon as there is one. */
  domain(a: Node): Node {
    return this.end('domain', a, 'rmw-reads', (x) => x.isBackward);
  }

  range(a: Node): Node {
    return this.end('range', a, 'rmw-writes', (x) => x.isForward);
  }

  private end(op: 'domain' | 'range', a: Node, halves: string, keeps: (x: Facts) => boolean): Node {
    if (a.op === 'nothing') return this.nothing(true);
    if (a.op === 'base' && a.name === 'rmw') return this.base(halves, true, { ...a.facts, must: 0, may: EVERY_SORT });
    return this.make(op, true, [a], '', ([x]) => ({
      ...x!,
      isStable: x!.isStable && keeps(x!),
      isForward: true,
      isStrict: true,
      isBackward: true,
      must: sortsOf(x!.must),
      may: EVERY_SORT,
    }));
  }

  private make(
    op: Op,
    isSet: boolean,
    kids: readonly Node[],
    name: string,
    factsOf: (kids: readonly Facts[]) => Facts,
    group?: Group,
  ): Node {
    const key = `${op}:${isSet ? 's' : 'r'}:${name}:${kids.map(({ id }) => id).join()}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const free = new Set<Node>();
    for (const kid of kids) for (const node of kid.free) free.add(node);
    if (group !== undefined) for (const variable of group.variables) free.delete(variable);
    if (op === 'choose') free.delete(kids[2]!);
    const cost = kids.reduce((sum, kid) => sum + kid.cost, op === 'fixed' || op === 'star' || op === 'plus' ? 10 : 1);
    const made: Node = {
      id: this.list.length,
      op,
      isSet,
      kids,
      name,
      facts: factsOf(kids.map(({ facts }) => facts)),
      free: free.size === 0 && op !== 'variable' && op !== 'member' ? NO_NODES : free,
      cost,
      group,
    };
    this.list.push(made);
    this.known.set(key, made);
    return made;
  }
}

const isDiagonalFree = (x: Facts): boolean => (x.may & ID) === 0;

const both = (x: Facts, y: Facts) => ({
  isStatic: x.isStatic && y.isStatic,
  isStable: x.isStable && y.isStable,
  grows: x.grows && y.grows,
});

/** What `r ; s` may have: of a sequence with `[S]`, what the other has there. */
function mayOfSequence(x: Facts, y: Facts): number {
  if ((x.may & ~ID) === 0) return y.may & (fromSorts(sortsOf(x.may)) | (EVERY & ~fromSorts(EVERY_SORT)));
  if ((y.may & ~ID) === 0) return x.may & (toSorts(sortsOf(y.may)) | (EVERY & ~toSorts(EVERY_SORT)));
  return EVERY;
}

/** The kinds of pairs that a base relation has: all of these, and some of those that overlap. */
export const pairs = (must: number): Pick<Facts, 'must' | 'may'> => ({ must, may: overlapping(must) });
