import type { Counterexample } from '../explain/counterexample.ts';
import { Headings } from './headings.ts';
import { escaped } from './markup.ts';
import { CHARACTER, LINE, PAD, ROW_GAP, round } from './svg-measures.ts';

/** A part of a picture, and how much room it takes. */
export interface Picture {
  readonly parts: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** What is done after the race, one step below the other, each under the deed and the function that it is a part of. */
export function afterPicture({ after = [] }: Counterexample, x: number, top: number): Picture {
  const deeds = after.filter(({ steps }) => steps.length > 0);
  if (deeds.length === 0) return { parts: [], width: 0, height: 0 };
  const texts = deeds.flatMap(({ who, what, steps }) => [
    `${who} ${what}`,
    ...steps.flatMap(({ code, effect }) => [code, effect]),
  ]);
  const width = Math.max(...texts.map(({ length }) => length)) * CHARACTER + 2 * PAD;
  const parts: string[] = [];
  let y = top + ROW_GAP;
  const line = (style: string, text: string, indent: number): void => {
    y += LINE;
    parts.push(`<text class="${style}" x="${round(x + indent)}" y="${round(y)}">${escaped(text)}</text>`);
  };
  line('head', 'After the race', 0);
  for (const { who, what, steps } of deeds) {
    const headings = new Headings();
    line('call', `${who} ${what}`, 0);
    for (const { code, effect, place } of steps) {
      for (const { text, level } of headings.before(0, place)) if (level === 'function') line(level, text, PAD);
      const at = y + PAD;
      const height = 2 * LINE + PAD;
      parts.push(
        `<rect class="box" x="${round(x)}" y="${round(at)}" width="${round(width)}" height="${height}" rx="4"/>`,
        `<text xml:space="preserve" x="${round(x + PAD)}" y="${round(at + LINE)}">${escaped(code)}</text>`,
        `<text class="effect" x="${round(x + width - PAD)}" y="${round(at + 2 * LINE)}" text-anchor="end">${escaped(effect)}</text>`,
      );
      y = at + height;
    }
    y += PAD;
  }
  return { parts, width, height: y - top + ROW_GAP };
}
