import { nearest } from '../litmus/nearest.ts';
import { Source } from '../litmus/source.ts';
import type { Binding, Check, Condition, Expr, Instruction, Pattern, Test } from './ast.ts';
import { factsOfTag, PLAIN_RF, RELATIONS, SETS, SETS_WITHOUT_LOCKS, setOfTag, TAGS, UNIVERSE } from './bases.ts';
import { BUILT_IN_FILES, PRELUDE } from './built-in.ts';
import { CatError, failAt, type Span } from './cat-error.ts';
import { type Facts, NOTHING } from './facts.ts';
import { type Group, type Node, Nodes } from './node.ts';
import { parseCat } from './parser.ts';
import { type Family, typeWords, type Value } from './value.ts';

/** What a model asks of an execution, in the order of its text. */
export type Step =
  | {
      readonly kind: 'test';
      readonly flag: boolean;
      readonly check: Check;
      readonly negated: boolean;
      readonly of: Node;
      /** What it is called, `coherence`; empty where it has no name. */
      readonly name: string;
      readonly at: Span;
    }
  /** A relation that a `with` takes from a `cross`: there must be one. */
  | { readonly kind: 'choice'; readonly of: Node }
  /** What the model makes of `rf`, `co` or `fr` is what the execution has. */
  | { readonly kind: 'same'; readonly of: Node; readonly as: Node; readonly name: string; readonly at: Span };

export interface CompiledCat {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly nodes: readonly Node[];
  /** Whether the model makes reads-from and coherence of locks itself, as lock.cat does. */
  readonly makesLocks: boolean;
  readonly text: Source;
}

/** The text of a file that a model includes, by the name there; undefined where it is not found. */
export type FindFile = (name: string) => { readonly path: string; readonly text: string } | undefined;

/** Reads a model, and the bell file that comes before it. @throws CatError */
export function compileCat(text: Source, bell: Source | undefined, find: FindFile): CompiledCat {
  const files = new Map<string, ReturnType<typeof parseCat>>();
  const model = parseCat(text);
  const before = bell === undefined ? [] : [parseCat(bell)];
  const bound = boundNames([...before.flatMap(({ instructions }) => instructions), ...model.instructions], find, files);
  const compiler = new Compiler(find, files, bound);
  compiler.run(parseCat(new Source(PRELUDE, 'stdlib.cat')).instructions);
  for (const { instructions } of before) compiler.run(instructions);
  compiler.run(model.instructions);
  return { ...compiler.result(), title: model.title, text };
}

type Files = Map<string, ReturnType<typeof parseCat>>;

/** How often each name is bound outside of expressions, in the model and all that it includes. */
function boundNames(instructions: readonly Instruction[], find: FindFile, files: Files): Map<string, number> {
  const bound = new Map<string, number>();
  const visit = (list: readonly Instruction[], within: readonly string[]): void => {
    for (const each of list) {
      if (each.kind === 'let') {
        for (const { pattern } of each.bindings) {
          for (const name of pattern) if (name !== undefined) bound.set(name, (bound.get(name) ?? 0) + 1);
        }
      } else if (each.kind === 'if') {
        visit(each.yes, within);
        visit(each.no, within);
      } else if (each.kind === 'include') {
        visit(included(each.file, each.at, within, find, files).instructions, [...within, each.file]);
      }
    }
  };
  visit(instructions, []);
  return bound;
}

function included(file: string, at: Span, within: readonly string[], find: FindFile, files: Files) {
  if (within.includes(file)) failAt(at, 'HF131', `${file} includes itself`);
  const known = files.get(file);
  if (known !== undefined) return known;
  const builtIn = BUILT_IN_FILES.get(file);
  const found = builtIn === undefined ? find(file) : { path: file, text: builtIn };
  if (found === undefined) {
    const help = 'It is looked for beside the model, and in the folders of --include.';
    failAt(at, 'HF134', `no such file: "${file}"`, { help });
  }
  const parsed = parseCat(new Source(found.text, found.path));
  files.set(file, parsed);
  return parsed;
}

/** Where names are looked up. */
class Scope {
  private readonly names = new Map<string, Value>();

  constructor(private readonly outer?: Scope) {}

