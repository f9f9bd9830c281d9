import { CODES, type CodeEntry } from '../program/codes.ts';
import { FLAG_ENTRIES } from '../report/flag-entries.ts';
import { RESULT_ENTRIES } from '../report/result-entries.ts';
import { wrapped } from '../report/style.ts';
import { scenarioNamed } from '../scenarios/catalog.ts';
import type { Exit } from './exit-codes.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** The codes of diagnostics, the flags, and results. */
const EXPLAINED: Readonly<Record<string, CodeEntry>> = { ...CODES, ...FLAG_ENTRIES, ...RESULT_ENTRIES };

/** `holdfast explain`. @returns how it ended */
export async function explainCommand(code: string | undefined, argv: readonly string[]): Promise<Exit> {
  const style = stdout.style;
  if (code === undefined) {
    for (const [name, { title }] of Object.entries(EXPLAINED)) stdout.print(`${style.bold(name)}  ${title}\n`);
    return 'decided';
  }
  const race = scenarioNamed(code);
  if (race !== undefined) return await (await import('./explain-race.ts')).explainRace(race);
  const name = [code.toUpperCase(), code.toLowerCase()].find((form) => Object.hasOwn(EXPLAINED, form));
  if (name === undefined) {
    printDiagnostic(
      usageDiagnostic('HF920', `no such code: '${code}'`, { argv, at: code, help: 'holdfast explain lists all codes' }),
    );
    return 'badInput';
  }
  const entry = EXPLAINED[name]!;
  const width = Math.min(100, stdout.width);
  const paragraphs = [entry.meaning, entry.remedy].map((text) => wrapped(text, width).join('\n'));
  stdout.print(`${style.bold(`${name}: ${entry.title}`)}\n\n${paragraphs.join('\n\n')}\n`);
  return 'decided';
}
