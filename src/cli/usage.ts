import type { CommanderError } from 'commander';
import type { Code } from '../program/codes.ts';
import type { Diagnostic } from '../program/diagnostic.ts';

/** Something wrong with the command line, the files it names, or the environment. */
export function usageDiagnostic(
  code: Code,
  message: string,
  more: { readonly at?: string; readonly argv?: readonly string[]; readonly expected?: string; readonly help?: string },
): Diagnostic {
  const argv = more.argv ?? [];
  const line = ['holdfast', ...argv].map(quoted).join(' ');
  const place = more.at === undefined ? -1 : argv.findIndex((word) => word === more.at || word.endsWith(`=${more.at}`));
  const before = ['holdfast', ...argv.slice(0, Math.max(place, 0))].map(quoted).join(' ').length + 1;
  return {
    code,
    severity: 'error',
    message,
    file: argv.length > 0 ? 'command line' : '',
    line: 0,
    column: place < 0 ? 0 : before + 1,
    length: place < 0 ? 1 : quoted(argv[place]!).length,
    sourceLine: argv.length > 0 ? line : '',
    ...(more.expected === undefined ? {} : { expected: more.expected }),
    ...(more.help === undefined ? {} : { help: more.help }),
  };
}

/** What commander found wrong, as a diagnostic. @param commands the names of all commands */
export function commanderDiagnostic(
  error: CommanderError,
  argv: readonly string[],
  commands: readonly string[],
): Diagnostic {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const near = rest.join(' ').match(/Did you mean (.*)\?/)?.[1];
  const at = [...first.matchAll(/'([^']*)'/g)].map((match) => match[1]!).findLast((word) => argv.includes(word));
  const command = argv.find((word) => commands.includes(word));
  const see = `see: holdfast${command === undefined ? '' : ` ${command}`} --help`;
  const help = near === undefined ? see : `did you mean ${near}?`;
  switch (error.code) {
    case 'commander.unknownCommand':
      return usageDiagnostic('HF900', first, {
        argv,
        help: at?.endsWith('.litmus') ? `for a litmus test: holdfast litmus ${quoted(at)}` : help,
        ...(at === undefined ? {} : { at }),
      });
    case 'commander.unknownOption':
      return usageDiagnostic('HF901', first, { argv, help, ...(at === undefined ? {} : { at }) });
    case 'commander.invalidArgument': {
      // "option '--jobs <n>' argument 'x' is invalid. a whole number from 1" (or "value 'x' from env 'NAME'")
      const match = first.match(/^option '(.*?)' (?:argument|value) '(.*?)'(?: from env '(.*?)')? is invalid\. (.*)$/);
      if (match === null) return usageDiagnostic('HF902', first, { argv, help });
      const [, flags, value, variable, expected] = match;
      const where = variable === undefined ? flags!.split(' ')[0]! : variable;
      return usageDiagnostic('HF902', `'${value}' is not a value of ${where}`, {
        argv: variable === undefined ? argv : [],
        at: value!,
        expected: expected!,
        help,
      });
    }
    case 'commander.optionMissingArgument':
    case 'commander.conflictingOption':
      return usageDiagnostic('HF902', first, { argv, help, ...(at === undefined ? {} : { at }) });
    default:
      return usageDiagnostic('HF903', first, { argv, help, ...(at === undefined ? {} : { at }) });
  }
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
