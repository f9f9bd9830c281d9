import type { IntKind } from '../cpu/integer.ts';
import type { ValueType } from './value-type.ts';

/** Where a node stands in the text: offsets in UTF-16 units, `end` being the first after it. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A C type, as far as a litmus test needs it: its words, and how many pointers stand before the word. */
export interface CType extends Place {
  /** Without qualifiers: `int`, `unsigned long`, `struct srcu_struct`. */
  readonly base: string;
  readonly pointers: number;
  /** What the words mean, where declarations have to be known for that: in a file of C. */
  readonly value?: ValueType;
}

// --- C expressions -------------------------------------------------------------------------------------------------

export type UnaryOperator = '-' | '+' | '~' | '!' | '*' | '&';
export type BinaryOperator =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<<'
  | '>>'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | '&'
  | '^'
  | '|';

export interface NumberLiteral extends Place {
  readonly kind: 'number';
  readonly value: number;
  /** Its type, which its size and its suffix decide. */
  readonly integer: IntKind;
}
export interface Name extends Place {
  readonly kind: 'name';
  readonly name: string;
}
export interface Unary extends Place {
  readonly kind: 'unary';
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}
export interface Binary extends Place {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface Logical extends Place {
  readonly kind: 'logical';
  readonly operator: '&&' | '||';
  readonly left: Expression;
  readonly right: Expression;
}
export interface Conditional extends Place {
  readonly kind: 'conditional';
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
export interface Assignment extends Place {
  readonly kind: 'assignment';
  /** `+` for `+=`; undefined for `=`. */
  readonly operator: BinaryOperator | undefined;
  readonly target: Expression;
  readonly value: Expression;
}
/** `++x`, `x--`: by adds `by`, and has the old value where `postfix`. */
export interface Update extends Place {
  readonly kind: 'update';
  readonly by: 1 | -1;
  readonly postfix: boolean;
  readonly target: Expression;
}
export interface Call extends Place {
  readonly kind: 'call';
  readonly callee: Name;
  readonly arguments: readonly Expression[];
}
/** The call of a function that the program defines, by its name or through a pointer. */
export interface Invocation extends Place {
  readonly kind: 'invocation';
  readonly function: Expression;
  readonly arguments: readonly Expression[];
}
export interface Member extends Place {
  readonly kind: 'member';
  readonly object: Expression;
  readonly arrow: boolean;
  readonly field: string;
}
export interface Index extends Place {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}
export interface Cast extends Place {
  readonly kind: 'cast';
  readonly type: CType;
  readonly operand: Expression;
}
/** What a message says, also in several parts: `KERN_INFO "x is %d\n"`. Only an argument that is not evaluated may be one. */
export interface Text extends Place {
  readonly kind: 'text';
}
/** `({ ... })`: has the value of its last statement. */
export interface Statements extends Place {
  readonly kind: 'statements';
  readonly body: readonly Statement[];
}
/** `{ 1, .next = &x, [3] = 2 }`: an initial value of a structure or an array. */
export interface List extends Place {
  readonly kind: 'list';
  readonly items: readonly Item[];
}
export interface Item {
  /** Names of members, and numbers of elements; empty: what comes next. */
  readonly designators: readonly (string | Expression)[];
  readonly value: Expression;
}
export interface Comma extends Place {
  readonly kind: 'comma';
  readonly left: Expression;
  readonly right: Expression;
}

export type Expression =
  | NumberLiteral
  | Name
  | Unary
  | Binary
  | Logical
  | Conditional
  | Assignment
  | Update
  | Call
  | Invocation
  | Member
  | Index
  | Cast
  | Text
  | Statements
  | List
  | Comma;

// --- C statements --------------------------------------------------------------------------------------------------

export interface Block extends Place {
  readonly kind: 'block';
  readonly body: readonly Statement[];
}
export interface Declarator extends Place {
  readonly name: string;
  readonly type: CType;
  readonly initial: Expression | undefined;
}
export interface Declaration extends Place {
  readonly kind: 'declaration';
  readonly declarators: readonly Declarator[];
}
export interface ExpressionStatement extends Place {
  readonly kind: 'expression';
  readonly expression: Expression;
}
export interface If extends Place {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: Statement;
  readonly otherwise: Statement | undefined;
}
/** `while`, and `do` where `bodyFirst`. */
export interface While extends Place {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: Statement;
  readonly bodyFirst: boolean;
}
export interface For extends Place {
  readonly kind: 'for';
  readonly initial: Declaration | ExpressionStatement | undefined;
  readonly condition: Expression | undefined;
  readonly step: Expression | undefined;
  readonly body: Statement;
}
/** `break;` and `continue;`. */
export interface Jump extends Place {
  readonly kind: 'break' | 'continue';
}
export interface Return extends Place {
  readonly kind: 'return';
  /** A thread returns none. */
  readonly value: Expression | undefined;
}
/** What a label stands before as far as a `goto` in it jumps back to the label. */
export interface Again extends Place {
  readonly kind: 'again';
  readonly label: Name;
  readonly body: readonly Statement[];
}
export interface Switch extends Place {
  readonly kind: 'switch';
  readonly value: Expression;
  readonly cases: readonly Case[];
  readonly body: readonly Statement[];
}
/** `case 1:`, or `default:` where there is no value. */
export interface Case {
  readonly value: Expression | undefined;
  /** The statement of the body that it stands before. */
  readonly at: number;
}
/** `goto out;` */
export interface Goto extends Place {
  readonly kind: 'goto';
  readonly label: Name;
}
/** What stands before a label in its block: a `goto` in it that names the label goes on behind it. */
export interface Labelled extends Place {
  readonly kind: 'labelled';
  readonly label: Name;
  readonly body: readonly Statement[];
}
export interface Empty extends Place {
  readonly kind: 'empty';
}

export type Statement =
  | Block
  | Declaration
  | ExpressionStatement
  | If
  | Switch
  | While
  | For
  | Jump
  | Return
  | Goto
  | Labelled
  | Again
  | Empty;

export interface Parameter extends Place {
  readonly name: string;
  readonly type: CType;
}

/** A thread. The name of a parameter of a litmus test is the name of the location that it points to. */
export interface FunctionDefinition extends Place {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Of a function in C. */
  readonly returns?: CType;
  readonly body: Block;
  /** Of a thread that a call of call_rcu() starts. */
  readonly callback?: Callback;
}

/** What starts a callback. The place is that of its name. */
export interface Callback extends Place {
  /** The thread that makes the call. */
  readonly thread: number;
  readonly call: Call;
  /** What the callback is given, where it asks for it. */
  readonly head: Parameter | undefined;
}

// --- the envelope ----------------------------------------------------------------------------------------------------

/** A variable as the initial state and the condition name it: `0:r1`, `x`, `a[2]`. */
export interface Variable extends Place {
  /** The thread whose register it is; -1: a location. */
  readonly thread: number;
  readonly name: string;
  /** The element of an array; undefined of all else. */
  readonly index: number | undefined;
}

/** A number, or the address of a variable. */
export type InitialValue = { readonly kind: 'number'; readonly value: number } | Address;
/** `*(&x)`, in the initial state alone: the initial value of x, or the address of an array, as in C. */
export interface Content {
  readonly kind: 'content';
  readonly of: Variable;
}
export interface Address {
  readonly kind: 'address';
  readonly of: Variable;
}

/** An entry of the initial state; an array has a value for each of its elements. */
export interface Initial extends Place {
  readonly variable: Variable;
  /** As it is declared; undefined where the entry has no type, or one that nobody knows. */
  readonly type: CType | undefined;
  /** How many elements: 1 where it is no array. */
  readonly size: number;
  readonly values: readonly (InitialValue | Content)[];
}

/** A proposition over a final state. `and` of nothing is true, `or` of nothing is false. */
export type Proposition =
  | { readonly kind: 'value'; readonly variable: Variable; readonly value: InitialValue }
  | { readonly kind: 'same'; readonly left: Variable; readonly right: Variable }
  | { readonly kind: 'not'; readonly operand: Proposition }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Proposition[] }
  | { readonly kind: 'implies'; readonly left: Proposition; readonly right: Proposition };

export type Quantifier = 'exists' | 'not exists' | 'forall';
