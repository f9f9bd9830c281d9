import type { Command } from 'commander';
import { ANALYSIS_COMMANDS, type AnalysisOptions } from './analysis-options.ts';
import { type Exit, exitHelp } from './exit-codes.ts';
import { commanderOption, type OptionRow } from './options.ts';

/** Adds the commands that ask more of a protocol than whether it holds. */
export function registerAnalyses(program: Command, argv: readonly string[], done: (exit: Exit) => void): void {
  for (const { name, summary, description, arguments: args, options } of ANALYSIS_COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(description)
      .addHelpText('after', exitHelp('analysis'));
    for (const [argument, text] of args) command.argument(argument, text);
    for (const row of Object.values(options)) command.addOption(commanderOption(row as OptionRow<unknown>));
    command.action(async (...given: unknown[]) => {
      const { analysisCommand } = await import('./analysis-command.ts');
      const words = given.slice(0, args.length).filter((word): word is string => typeof word === 'string');
      done(await analysisCommand(name, words, given[args.length] as AnalysisOptions, argv));
    });
  }
}