  get(name: string): Value | undefined {
    return this.names.get(name) ?? this.outer?.get(name);
  }

  set(name: string, value: Value): void {
    this.names.set(name, value);
  }

  *known(): Iterable<string> {
    yield* this.names.keys();
    if (this.outer !== undefined) yield* this.outer.known();
  }

  copy(): Scope {
    return new Scope(this);
  }
}

/** What linux-kernel.bell defines, and linux-kernel.cat and lock.cat use. */
const OF_BELL: ReadonlySet<string> = new Set(['Plain', 'Marked', 'rcu-rscs', 'srcu-rscs', 'carry-dep', 'Srcu']);

/** A name that is not bound: what `try` catches. */
class Unbound extends CatError {}

/** The most flags that a model may have: sets of them are small. */
const MOST_FLAGS = 18;

/** What an execution has of its own, whatever a model says of it. */
const OWN = ['rf', 'co', 'fr'];

class Compiler {
  private readonly nodes = new Nodes();
  private readonly steps: Step[] = [];
  private scope = new Scope();
  private readonly left: Map<string, number>;
  private readonly makesLocks: boolean;
  private readonly flags = new Set<string>();
  private readonly procedures = new Map<string, { pattern: Pattern; body: readonly Instruction[]; scope: Scope }>();

  constructor(
    private readonly find: FindFile,
    private readonly files: Files,
    bound: Map<string, number>,
  ) {
    this.left = new Map(bound);
    this.makesLocks = bound.has('rf');
    for (const [name, facts] of RELATIONS) {
      if (name === 'co' || name === 'fr' || name === 'different-values') continue;
      if (name === 'rf' && this.makesLocks)
        this.scope.set('rf', this.relation(this.nodes.base('rf-plain', false, PLAIN_RF)));
      else this.scope.set(name, this.relation(this.base(name, facts)));
    }
    for (const [name, facts] of SETS) {
      const known = this.makesLocks ? (SETS_WITHOUT_LOCKS.get(name) ?? facts) : facts;
      this.scope.set(name, this.set(this.nodes.base(name, true, known)));
    }
    for (const tag of TAGS.keys()) this.scope.set(setOfTag(tag), this.setOf(tag));
    this.builtInFunctions();
  }

  result(): Omit<CompiledCat, 'title' | 'text'> {
    return { steps: this.steps, nodes: this.nodes.list, makesLocks: this.makesLocks };
  }

  private base(name: string, facts: Facts): Node {
    return this.nodes.base(name, false, facts);
  }

  /** What the execution itself has. */
  private own(name: string): Node {
    return this.base(name, RELATIONS.get(name)!);
  }

  private relation(node: Node): Value {
    return { type: 'relation', node };
  }

  private set(node: Node): Value {
    return { type: 'set', node };
  }

  private setOf(tag: string): Value {
    return this.set(this.nodes.base(setOfTag(tag), true, factsOfTag(tag)));
  }

  // --- instructions ---------------------------------------------------------------------------------------------

  run(instructions: readonly Instruction[]): void {
    for (const each of instructions) this.instruct(each);
  }

  private instruct(each: Instruction): void {
    switch (each.kind) {
      case 'let':
        if (each.rec) this.recursive(each.bindings, this.scope);
        else this.bindAll(each.bindings);
        if (each.when !== undefined) this.test(each.when, each.at);
        return;
      case 'test':
        this.test(each, each.at);
        return;
      case 'include':
        this.run(included(each.file, each.at, [], this.find, this.files).instructions);
        return;
      case 'with':
        this.scope.set(each.name, this.relation(this.take(each.name, this.value(each.from, this.scope), each.at)));
        return;
      case 'if':
        this.run(this.holds(each.condition, this.scope) ? each.yes : each.no);
        return;
      case 'procedure':
        this.procedures.set(each.name, { pattern: each.pattern, body: each.body, scope: this.scope.copy() });
        return;
      case 'call': {
        const procedure = this.procedures.get(each.name);
        if (procedure === undefined) failAt(each.at, 'HF131', `there is no procedure \`${each.name}\``);
        const outer = this.scope;
        this.scope = procedure.scope.copy();
        this.bindPattern(procedure.pattern, this.value(each.argument, outer), each.at, this.scope);
        this.run(procedure.body);
        this.scope = outer;
        return;
      }
      case 'enum':
        for (const tag of each.tags) {
          if (TAGS.has(tag)) continue;
          // A set of it would be empty, and the model another one without a word.
          const help = `The tags are those of linux-kernel.def of Linux 6.12: ${[...TAGS.keys()].join(', ')}.`;
          failAt(each.at, 'HF132', `no primitive has the tag '${tag}`, { help });
        }
        this.scope.set(each.name, { type: 'tags', names: each.tags });
        for (const tag of each.tags) this.scope.set(setOfTag(tag), this.setOf(tag));
        return;
      case 'instructions':
        return;
      case 'refused':
        failAt(each.at, 'HF132', `\`${each.what}\` is not supported`);
    }
  }

