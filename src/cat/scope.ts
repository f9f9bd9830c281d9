import { nearest } from '../litmus/nearest.ts';
import type { Pattern } from './ast.ts';
import { CatError, failAt, type Span } from './cat-error.ts';
import { typeWords, type Value } from './value.ts';

/** What linux-kernel.bell defines, and linux-kernel.cat and lock.cat use. */
const OF_BELL: ReadonlySet<string> = new Set(['Plain', 'Marked', 'rcu-rscs', 'srcu-rscs', 'carry-dep', 'Srcu']);

/** A name that is not bound: what `try` catches. */
export class Unbound extends CatError {}

/** Where names are looked up. */
export class Scope {
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

  /** What a name stands for. @throws Unbound */
  lookUp(name: string, at: Span): Value {
    return this.get(name) ?? this.unbound(name, at);
  }

  /** Binds the names of a pattern. @throws CatError where the value has not as many parts */
  bind(pattern: Pattern, value: Value, at: Span): void {
    if (pattern.length === 1) {
      if (pattern[0] !== undefined) this.set(pattern[0], value);
      return;
    }
    const items = value.type === 'tuple' ? value.items : undefined;
    if (items?.length !== pattern.length) {
      const found = items === undefined ? typeWords(value) : `a tuple of ${items.length}`;
      failAt(at, 'HF131', `${found} is given`, { expected: `a tuple of ${pattern.length}` });
    }
    pattern.forEach((name, i) => {
      if (name !== undefined) this.set(name, items[i]!);
    });
  }

  private unbound(name: string, at: Span): never {
    const near = nearest(name, [...new Set(this.known())]);
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
}
