import type { Span } from './cat-error.ts';

export type Unary = '*' | '+' | '?' | '^-1' | '~';
export type Binary = '|' | '++' | ';' | '\\' | '&' | '*';

interface At {
  readonly at: Span;
}

export type Expr = At &
  (
    | { readonly kind: 'name'; readonly name: string }
    /** `0` */
    | { readonly kind: 'empty' }
    /** `_` */
    | { readonly kind: 'universe' }
    | { readonly kind: 'tag'; readonly name: string }
    /** `{a, b}` */
    | { readonly kind: 'elements'; readonly items: readonly Expr[] }
    /** `[S]` */
    | { readonly kind: 'identity'; readonly of: Expr }
    | { readonly kind: 'tuple'; readonly items: readonly Expr[] }
    | { readonly kind: 'unary'; readonly op: Unary; readonly of: Expr }
    | { readonly kind: 'binary'; readonly op: Binary; readonly left: Expr; readonly right: Expr }
    | { readonly kind: 'apply'; readonly fn: Expr; readonly argument: Expr }
    | { readonly kind: 'let'; readonly rec: boolean; readonly bindings: readonly Binding[]; readonly body: Expr }
    | { readonly kind: 'fun'; readonly pattern: Pattern; readonly body: Expr }
    | { readonly kind: 'try'; readonly first: Expr; readonly otherwise: Expr }
    | { readonly kind: 'if'; readonly condition: Condition; readonly yes: Expr; readonly no: Expr }
    | { readonly kind: 'match'; readonly of: Expr; readonly clauses: readonly Clause[] }
  );

/** A name, `_`, or names in parentheses. */
export type Pattern = readonly (string | undefined)[];

export interface Binding extends At {
  readonly pattern: Pattern;
  /** Whether it stands in parentheses or has commas. */
  readonly isTuple: boolean;
  readonly value: Expr;
}

/** One way of a `match` over a tag; no tag: all others. */
export interface Clause {
  readonly tag: string | undefined;
  readonly value: Expr;
}

export type Condition =
  | { readonly kind: 'variant'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'same' | 'subset' | 'member'; readonly left: Expr; readonly right: Expr };

export type Check = 'acyclic' | 'irreflexive' | 'empty';

/** `flag ~empty r as name` */
export interface Test {
  readonly flag: boolean;
  readonly check: Check;
  readonly negated: boolean;
  readonly of: Expr;
  readonly name: string | undefined;
}

export type Instruction = At &
  (
    | {
        readonly kind: 'let';
        readonly rec: boolean;
        readonly bindings: readonly Binding[];
        /** What must hold of what is found; of `let rec` only. */
        readonly when: Test | undefined;
      }
    | ({ readonly kind: 'test' } & Test)
    | { readonly kind: 'include'; readonly file: string }
    | { readonly kind: 'with'; readonly name: string; readonly from: Expr }
    | {
        readonly kind: 'if';
        readonly condition: Condition;
        readonly yes: readonly Instruction[];
        readonly no: readonly Instruction[];
      }
    | {
        readonly kind: 'procedure';
        readonly name: string;
        readonly pattern: Pattern;
        readonly body: readonly Instruction[];
      }
    | { readonly kind: 'call'; readonly name: string; readonly argument: Expr }
    | { readonly kind: 'enum'; readonly name: string; readonly tags: readonly string[] }
    /** `instructions R[{'once}]` */
    | { readonly kind: 'instructions' }
    | { readonly kind: 'refused'; readonly what: string }
  );
