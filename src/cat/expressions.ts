import type { Binding, Condition, Expr } from './ast.ts';
import { UNIVERSE } from './bases.ts';
import { CatError, failAt } from './cat-error.ts';
import { type Facts, NOTHING } from './facts.ts';
import type { Group } from './node.ts';
import type { Operators } from './operators.ts';
import { type Scope, Unbound } from './scope.ts';
import { typeWords, type Value } from './value.ts';

/** Finds what expressions stand for. */
export class Expressions {
  constructor(private readonly operators: Operators) {}

  value(e: Expr, scope: Scope): Value {
    switch (e.kind) {
      case 'name':
        return scope.lookUp(e.name, e.at);
      case 'empty':
        return { type: 'nothing' };
      case 'universe':
        return this.operators.set(this.operators.nodes.base('_', true, UNIVERSE));
      case 'tag':
        return { type: 'tag', name: e.name };
      case 'elements':
        return this.operators.elements(
          e.items.map((item) => this.value(item, scope)),
          e.at,
        );
      case 'identity':
        return this.operators.relation(
          this.operators.nodes.identity(this.operators.asSet(this.value(e.of, scope), e.of.at)),
        );
      case 'tuple':
        return { type: 'tuple', items: e.items.map((item) => this.value(item, scope)) };
      case 'unary':
        return this.operators.unary(e, this.value(e.of, scope));
      case 'binary':
        return this.operators.binary(e, this.value(e.left, scope), this.value(e.right, scope));
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
          for (const [i, { pattern, at }] of e.bindings.entries()) inner.bind(pattern, values[i]!, at);
        }
        return this.value(e.body, inner);
      }
      case 'fun': {
        const closed = scope.copy();
        return {
          type: 'function',
          apply: (argument, at) => {
            const inner = closed.copy();
            inner.bind(e.pattern, argument, at);
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

  /** Whether the condition of an `if` holds: known when a model is read. */
  holds(condition: Condition, scope: Scope): boolean {
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
        const a = this.operators.tags(this.value(condition.left, scope), condition.left.at);
        const b = this.operators.tags(this.value(condition.right, scope), condition.right.at);
        const isWithin = a.every((name) => b.includes(name));
        return condition.kind === 'same' ? isWithin && a.length === b.length : isWithin;
      }
    }
  }

  // --- let rec ----------------------------------------------------------------------------------------------------

  /**
   * Relations and sets that are defined by themselves. What is known of them is what follows from its being known of them: at
   * first all is supposed, then what does not follow is given up.
   */
  recursive(bindings: readonly Binding[], scope: Scope): void {
    for (const { value, at, pattern } of bindings) {
      if (value.kind === 'fun') failAt(at, 'HF132', 'functions that call themselves are not supported');
      if (pattern.length !== 1) failAt(at, 'HF132', 'tuples in `let rec` are not supported');
    }
    let supposed: Supposed[] = bindings.map(() => ({ isSet: false, facts: { ...NOTHING, may: -1 } }));
    for (;;) {
      const inner = scope.copy();
      const variables = bindings.map(({ pattern }, i) => {
        const { isSet, facts } = supposed[i]!;
        const node = this.operators.nodes.fresh('variable', isSet, facts);
        if (pattern[0] !== undefined)
          inner.set(pattern[0], isSet ? this.operators.set(node) : this.operators.relation(node));
        return node;
      });
      const wrong = this.wrongSort(bindings, supposed, inner);
      if (wrong !== undefined) {
        supposed = wrong;
        continue;
      }
      const bodies = bindings.map(({ value }) => this.operators.anyNode(this.value(value, inner), value.at));
      const kept = bodies.map(({ facts, isSet }, i): Supposed => ({ isSet, facts: less(supposed[i]!.facts, facts) }));
      if (kept.some(({ facts }, i) => !sameFacts(facts, supposed[i]!.facts))) {
        supposed = kept;
        continue;
      }
      const group: Group = { variables, bodies };
      bindings.forEach(({ pattern }, i) => {
        const node = this.operators.nodes.fixed(group, i);
        if (pattern[0] !== undefined)
          scope.set(pattern[0], node.isSet ? this.operators.set(node) : this.operators.relation(node));
      });
      return;
    }
  }

  /** Supposes first that all are relations, then what does not fit. */
  private wrongSort(bindings: readonly Binding[], supposed: readonly Supposed[], inner: Scope): Supposed[] | undefined {
    for (const [i, { value }] of bindings.entries()) {
      let isSet = supposed[i]!.isSet;
      try {
        isSet = this.operators.anyNode(this.value(value, inner), value.at).isSet;
      } catch (error) {
        if (!(error instanceof CatError) || supposed.every((each) => each.isSet)) throw error;
        // One that comes later is a set, and was taken for a relation here.
        continue;
      }
      if (isSet !== supposed[i]!.isSet) return supposed.map((each, j) => (j === i ? { ...each, isSet } : each));
    }
    return undefined;
  }
}

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
