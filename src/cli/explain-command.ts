import { nearest } from '../litmus/nearest.ts';
import { CODES, type CodeEntry } from '../program/codes.ts';
import { FLAG_ENTRIES } from '../report/flag-entries.ts';
import { lookupNames, lookupText } from '../report/lookup.ts';
import { RESULT_ENTRIES } from '../report/result-entries.ts';
import { wrapped } from '../report/style.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import type { Exit } from './exit-codes.ts';
import { CHECK_OPTIONS, type CheckOptions } from './options.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** The codes of diagnostics, the flags, and results. */
const EXPLAINED: Readonly<Record<string, CodeEntry>> = { ...CODES, ...FLAG_ENTRIES, ...RESULT_ENTRIES };

/** `holdfast explain`. @returns how it ended */
export async function explainCommand(words: readonly string[], argv: readonly string[]): Promise<Exit> {
  const style = stdout.style;
  const [code = '', of, variant, ...more] = words;
  if (words.length === 0) {
    for (const [name, { title }] of Object.entries(EXPLAINED)) stdout.print(`${style.bold(name)}  ${title}\n`);
    return 'decided';
  }
  const race = SCENARIOS.find(({ name }) => name.toLowerCase() === code.toLowerCase());
  if (race !== undefined && of !== undefined && more.length === 0)
    return await explainCell(race.name, of, variant, argv);
  if (of !== undefined) {
    const help = 'a cell is a race and a kernel, as in: holdfast explain T0 v5.11';
    printDiagnostic(usageDiagnostic('HF903', `no such race: '${code}'`, { argv, at: code, help }));
    return 'badInput';
  }
  if (race !== undefined) return await (await import('./explain-race.ts')).explainRace(race);
  const width = Math.min(100, stdout.width);
  const forms = [code.toUpperCase(), code.toLowerCase(), `HF${code}`];
  const name = forms.find((form) => Object.hasOwn(EXPLAINED, form));
  if (name === undefined) {
    const text = lookupText(code, width, style);
    if (text !== undefined) {
      stdout.print(text);
      return 'decided';
    }
    const near = nearest(code, [...Object.keys(EXPLAINED), ...lookupNames(code)]);
    const otherwise =
      'holdfast explain lists all codes, holdfast list races and designs, holdfast list knobs decisions';
    const help = near.length > 0 ? `did you mean ${near.join(' or ')}? ${otherwise}` : otherwise;
    printDiagnostic(usageDiagnostic('HF920', `no such code: '${code}'`, { argv, at: code, help }));
    return 'badInput';
  }
  const entry = EXPLAINED[name]!;
  const paragraphs = [entry.meaning, entry.remedy].map((text) => wrapped(text, width).join('\n'));
  stdout.print(`${style.bold(`${name}: ${entry.title}`)}\n\n${paragraphs.join('\n\n')}\n`);
  return 'decided';
}

/** `holdfast explain T0 v5.11`: the cell in full, with an execution where it is broken. */
async function explainCell(
  race: string,
  design: string,
  variant: string | undefined,
  argv: readonly string[],
): Promise<Exit> {
  const { checkCommand } = await import('./check-command.ts');
  const defaults = Object.fromEntries(
    Object.entries(CHECK_OPTIONS).map(([key, row]) => [key, row.several ? [] : row.default]),
  );
  const asked = { design: [design], variant: variant === undefined ? [] : [variant] };
  const exit = await checkCommand([race], { ...(defaults as unknown as CheckOptions), ...asked }, argv);
  // That it is broken is what was asked.
  return exit === 'contradicted' ? 'decided' : exit;
}
