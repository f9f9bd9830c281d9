import type { CScope } from './c-scope.ts';
import type { Cursor } from './cursor.ts';
import { Token } from './lexer.ts';
import { namedType, namedTypes } from './value-type.ts';

/* The words that a declaration of C may begin with, and those among them that say nothing about what happens. */

export const STORAGE = new Set(['typedef', 'extern', 'static', 'auto', 'register']);
export const ARITHMETIC = new Set(['int', 'long', 'short', 'char', 'unsigned', 'signed']);
export const TAGGED = new Set(['struct', 'union', 'enum']);
export const TYPEOF = new Set(['typeof', '__typeof__', 'typeof_unqual', '__typeof']);
export const FLOATING = new Set(['float', 'double', '_Complex']);
/** Words that say nothing about what happens here: qualifiers, hints to the compiler, and annotations for sparse. */
const SKIPPED = new Set(
  (
    'const volatile restrict inline __inline __inline__ __always_inline noinline noinline_for_stack __noreturn ' +
    '__user __rcu __percpu __iomem __force __kernel __must_check __maybe_unused __always_unused __used __init __exit ' +
    '__read_mostly __ro_after_init __cacheline_aligned ____cacheline_aligned ____cacheline_aligned_in_smp ' +
    '__cacheline_aligned_in_smp __packed __pure __attribute_const__ __cold __hot __flatten __weak __deprecated ' +
    'asmlinkage notrace __visible __randomize_layout __private __nocast __bitwise __no_kcsan __no_sanitize_address ' +
    '_Noreturn noinstr __cpuidle nokprobe_inline __sched fastcall __lockfunc'
  ).split(' '),
);
/** The same, with something in parentheses behind. */
const SKIPPED_CALLS = new Set(
  (
    '__attribute__ __attribute __acquires __releases __must_hold __acquire __release __aligned __printf __scanf __section ' +
    '__counted_by __guarded_by __alloc_size __no_sanitize __assume_aligned __nonstring _Alignas __diagnose_as'
  ).split(' '),
);

/** Every word that a type may start with, to suggest from. */
export const typeWords = (scope: CScope): string[] => [...ARITHMETIC, ...TAGGED, ...namedTypes(), ...scope.names()];

/** Does a declaration or the name of a type start with this word? */
export function startsDeclaration(scope: CScope, word: string): boolean {
  const meaning = scope.meaningOf(word);
  if (meaning !== undefined) return meaning.kind === 'type';
  return (
    ARITHMETIC.has(word) ||
    TAGGED.has(word) ||
    STORAGE.has(word) ||
    SKIPPED.has(word) ||
    SKIPPED_CALLS.has(word) ||
    TYPEOF.has(word) ||
    FLOATING.has(word) ||
    namedType(word) !== undefined ||
    word === '_Bool'
  );
}

/** Goes on behind all that says nothing about what happens. */
export function skipAnnotations(cursor: Cursor): void {
  while (cursor.token === Token.Name) {
    if (SKIPPED.has(cursor.text)) cursor.next();
    else if (SKIPPED_CALLS.has(cursor.text)) {
      cursor.next();
      skipParentheses(cursor);
    } else return;
  }
}

function skipParentheses(cursor: Cursor): void {
  if (!cursor.is('(')) return;
  const { start } = cursor;
  let depth = 0;
  do {
    if (cursor.token === Token.End) cursor.failAt(start, start + 1, 'this parenthesis has no end', { expected: '`)`' });
    if (cursor.is('(')) depth++;
    if (cursor.is(')')) depth--;
    cursor.next();
  } while (depth > 0);
}
