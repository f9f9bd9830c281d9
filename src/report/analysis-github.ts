import type { Analysis } from '../explain/analysis.ts';
import { findingsOf } from './analysis-findings.ts';
import { executionText } from './execution-text.ts';

const COMMAND = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** An analysis as annotations: a workflow command of GitHub Actions for each finding. */
export function analysisGithub(a: Analysis): string {
  const lines = findingsOf(a).map(({ level, title, message, place, execution }) => {
    const file = place?.file ?? a.path;
    const properties: [string, string | number][] = file === '' ? [] : [['file', file]];
    if (place !== undefined) properties.push(['line', place.line], ['col', place.column]);
    properties.push(['title', title]);
    const list = properties.map(([key, value]) => `${key}=${property(String(value))}`);
    const detail = execution === undefined ? message : `${message}\n\n${executionText(execution)}`;
    return `::${COMMAND[level]} ${list.join(',')}::${data(detail.trimEnd())}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** What would end the command, or the line. */
const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
