import type { Tally } from '../report/tally.ts';

/** The commands that ask a question of a litmus test, of races, or of either. */
export type Asking = 'litmus' | 'check' | 'analysis';

interface ExitRow {
  readonly code: number;
  /** What it means, of every command or of each. */
  readonly words: string | Readonly<Record<Asking, string>>;
}

const ENDED = 'what was known by then is printed';

/**
 * What the command returns to the shell, and when. Where several hold it is the first. The help of each command has its
 * part, and docs/command.md all of it.
 */
const TABLE = {
  SIGINT: { code: 130, words: `ended by Ctrl-C; ${ENDED}` },
  SIGTERM: { code: 143, words: `ended by SIGTERM; ${ENDED}` },
  SIGHUP: { code: 129, words: `ended by SIGHUP; ${ENDED}` },
  cannotWrite: { code: 74, words: 'the output could not be written, so it is cut short' },
  internal: { code: 70, words: 'an error of Holdfast itself; please report it' },
  badInput: {
    code: 2,
    words: {
      litmus: 'a test, a path or the command line cannot be understood',
      check: 'a scenario or the command line cannot be understood',
      analysis: 'a test, a path, an id or the command line cannot be understood',
    },
  },
  contradicted: {
    code: 1,
    words: {
      litmus: 'a `BUG_ON()` or `WARN_ON()` fires; a `Result:` comment, or `--expect`, is contradicted',
      check: 'a race or design that was asked by name is broken',
      analysis: '`barriers`: it is broken as it stands; `repair`: there is none; `diff`: they differ; all: a deadlock',
    },
  },
  bounded: {
    code: 3,
    words: {
      litmus: 'a test hit a limit (`--timeout`, `--max-executions`, `--unroll`): nothing is claimed about it',
      check: 'a cell hit a limit (`--timeout`, `--max-executions`), or is vacuous: nothing is claimed about it',
      analysis: 'a limit was hit (`--timeout`, `--max-executions`, `--unroll`): nothing is claimed',
    },
  },
  decided: {
    code: 0,
    words: {
      litmus: 'every test is decided, and none says other than promised',
      check: 'nothing that was asked by name is broken',
      analysis: 'the question is answered',
    },
  },
} as const satisfies Record<string, ExitRow>;

/** How a run can end. */
export type Exit = keyof typeof TABLE;

const EXITS = Object.keys(TABLE) as Exit[];

/** The number that the shell gets. */
export const exitCode = (exit: Exit): number => TABLE[exit].code;

/** Of all that hold, which the shell is told; `decided` where none does. */
export const firstOf = (...holding: readonly Exit[]): Exit => EXITS.find((exit) => holding.includes(exit)) ?? 'decided';

/** How a run ends in which the tests were these. */
export function exitOfTests({ interrupted, internal, errors, contradicted, bounded }: Tally): Exit {
  const counts = { SIGINT: interrupted, internal, badInput: errors, contradicted, bounded };
  return firstOf(...EXITS.filter((exit) => exit in counts && counts[exit as keyof typeof counts] > 0));
}

/** The numbers with what they mean, the smallest first. */
export function exitRows(asking: Asking): { readonly code: number; readonly words: string }[] {
  const rows = EXITS.map((exit): ExitRow => TABLE[exit]).map(({ code, words }) => {
    return { code, words: typeof words === 'string' ? words : words[asking] };
  });
  return rows.sort((a, b) => a.code - b.code);
}

/** The numbers, as the help of a command has them. */
export const exitHelp = (asking: Asking): string =>
  `\nExit codes:\n${exitRows(asking)
    .map(({ code, words }) => `${String(code).padStart(5)}  ${words.replaceAll('`', '')}\n`)
    .join('')}`;
