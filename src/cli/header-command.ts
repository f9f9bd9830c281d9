import { HEADERS } from '../c/headers/headers.ts';
import { nearest } from '../litmus/nearest.ts';
import type { Exit } from './exit-codes.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';

/** `holdfast header`. @returns how it ended */
export function headerCommand(asked: string | undefined, argv: readonly string[]): Exit {
  if (asked === undefined) {
    for (const [name, text] of Object.entries(HEADERS)) if (text !== '') stdout.print(`${name}\n`);
    const empty = Object.keys(HEADERS).filter((name) => HEADERS[name] === '');
    stdout.print(`\nMay be included, and have nothing in them, since it is known without: ${empty.join(', ')}\n`);
    return 'decided';
  }
  const name = asked.replace(/^<(.*)>$/, '$1');
  const text = Object.hasOwn(HEADERS, name) ? HEADERS[name] : undefined;
  if (text === undefined) {
    const near = nearest(name, Object.keys(HEADERS));
    const help = `${near.length > 0 ? `did you mean ${near.join(' or ')}? ` : ''}holdfast header has all of them`;
    printDiagnostic(usageDiagnostic('HF141', `there is no header '${asked}'`, { argv, at: asked, help }));
    return 'badInput';
  }
  stdout.print(text === '' ? `/* ${name} has nothing in it: what it declares is known without. */\n` : text);
  return 'decided';
}
