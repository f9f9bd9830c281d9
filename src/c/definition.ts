import { PRELUDE } from './headers/headers.ts';
import type { Macro } from './macro.ts';
import { type PpToken, tokenAt, tokensOf } from './token.ts';

/** The macro that the tokens after `#define NAME` make; undefined where they make none. @param isCalled whether a parenthesis follows the name at once */
export function macroFrom(
  name: string,
  tokens: readonly PpToken[],
  isCalled: boolean,
): Omit<Macro, 'definition'> | undefined {
  const bare = (list: readonly PpToken[]): PpToken[] =>
    list.map(({ sort, text: word, spaced }) => ({ sort, text: word, spaced: spaced === true }));
  if (!isCalled) return { name, parameters: undefined, rest: undefined, body: bare(tokens) };
  const parameters: string[] = [];
  let rest: string | undefined;
  let i = 1;
  if (tokens[i]?.text === ')') i++;
  else {
    for (;;) {
      const token = tokens[i++];
      if (token?.text === '...') rest = '__VA_ARGS__';
      else if (token?.sort === 'name' && tokens[i]?.text === '...') {
        rest = token.text;
        i++;
      } else if (token?.sort === 'name') parameters.push(token.text);
      else return undefined;
      const next = tokens[i++];
      if (next?.text === ')') break;
      if (next?.text !== ',' || rest !== undefined) return undefined;
    }
  }
  return { name, parameters, rest, body: bare(tokens.slice(i)) };
}

/** Where the use of a macro ends that begins at an offset; undefined where it is no use, for want of arguments. */
export function useOf(text: string, at: number, { name, parameters }: Macro): number | undefined {
  let end = at + name.length;
  if (parameters === undefined) return end;
  let depth = 0;
  for (;;) {
    const token = tokenAt(text, end);
    if (token === undefined) return undefined;
    if (depth === 0 && token.sort !== 'blank' && token.sort !== 'newline' && token.text !== '(') return undefined;
    end += token.text.length;
    if (token.text === '(') depth++;
    if (token.text === ')' && --depth === 0) return end;
  }
}

let prelude: ReadonlyMap<string, Macro> | undefined;

/** The macros that every file has. */
export function preludeMacros(): ReadonlyMap<string, Macro> {
  if (prelude !== undefined) return prelude;
  const made = new Map<string, Macro>();
  for (const line of PRELUDE.split('\n')) {
    const match = /^#define\s+(\w+)(.*)$/.exec(line);
    if (match === null) continue;
    const [, name, rest] = match as unknown as [string, string, string];
    const macro = macroFrom(name, tokensOf(rest), rest.startsWith('('));
    if (macro !== undefined) made.set(name, { ...macro, definition: undefined });
  }
  prelude = made;
  return made;
}
