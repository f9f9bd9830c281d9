import { executionText } from './execution-text.ts';
import type { Finding } from './finding.ts';

const COMMAND = { error: 'error', warning: 'warning', note: 'notice' } as const;

/** Findings as annotations: a workflow command of GitHub Actions for each. */
export function github(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, title, message, place, execution, ...of }) => {
    const file = place?.file ?? of.file;
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
