import type { CFile } from './expanded-source.ts';
import { type PpToken, textOf, tokensOf } from './token.ts';

export interface Macro {
  readonly name: string;
  /** Undefined of a macro that takes none. */
  readonly parameters: readonly string[] | undefined;
  /** The name for all arguments behind the others. */
  readonly rest: string | undefined;
  readonly body: readonly PpToken[];
  /** Where it is defined; undefined where that is not in a file. */
  readonly definition: { readonly file: CFile; readonly at: number } | undefined;
}

/** The macro of a name, at a place. */
export type Macros = (name: string) => Macro | undefined;

/** What is wrong with the use of a macro. */
export class MacroError extends Error {}

/** How many tokens the expansion of one use may have. */
const MAX_TOKENS = 100_000;

/** Replaces macros in tokens until there are none. */
export function expand(tokens: readonly PpToken[], macros: Macros): PpToken[] {
  const made: PpToken[] = [];
  const left = [...tokens].reverse();
  let steps = 0;
  for (let token = left.pop(); token !== undefined; token = left.pop()) {
    if (++steps > MAX_TOKENS) throw new MacroError('this stands for too much');
    const macro = token.sort === 'name' && token.hidden?.has(token.text) !== true ? macros(token.text) : undefined;
    if (macro === undefined || (macro.parameters !== undefined && left.at(-1)?.text !== '(')) {
      made.push(token);
      continue;
    }
    const args = macro.parameters === undefined ? [] : argumentsFrom(left, macro);
    const hidden = new Set([...(token.hidden ?? []), macro.name]);
    const body = substituted(macro, args, macros).map((t): PpToken => {
      return { ...t, hidden: t.hidden === undefined ? hidden : new Set([...t.hidden, ...hidden]) };
    });
    const [first] = body;
    if (first !== undefined) body[0] = { ...first, spaced: token.spaced === true };
    for (let i = body.length - 1; i >= 0; i--) left.push(body[i]!);
  }
  return made;
}

/** The arguments between the parentheses that come next; they are taken from the tokens that are left. */
function argumentsFrom(left: PpToken[], { name, parameters, rest }: Macro): PpToken[][] {
  left.pop();
  const args: PpToken[][] = [[]];
  let depth = 0;
  for (;;) {
    const token = left.pop();
    if (token === undefined) throw new MacroError(`the arguments of ${name} have no end`);
    if (token.text === ')' && depth === 0) break;
    if (token.text === '(' || token.text === '[' || token.text === '{') depth += token.text === '(' ? 1 : 0;
    if (token.text === ')') depth--;
    const isLast = rest !== undefined && args.length > parameters!.length;
    if (token.text === ',' && depth === 0 && !isLast) args.push([]);
    else args.at(-1)!.push(token);
  }
  const wanted = parameters!.length;
  if (wanted === 0 && rest === undefined && args.length === 1 && args[0]!.length === 0) return [];
  if (rest !== undefined && args.length === wanted) args.push([]);
  if (args.length !== wanted + (rest === undefined ? 0 : 1)) {
    const given = args.length;
    throw new MacroError(`${name} takes ${rest === undefined ? wanted : `at least ${wanted}`}, and is given ${given}`);
  }
  return args;
}

function substituted(
  { parameters, rest, body }: Macro,
  args: readonly (readonly PpToken[])[],
  macros: Macros,
): PpToken[] {
  const names = rest === undefined ? (parameters ?? []) : [...parameters!, rest];
  const expanded = new Map<number, PpToken[]>();
  const indexOf = (token: PpToken | undefined): number => (token?.sort === 'name' ? names.indexOf(token.text) : -1);
  const made: PpToken[] = [];
  for (let i = 0; i < body.length; i++) {
    const token = body[i]!;
    const index = indexOf(token);
    const next = body[i + 1];
    if (token.text === '#' && parameters !== undefined && indexOf(next) >= 0) {
      const text = textOf(args[indexOf(next)]!).trim().replace(/[\\"]/g, '\\$&');
      made.push({ sort: 'text', text: `"${text}"`, spaced: token.spaced === true });
      i++;
    } else if (token.text === '##') {
      const right = body[++i]!;
      const at = indexOf(right);
      paste(made, at < 0 ? [right] : [...args[at]!], rest !== undefined && at === names.length - 1);
    } else if (index >= 0 && next?.text !== '##') {
      if (!expanded.has(index)) expanded.set(index, expand(args[index]!, macros));
      made.push(...spacedAs(token, expanded.get(index)!));
    } else if (index >= 0) made.push(...spacedAs(token, args[index]!));
    else made.push(token);
  }
  return made;
}

function spacedAs(token: PpToken, tokens: readonly PpToken[]): PpToken[] {
  const [first, ...more] = tokens;
  return first === undefined ? [] : [{ ...first, spaced: token.spaced === true }, ...more];
}

/** Makes one token of the last and the next. @param isRest the next are those of `...`: a comma before none of them goes */
function paste(made: PpToken[], right: readonly PpToken[], isRest: boolean): void {
  const left = made.at(-1);
  const [first, ...more] = right;
  if (isRest && left?.text === ',') {
    if (first === undefined) made.pop();
    else made.push(...right);
    return;
  }
  if (first === undefined) return;
  if (left === undefined) {
    made.push(...right);
    return;
  }
  made.pop();
  const [one, second] = tokensOf(left.text + first.text);
  if (one === undefined || second !== undefined) throw new MacroError(`${left.text}${first.text} is no token`);
  made.push({ ...one, spaced: left.spaced === true }, ...more);
}
