import type { Analysis } from '../explain/analysis.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import { type Style, wrapped } from './style.ts';
import { visible } from './visible.ts';

/** `NAME: word, more` over as many lines as it takes. */
export function headed(
  { name, path }: Analysis,
  word: string,
  paint: Paint,
  more: string,
  width: number,
  style: Style,
): string {
  const subject = `${visible(name || path)}:`;
  return `${wrapped(`${subject} ${word}, ${more}`, width)
    .map((line, i) => (i === 0 ? line.replace(subject, style.bold(subject)).replace(word, paint(word)) : line))
    .join('\n')}\n`;
}

type Paint = (text: string) => string;

/** How to see an execution again. The id is not broken over lines. */
export const again = ({ id }: Counterexample, style: Style): string[] =>
  id === undefined ? [] : [`${style.bold('Again:')} holdfast replay ${id}`];
