import { CODES, isCode } from '../program/codes.ts';
import { wrapped } from '../report/style.ts';
import { EXIT } from '../report/tally.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** `holdfast explain`. @returns the exit code */
export function explainCommand(code: string | undefined, argv: readonly string[]): number {
  const style = stdout.style;
  if (code === undefined) {
    for (const [name, { title }] of Object.entries(CODES)) stdout.print(`${style.bold(name)}  ${title}\n`);
    return EXIT.decided;
  }
  const name = code.toUpperCase();
  const entry = isCode(name) ? CODES[name] : undefined;
  if (entry === undefined) {
    printDiagnostic(
      usageDiagnostic('HF920', `no such code: '${code}'`, { argv, at: code, help: 'holdfast explain lists all codes' }),
    );
    return EXIT.badInput;
  }
  const width = Math.min(100, stdout.width);
  const paragraphs = [entry.meaning, entry.remedy].map((text) => wrapped(text, width).join('\n'));
  stdout.print(`${style.bold(`${name}: ${entry.title}`)}\n\n${paragraphs.join('\n\n')}\n`);
  return EXIT.decided;
}