  private test({ flag, check, negated, of: asked, name = '' }: Test, at: Span): void {
    const value = this.value(asked, this.scope);
    const of = check === 'empty' ? this.anyNode(value, asked.at) : this.asRelation(value, asked.at);
    if (flag && name === '') failAt(at, 'HF131', 'a flag must have a name', { expected: '`as` and a name at its end' });
    if (flag) this.flags.add(name);
    if (this.flags.size > MOST_FLAGS) failAt(at, 'HF132', `only ${MOST_FLAGS} flags of a model are supported`);
    this.steps.push({ kind: 'test', flag, check, negated, of, name, at });
  }

  /** Definitions of `let`, all of which see what was there before. */
  private bindAll(bindings: readonly Binding[]): void {
    const values = bindings.map(({ value }) => this.value(value, this.scope));
    bindings.forEach(({ pattern, isTuple, at }, i) => {
      const value = values[i]!;
      if (isTuple) this.bindPattern(pattern, value, at, this.scope);
      else this.bindTop(pattern[0], value, at);
    });
  }

  private bindTop(name: string | undefined, value: Value, at: Span): void {
    if (name === undefined) return;
    const left = (this.left.get(name) ?? 1) - 1;
    this.left.set(name, left);
    // The last that a model with locks of its own makes of them has to be what the execution has.
    if (this.makesLocks && left === 0 && OWN.includes(name) && value.type === 'relation') {
      const as = this.own(name);
      if (value.node !== as) this.steps.push({ kind: 'same', of: value.node, as, name, at });
      this.scope.set(name, this.relation(as));
    } else this.scope.set(name, value);
  }

  private bindPattern(pattern: Pattern, value: Value, at: Span, scope: Scope): void {
    if (pattern.length === 1) {
      if (pattern[0] !== undefined) scope.set(pattern[0], value);
      return;
    }
    const items = value.type === 'tuple' ? value.items : undefined;
    if (items?.length !== pattern.length) {
      const found = items === undefined ? typeWords(value) : `a tuple of ${items.length}`;
      failAt(at, 'HF131', `${found} is given`, { expected: `a tuple of ${pattern.length}` });
    }
    pattern.forEach((name, i) => {
      if (name !== undefined) scope.set(name, items[i]!);
    });
  }

  // --- let rec ----------------------------------------------------------------------------------------------------

  /**
   * Relations and sets that are defined by themselves. What is known of them is what follows from its being known of them: at
   * first all is supposed, then what does not follow is given up.
   */
  private recursive(bindings: readonly Binding[], scope: Scope): void {
    for (const { value, at, pattern } of bindings) {
      if (value.kind === 'fun') failAt(at, 'HF132', 'functions that call themselves are not supported');
      if (pattern.length !== 1) failAt(at, 'HF132', 'tuples in `let rec` are not supported');
    }
    let supposed: Supposed[] = bindings.map(() => ({ isSet: false, facts: { ...NOTHING, may: -1 } }));
    for (;;) {
      const inner = scope.copy();
      const variables = bindings.map(({ pattern }, i) => {
        const { isSet, facts } = supposed[i]!;
        const node = this.nodes.fresh('variable', isSet, facts);
        if (pattern[0] !== undefined) inner.set(pattern[0], isSet ? this.set(node) : this.relation(node));
        return node;
      });
      const wrong = this.wrongSort(bindings, supposed, inner);
      if (wrong !== undefined) {
        supposed = wrong;
        continue;
      }
      const bodies = bindings.map(({ value }) => this.anyNode(this.value(value, inner), value.at));
      const kept = bodies.map(({ facts, isSet }, i): Supposed => ({ isSet, facts: less(supposed[i]!.facts, facts) }));
      if (kept.some(({ facts }, i) => !sameFacts(facts, supposed[i]!.facts))) {
        supposed = kept;
        continue;
      }
      const group: Group = { variables, bodies };
      bindings.forEach(({ pattern }, i) => {
        const node = this.nodes.fixed(group, i);
        if (pattern[0] !== undefined) scope.set(pattern[0], node.isSet ? this.set(node) : this.relation(node));
      });
      return;
    }
  }

