/** A litmus test within a text around it: a mail, a patch, or documentation. */
export interface Block {
  readonly name: string;
  /** The line of its header, from 1. */
  readonly line: number;
  /** The text with blanks for all that does not belong to the test, so that every place in it stays what it is. */
  readonly text: string;
}

/** `C name`, behind the signs of quoted text, those of a patch, or blanks. */
const HEADER = /^([ \t]*(?:[>|+][ \t]?)*[ \t]*)C[ \t]+([^\s].*)$/;
const CONDITION = /^\s*(?:(?:~|not)?\s*exists|forall)\b(.*)$/;
/** The initial state of a test begins at most so many lines after its header. */
const MAX_HEADER = 60;
/** No line of a test that is part of a mail is longer. */
const MAX_LINE = 400;
/** A text with more tests than this is none that somebody wants to have checked. */
const MAX_BLOCKS = 20;

/** The litmus tests in a text, in their order. */
export function findBlocks(text: string): Block[] {
  const lines = text.split('\n');
  const found: Block[] = [];
  for (let i = 0; i < lines.length && found.length < MAX_BLOCKS; i++) {
    const match = headerOf(lines[i]!);
    if (match === undefined) continue;
    const own = linesFrom(lines, i, match.prefix);
    if (!own.slice(1, MAX_HEADER).some((line) => /^\s*\{/.test(line))) continue;
    const masked = lines.map((line, j) => own[j - i] ?? blank(line));
    found.push({ name: match.name, line: i + 1, text: masked.join('\n') });
    i += own.length - 1;
  }
  return found;
}

function headerOf(line: string): { prefix: string; name: string } | undefined {
  const match = line.length > MAX_LINE ? null : HEADER.exec(line);
  return match === null ? undefined : { prefix: match[1]!, name: match[2]!.trimEnd() };
}

/** The lines of a test, without what stands before each, from its header to the end of its condition. */
function linesFrom(lines: readonly string[], first: number, prefix: string): string[] {
  const quote = prefix.trimEnd();
  const indent = quote === '' ? prefix.length : 0;
  const own: string[] = [];
  let depth = 0;
  let isCondition = false;
  for (let i = first; i < lines.length; i++) {
    const line = lines[i]!;
    if (!line.startsWith(quote) || (i > first && headerOf(line) !== undefined)) break;
    const body = blank(quote) + line.slice(quote.length);
    if (indent > 0 && /\S/.test(body) && body.search(/\S/) < indent) break;
    own.push(body);
    const condition = isCondition ? body : CONDITION.exec(body)?.[1];
    if (condition === undefined) continue;
    isCondition = true;
    for (const c of condition) depth += c === '(' ? 1 : c === ')' ? -1 : 0;
    if (depth <= 0 && /\S/.test(condition)) break;
  }
  return own;
}

const blank = (text: string): string => ' '.repeat(text.length);
