import type { IntKind } from '../cpu/integer.ts';
import type { Place } from './ast.ts';
import type { Binding } from './layout.ts';
import { Record } from './record.ts';
import type { Typing } from './type-of.ts';
import { recordOf, type ValueType } from './value-type.ts';

/** What a name means at a place in a file of C. */
export type Meaning =
  | { readonly kind: 'type'; readonly type: ValueType }
  | { readonly kind: 'constant'; readonly value: number; readonly integer: IntKind }
  /** A variable or a function, with a name that nothing else has in the same function. */
  | { readonly kind: 'variable'; readonly name: string; readonly type: ValueType };

/** What is declared in a block, or outside of all functions. */
interface Block {
  readonly meanings: Map<string, Meaning>;
  readonly tags: Map<string, ValueType>;
}

/** What stands between a name and its number where a function has several variables of the name. */
const AGAIN = '~';

/** A name as it is written. */
export const writtenName = (name: string): string => name.replace(/~\d+$/, '');

/** The names of a file of C, while it is read: C cannot be read without knowing which of them are types. */
export class CScope {
  private readonly blocks: Block[] = [{ meanings: new Map(), tags: new Map() }];
  /** The names of variables of the current function. */
  private taken = new Set<string>();
  /** By the names that nothing else has. */
  private readonly variables = new Map<string, Binding>();
  /** What the current function returns; undefined outside of all. */
  returns: ValueType | undefined;

  get isGlobal(): boolean {
    return this.blocks.length === 1;
  }

  enter(): void {
    if (this.isGlobal) this.taken = new Set();
    this.blocks.push({ meanings: new Map(), tags: new Map() });
  }

  leave(): void {
    this.blocks.pop();
  }

  meaningOf(name: string): Meaning | undefined {
    for (let i = this.blocks.length - 1; i >= 0; i--) {
      const meaning = this.blocks[i]!.meanings.get(name);
      if (meaning !== undefined) return meaning;
    }
    return undefined;
  }

  /** What the innermost block says of a name. */
  own(name: string): Meaning | undefined {
    return this.blocks.at(-1)!.meanings.get(name);
  }

  isType(name: string): boolean {
    return this.meaningOf(name)?.kind === 'type';
  }

  declare(name: string, meaning: Meaning): void {
    this.blocks.at(-1)!.meanings.set(name, meaning);
  }

  /** A variable or a function. @returns the name that nothing else has */
  variable(name: string, type: ValueType): string {
    let unique = name;
    if (!this.isGlobal) {
      const clashes = (candidate: string): boolean =>
        this.taken.has(candidate) || this.blocks[0]!.meanings.get(candidate)?.kind === 'variable';
      for (let n = 2; clashes(unique); n++) unique = `${name}${AGAIN}${n}`;
      this.taken.add(unique);
    }
    this.declare(name, { kind: 'variable', name: unique, type });
    this.variables.set(unique, { kind: 'register', slot: 0, type });
    return unique;
  }

  /** The structure, union or enumeration of a tag, which may have yet to be defined. @param fresh in the innermost block */
  tagged(word: string, tag: string, fresh: boolean): ValueType {
    const key = `${word} ${tag}`;
    for (let i = this.blocks.length - 1; i >= (fresh ? this.blocks.length - 1 : 0); i--) {
      const type = this.blocks[i]!.tags.get(key);
      if (type !== undefined) return type;
    }
    const type = recordOf(new Record(key, word === 'union'));
    this.blocks.at(-1)!.tags.set(key, type);
    return type;
  }

  setTag(word: string, tag: string, type: ValueType): void {
    this.blocks.at(-1)!.tags.set(`${word} ${tag}`, type);
  }

  /** The types of what has been read. */
  get typing(): Typing {
    const thread = { bindings: this.variables, calls: new Map(), begunBy: undefined, initial: [] };
    return { thread, types: new Map() };
  }

  /** Every name that is known, to suggest from. */
  *names(): Generator<string> {
    for (const { meanings } of this.blocks) yield* meanings.keys();
  }
}

/** A declarator: what is declared, and where. */
export interface Declared extends Place {
  readonly name: string;
  readonly type: ValueType;
}
