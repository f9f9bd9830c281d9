/** What sort of token a preprocessor reads. */
export type Sort = 'name' | 'number' | 'text' | 'other' | 'blank' | 'newline';

export interface PpToken {
  readonly sort: Sort;
  readonly text: string;
  /** Where it stands in the file that is read, if a user wrote it there as what is given to a macro. */
  readonly from?: number;
  /** The macros that it came from, which are not expanded in it again. */
  readonly hidden?: ReadonlySet<string>;
  /** Whether there is a blank before it. */
  readonly spaced?: boolean;
}

const TOKEN =
  /([A-Za-z_]\w*)|(\.?\d(?:[eEpP][+-]|[\w.])*)|("(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|((?:[ \t\v\f\r\u00a0\ufeff]|\\\r?\n|\/\*[\s\S]*?\*\/|\/\/(?:\\\r?\n|[^\n])*)+)|(\n)|(\.\.\.|##|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[\s\S])/gy;

/** The token at an offset of a text; undefined at its end. */
export function tokenAt(text: string, offset: number): PpToken | undefined {
  TOKEN.lastIndex = offset;
  const match = TOKEN.exec(text);
  if (match === null) return undefined;
  const sort: Sort =
    match[1] !== undefined
      ? 'name'
      : match[2] !== undefined
        ? 'number'
        : match[3] !== undefined
          ? 'text'
          : match[4] !== undefined
            ? 'blank'
            : match[5] !== undefined
              ? 'newline'
              : 'other';
  return { sort, text: match[0] };
}

/** The tokens of a piece of text, without blanks. @param from where the text stands; undefined: nobody need know */
export function tokensOf(text: string, from?: number): PpToken[] {
  const found: PpToken[] = [];
  let spaced = false;
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(text, at)!;
    if (token.sort === 'blank' || token.sort === 'newline') spaced = true;
    else {
      found.push({ ...token, spaced, ...(from === undefined ? {} : { from: from + at }) });
      spaced = false;
    }
    at += token.text.length;
  }
  return found;
}

/** Tokens as text, with blanks where two would be one. */
export function textOf(tokens: readonly PpToken[]): string {
  let text = '';
  for (const token of tokens) {
    if (text !== '' && (token.spaced === true || sticks(text, token.text))) text += ' ';
    text += token.text;
  }
  return text;
}

const sticks = (before: string, after: string): boolean =>
  (/[\w"']$/.test(before) && /^[\w"']/.test(after)) ||
  (/[-+&|<>=/*%^!.#]$/.test(before) && /^[-+&|<>=/*.#]/.test(after));