  /** Supposes first that all are relations, then what does not fit. */
  private wrongSort(bindings: readonly Binding[], supposed: readonly Supposed[], inner: Scope): Supposed[] | undefined {
    for (const [i, { value }] of bindings.entries()) {
      let isSet = supposed[i]!.isSet;
      try {
        isSet = this.anyNode(this.value(value, inner), value.at).isSet;
      } catch (error) {
        if (!(error instanceof CatError) || supposed.every((each) => each.isSet)) throw error;
        // One that comes later is a set, and was taken for a relation here.
        continue;
      }
      if (isSet !== supposed[i]!.isSet) return supposed.map((each, j) => (j === i ? { ...each, isSet } : each));
    }
    return undefined;
  }

  // --- expressions ----------------------------------------------------------------------------------------------

  private value(e: Expr, scope: Scope): Value {
    switch (e.kind) {
      case 'name':
        return scope.get(e.name) ?? this.unbound(e.name, e.at, scope);
      case 'empty':
        return { type: 'nothing' };
      case 'universe':
        return this.set(this.nodes.base('_', true, UNIVERSE));
      case 'tag':
        return { type: 'tag', name: e.name };
      case 'elements':
        return this.elements(
          e.items.map((item) => this.value(item, scope)),
          e.at,
        );
      case 'identity':
        return this.relation(this.nodes.identity(this.asSet(this.value(e.of, scope), e.of.at)));
      case 'tuple':
        return { type: 'tuple', items: e.items.map((item) => this.value(item, scope)) };
      case 'unary':
        return this.unary(e, this.value(e.of, scope));
      case 'binary':
        return this.binary(e, this.value(e.left, scope), this.value(e.right, scope));
      case 'apply': {
        const fn = this.value(e.fn, scope);
        if (fn.type !== 'function') {
          failAt(e.fn.at, 'HF131', `this is ${typeWords(fn)}`, { expected: 'a function' });
        }
        return fn.apply(this.value(e.argument, scope), e.at);
      }
      case 'let': {
        const inner = scope.copy();
        if (e.rec) this.recursive(e.bindings, inner);
        else {
          const values = e.bindings.map(({ value }) => this.value(value, scope));
          for (const [i, { pattern, at }] of e.bindings.entries()) this.bindPattern(pattern, values[i]!, at, inner);
        }
        return this.value(e.body, inner);
      }
      case 'fun': {
        const closed = scope.copy();
        return {
          type: 'function',
          apply: (argument, at) => {
            const inner = closed.copy();
            this.bindPattern(e.pattern, argument, at, inner);
            return this.value(e.body, inner);
          },
        };
      }
      case 'try':
        try {
          return this.value(e.first, scope);
        } catch (error) {
          if (error instanceof Unbound) return this.value(e.otherwise, scope);
          throw error;
        }
      case 'if':
        return this.value(this.holds(e.condition, scope) ? e.yes : e.no, scope);
      case 'match': {
        const of = this.value(e.of, scope);
        if (of.type !== 'tag') failAt(e.of.at, 'HF131', `this is ${typeWords(of)}`, { expected: 'a tag' });
        const clause = e.clauses.find(({ tag }) => tag === undefined || tag === of.name);
        if (clause === undefined) failAt(e.at, 'HF131', `no way is for '${of.name}`);
        return this.value(clause.value, scope);
      }
    }
  }

