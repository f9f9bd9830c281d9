import type { Command } from 'commander';
import { ANALYSIS_COMMANDS, type AnalysisOptions } from './analysis-options.ts';
import { commanderOption, type OptionRow } from './options.ts';

const EXIT_CODES = `
Exit codes:
  0  the question is answered
  1  barriers: it is broken as it stands; repair: there is none; diff: they differ
  2  a test or the command line cannot be understood
  3  a limit was hit: nothing is claimed
`;

/** Adds the commands that ask more of a protocol than whether it holds. */
export function registerAnalyses(program: Command, argv: readonly string[], done: (exitCode: number) => void): void {
  for (const { name, summary, description, arguments: args, options } of ANALYSIS_COMMANDS) {
    const command = program.command(name).summary(summary).description(description).addHelpText('after', EXIT_CODES);
    for (const [argument, text] of args) command.argument(argument, text);
    for (const row of Object.values(options)) command.addOption(commanderOption(row as OptionRow<unknown>));
    command.action(async (...given: unknown[]) => {
      const { analysisCommand } = await import('./analysis-command.ts');
      const words = given.slice(0, args.length).filter((word): word is string => typeof word === 'string');
      done(await analysisCommand(name, words, given[args.length] as AnalysisOptions, argv));
    });
  }
}
