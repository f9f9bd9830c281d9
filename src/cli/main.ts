import { Argument, Command, CommanderError } from 'commander';
import type { Section } from '../report/catalog.ts';
import { registerAnalyses } from './analysis-register.ts';
import { type Exit, exitCode, exitHelp, firstOf } from './exit-codes.ts';
import { thrownDiagnostic } from './internal.ts';
import type { ModelsDiffOptions } from './models-command.ts';
import {
  CHECK_OPTIONS,
  type CheckOptions,
  commanderOption,
  EXPORT_OPTIONS,
  type ExportOptions,
  LITMUS_OPTIONS,
  type LitmusOptions,
  MODELS_DIFF_OPTIONS,
} from './options.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { commanderDiagnostic, usageDiagnostic } from './usage.ts';
import { VERSION } from './version.ts';

/** The command. @returns how it ended */
async function main(argv: readonly string[]): Promise<Exit> {
  let exit: Exit = 'decided';
  const program = new Command('holdfast')
    .description(
      'Checks races of Linux page pinning, and litmus tests, against every execution that a memory model allows.',
    )
    .version(VERSION, '-V, --version')
    .configureHelp({ sortSubcommands: false })
    .showSuggestionAfterError();

  const check = program
    .command('check')
    .summary('check races of page pinning under kernel designs')
    .description(
      'Checks races of page pinning under the designs of many kernels, and says of each whether it holds, or which assumption about the machine is enough to break it. Without arguments: all of them, as a table.',
    )
    .argument(
      '[race...]',
      'races (see holdfast list), a file of C, or a file with races of your own, which is run with your rights',
    )
    .addHelpText('after', exitHelp('check'))
    .action(async (races: readonly string[], options: CheckOptions) => {
      const { checkCommand } = await import('./check-command.ts');
      exit = await checkCommand(races, options, argv);
    });
  for (const row of Object.values(CHECK_OPTIONS)) check.addOption(commanderOption(row));

  const litmus = program
    .command('litmus')
    .summary('decide C litmus tests')
    .description('Decides C litmus tests, in the format of herd7, under SC, TSO or the Linux kernel memory model.')
    .argument('<path...>', 'litmus tests, and folders of them; - is standard input')
    .addHelpText('after', exitHelp('litmus'))
    .action(async (paths: string[], options: LitmusOptions) => {
      const { litmusCommand } = await import('./litmus-command.ts');
      exit = await litmusCommand(paths, options, argv);
    });
  for (const row of Object.values(LITMUS_OPTIONS)) litmus.addOption(commanderOption(row));

  registerAnalyses(program, argv, (code) => {
    exit = code;
  });

  const kernels = program
    .command('export')
    .summary('print the kernel of a race as a litmus test')
    .description(
      'Prints a race without everything that cannot matter, as a litmus test in the format of herd7: for a second opinion.',
    )
    .argument('<race>', 'a race (see holdfast list)')
    .action(async (race: string, options: ExportOptions) => {
      const { exportCommand } = await import('./export-command.ts');
      exit = await exportCommand(race, options, argv);
    });
  for (const row of Object.values(EXPORT_OPTIONS)) kernels.addOption(commanderOption(row));

  program
    .command('list')
    .summary('list races, designs and knobs')
    .description(
      'Lists races with their variants, and designs; knobs where they are asked for; all as data with --json.',
    )
    .addArgument(
      new Argument('[what]', 'one of them').choices(['races', 'designs', 'knobs', 'functions'] satisfies Section[]),
    )
    .argument('[text]', 'only what contains it')
    .option('--json', 'as one object of JSON, with the commands and their options')
    .action(async (section: Section | undefined, only: string | undefined, options: { json?: boolean }) => {
      const { listCommand } = await import('./list-command.ts');
      exit = listCommand(program, section, only, options.json === true);
    });

  const models = program
    .command('models')
    .summary('list memory models, or compare two')
    .description('Lists the memory models. With diff, compares two of them.')
    .action(async () => {
      const { modelsCommand } = await import('./models-command.ts');
      exit = modelsCommand();
    });
  const compared = models
    .command('diff')
    .summary('compare two models')
    .description(
      'Decides litmus tests under two models, and shows those of which the verdicts differ, each with an execution that one of them allows alone. Without tests it looks for the smallest that tell the two apart.',
    )
    .argument('<first>', 'a model (see holdfast models), or a cat file')
    .argument('<second>', 'the other')
    .argument('[path...]', 'litmus tests, and folders of them')
    .addHelpText('after', exitHelp('analysis'))
    .action(async (first: string, second: string, paths: string[], options: ModelsDiffOptions) => {
      const { modelsDiffCommand } = await import('./models-command.ts');
      exit = await modelsDiffCommand([first, second], paths, options, argv);
    });
  for (const row of Object.values(MODELS_DIFF_OPTIONS)) compared.addOption(commanderOption(row));

  program
    .command('header')
    .summary('list the headers that a file of C may include, or print one')
    .description('Prints a header as a file of C has it that includes it; without a name, lists all of them.')
    .argument('[name]', 'as in linux/seqlock.h')
    .action(async (name: string | undefined) => {
      const { headerCommand } = await import('./header-command.ts');
      exit = headerCommand(name, argv);
    });

  program
    .command('explain')
    .summary('say more about a code, a race, a cell, a property, a knob, a value or a kernel')
    .description(
      'Says what a diagnostic means and what to do, or of a race which commits of the kernel changed its cells; without a code, lists all codes.',
    )
    .argument('[word...]', 'as in error[HF910], T0, T0 v5.11, I5, forkSeqcount, forkSeqcount=wmb or v5.11')
    .action(async (words: readonly string[]) => {
      const { explainCommand } = await import('./explain-command.ts');
      exit = await explainCommand(words, argv);
    });

  // Not the exit of commander: what is wrong is shown as any other diagnostic.
  for (const command of [program, ...program.commands, ...models.commands]) {
    command.exitOverride().configureOutput({ writeOut: (text) => stdout.print(text), outputError: () => {} });
  }
  const commands = program.commands.map((command) => command.name());
  try {
    await program.parseAsync(withCommand(argv, commands), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 'decided';
    printDiagnostic(commanderDiagnostic(error, argv, commands));
    return 'badInput';
  }
  return exit;
}

/** The command first, wherever it stands; without one, `check` is meant. */
function withCommand(argv: readonly string[], commands: readonly string[]): readonly string[] {
  const [first] = argv;
  if (first === undefined) return ['check'];
  if (!first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first)) return argv;
  const at = argv.findIndex((word) => commands.includes(word));
  return at < 0 ? ['check', ...argv] : [argv[at]!, ...argv.slice(0, at), ...argv.slice(at + 1)];
}

/** How it ended, once everything is written. */
function written(exit: Exit): Exit {
  const { failure } = stdout;
  if (failure?.kind !== 'failed') return exit;
  printDiagnostic(usageDiagnostic('HF914', `cannot write the output: ${failure.reason}`, {}));
  return firstOf(exit, 'cannotWrite');
}

function failed(error: unknown): Exit {
  const diagnostic = thrownDiagnostic(error);
  printDiagnostic(diagnostic);
  return diagnostic.code === 'HF999' ? 'internal' : 'badInput';
}

// Only a run that came to its end says how it went; a user's own file might have ended it.
let ended: Exit | undefined;
process.on('exit', (code) => {
  if (ended !== undefined || code > exitCode('cannotWrite')) return;
  printDiagnostic(usageDiagnostic('HF960', 'the run was ended before it had come to its end', {}));
  process.exitCode = exitCode('internal');
});
process.on('uncaughtException', (error) => {
  ended = failed(error);
  process.exit(exitCode(ended));
});

main(process.argv.slice(2))
  .then(written, failed)
  .then((exit) => {
    ended = exit;
    // Whatever a user's own file has left running.
    process.exit(exitCode(exit));
  });