  private unbound(name: string, at: Span, scope: Scope): never {
    const near = nearest(name, [...new Set(scope.known())]);
    const isOfCoherence = ['co', 'coe', 'coi', 'fr', 'fre', 'fri'].includes(name);
    const help = isOfCoherence
      ? '`include "cos.cat"` gives co and fr, as for herd7.'
      : OF_BELL.has(name)
        ? 'linux-kernel.bell defines it: --bell names that file.'
        : near.length > 0
          ? `did you mean ${near.join(' or ')}?`
          : 'docs/models.md has the sets and relations that there are.';
    throw new Unbound(at.source.error('HF131', at.start, at.end, `nothing is called \`${name}\``, { help }));
  }

  private elements(items: readonly Value[], at: Span): Value {
    if (items.length === 0) return { type: 'nothing' };
    if (items.every((item) => item.type === 'tag')) return { type: 'tags', names: items.map(({ name }) => name) };
    if (items.every((item) => item.type === 'event')) {
      return this.set(items.map(({ node }) => node).reduce((a, b) => this.nodes.or(a, b)));
    }
    failAt(at, 'HF132', 'only tags, and events that a function is given, can be listed');
  }

  private unary(e: Extract<Expr, { kind: 'unary' }>, of: Value): Value {
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

  private binary(e: Extract<Expr, { kind: 'binary' }>, left: Value, right: Value): Value {
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

  private asRelation(value: Value, at: Span): Node {
    if (value.type === 'relation') return value.node;
    if (value.type === 'nothing') return this.nodes.nothing(false);
    const help = value.type === 'set' ? { help: '`[S]` is the identity on a set.' } : {};
    failAt(at, 'HF131', `this is ${typeWords(value)}`, { expected: 'a relation', ...help });
  }

  private asSet(value: Value, at: Span): Node {
    if (value.type === 'set' || value.type === 'event') return value.node;
    if (value.type === 'nothing') return this.nodes.nothing(true);
    if (value.type === 'tags') return this.eventsOf(value.names);
    if (value.type === 'tag') return this.eventsOf([value.name]);
    failAt(at, 'HF131', `this is ${typeWords(value)}`, { expected: 'a set of events' });
  }

  private eventsOf(tags: readonly string[]): Node {
    const sets = tags.map((tag) => this.nodes.base(setOfTag(tag), true, factsOfTag(tag)));
    return sets.reduce((a, b) => this.nodes.or(a, b), this.nodes.nothing(true));
  }

  private anyNode(value: Value, at: Span): Node {
    return value.type === 'set' || value.type === 'event' ? value.node : this.asRelation(value, at);
  }

  private holds(condition: Condition, scope: Scope): boolean {
    switch (condition.kind) {
      // No variant of a machine is asked for.
      case 'variant':
        return false;
      case 'not':
        return !this.holds(condition.of, scope);
      case 'and':
        return this.holds(condition.left, scope) && this.holds(condition.right, scope);
      case 'or':
        return this.holds(condition.left, scope) || this.holds(condition.right, scope);
      default: {
        const a = this.tags(this.value(condition.left, scope), condition.left.at);
        const b = this.tags(this.value(condition.right, scope), condition.right.at);
        const isWithin = a.every((name) => b.includes(name));
        return condition.kind === 'same' ? isWithin && a.length === b.length : isWithin;
      }
    }
  }

  private tags(value: Value, at: Span): readonly string[] {
    if (value.type === 'tag') return [value.name];
    if (value.type === 'tags') return value.names;
    if (value.type === 'nothing') return [];
    failAt(at, 'HF132', 'only tags are compared when a model is read');
  }

  // --- functions that there are, and `with` ----------------------------------------------------------------------

  private builtInFunctions(): void {
    const define = (name: string, apply: (argument: Value, at: Span) => Value): void =>
      this.scope.set(name, { type: 'function', apply });
    const { nodes } = this;
    define('domain', (r, at) => this.set(nodes.domain(this.asRelation(r, at))));
    define('range', (r, at) => this.set(nodes.range(this.asRelation(r, at))));
    define('different-values', (r, at) =>
      this.relation(nodes.and(this.asRelation(r, at), this.own('different-values'))),
    );
    define('tag2events', (t, at) => this.set(this.eventsOf(this.tags(t, at))));
    define('tag2instrs', (t, at) => this.set(this.eventsOf(this.tags(t, at))));
    define('map', (f) => ({ type: 'function', apply: (over, at) => this.map(f, over, at) }));
    define('cross', (of, at) => {
      if (of.type !== 'relations' || of.family.kind !== 'each') this.refuseFamily(at);
      return { type: 'relations', family: { ...of.family, kind: 'cross' } };
    });
    define('generate_cos', (given, at) => this.orders(scopeSet(this.scope.get('W')), this.asRelation(given, at)));
    define('generate_orders', (both, at) => {
      if (both.type !== 'tuple' || both.items.length !== 2) {
        failAt(at, 'HF131', 'generate_orders is given something else', { expected: 'a set of writes, and a relation' });
      }
      return this.orders(this.asSet(both.items[0]!, at), this.asRelation(both.items[1]!, at));
    });
  }

  private orders(set: Node, given: Node): Value {
    return { type: 'relations', family: { kind: 'orders', set, given } };
  }

  private map(f: Value, over: Value, at: Span): Value {
    if (f.type !== 'function') failAt(at, 'HF131', 'map is given something else', { expected: 'a function' });
    if (over.type === 'relation') {
      if (f.apply({ type: 'pair' }, at).type !== 'one-pair') this.refuseFamily(at);
      return { type: 'relations', family: { kind: 'pairs', relation: over.node } };
    }
    const set = this.asSet(over, at);
    const member = this.nodes.fresh('member', true, { ...NOTHING, may: -1 });
    const made = f.apply({ type: 'event', node: member }, at);
    if (made.type !== 'relations' || made.family.kind !== 'pairs') this.refuseFamily(at);
    const family: Family = { kind: 'each', member, set, relation: made.family.relation };
    return { type: 'relations', family };
  }

  private refuseFamily(at: Span): never {
    const help = 'An execution has one reads-from and one coherence: `with` takes what is part of these.';
    failAt(at, 'HF132', 'this set of relations is not supported', { help });
  }

  /** The relation of a family that the execution has. */
  private take(name: string, from: Value, at: Span): Node {
    if (from.type !== 'relations') {
      failAt(at, 'HF131', `\`with\` takes from ${typeWords(from)}`, { expected: 'a set of relations' });
    }
    const { family } = from;
    if (family.kind === 'cross') {
      const of = this.nodes.choose(family.member, family.set, family.relation);
      this.steps.push({ kind: 'choice', of });
      return of;
    }
    if (family.kind !== 'orders' || name !== 'co') this.refuseFamily(at);
    const co = this.own('co');
    const { set, given } = family;
    const all = this.nodes.product(set, set);
    const within = (all.facts.must & co.facts.may) === co.facts.may ? co : this.nodes.and(co, all);
    // It must have what is given of each location.
    const missing = this.nodes.minus(this.nodes.and(this.nodes.and(given, all), this.own('loc')), co);
    this.steps.push({ kind: 'test', flag: false, check: 'empty', negated: false, of: missing, name: '', at });
    return within;
  }
}

const scopeSet = (value: Value | undefined): Node => {
  if (value?.type !== 'set') throw new Error('W is no set');
  return value.node;
};

interface Supposed {
  readonly isSet: boolean;
  readonly facts: Facts;
}

/** What is known by both. */
const less = (a: Facts, b: Facts): Facts => ({
  isStatic: a.isStatic && b.isStatic,
  isStable: a.isStable && b.isStable && b.grows,
  isForward: a.isForward && b.isForward,
  isStrict: a.isStrict && b.isStrict,
  isBackward: a.isBackward && b.isBackward,
  grows: a.grows && b.grows,
  must: 0,
  may: -1,
});

const sameFacts = (a: Facts, b: Facts): boolean =>
  a.isStatic === b.isStatic &&
  a.isStable === b.isStable &&
  a.isForward === b.isForward &&
  a.isStrict === b.isStrict &&
  a.isBackward === b.isBackward &&
  a.grows === b.grows;
