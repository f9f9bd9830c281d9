/**
 * What a terminal or a reader takes for more than the letter that is seen: control characters, marks that turn the
 * direction of text or have no width, halves of surrogate pairs, and code points that are no characters.
 */
const HIDDEN = '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\u2028\\u2029\\ufdd0-\\ufdef\\ufffe\\uffff';
const ANY = new RegExp(`[${HIDDEN}]`, 'gu');
const BUT_LAYOUT = new RegExp(`(?![\\n\\t])[${HIDDEN}]`, 'gu');

/** `\x1b`, `\n`, `\u202e`: as C and JavaScript would write it. */
function escapeOf(character: string): string {
  const layout = LAYOUT.get(character);
  if (layout !== undefined) return layout;
  const code = character.codePointAt(0)!;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
}

const LAYOUT = new Map([
  ['\n', '\\n'],
  ['\t', '\\t'],
  ['\r', '\\r'],
]);

/** A name or a path as one line of letters that are what they look like. */
export const visible = (text: string): string => text.replace(ANY, escapeOf);

/** As {@link visible}, of text in lines: line ends and tabs stay. */
export const visibleLines = (text: string): string => text.replace(BUT_LAYOUT, escapeOf);

/** A value as one line of JSON that is safe to look at. */
export const jsonLine = (value: unknown): string => `${JSON.stringify(value).replace(ANY, jsonEscape)}\n`;

function jsonEscape(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
