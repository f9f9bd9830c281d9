import type { Analysis } from '../explain/analysis.ts';
import { analysisText } from './analysis-text.ts';

/** The width that mailing lists expect. */
const WIDTH = 72;

/** The text as it is pasted into a mail: 72 columns, no colours, nothing but ASCII, no spaces at the ends of lines. */
export function analysisMail(a: Analysis): string {
  return analysisText(a, WIDTH)
    .split('\n')
    .map((line) => ascii(line).trimEnd())
    .join('\n');
}

const ascii = (line: string): string => line.replace(/\t/g, '        ').replace(/[^\x20-\x7e]/g, '?');
