import type { Command } from 'commander';
import { EXIT } from '../report/tally.ts';

/** `holdfast list`. @returns the exit code */
export function listCommand(program: Command, json: boolean): number {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.map((option) => ({
      flag: option.long,
      value: option.flags.match(/<(.*)>/)?.[1] ?? null,
      environment: option.envVar ?? null,
      choices: option.argChoices ?? null,
      default: option.defaultValue ?? null,
      text: option.description,
    })),
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, commands })}\n`);
    return EXIT.decided;
  }
  const width = Math.max(...commands.map(({ name }) => name.length));
  for (const { name, summary } of commands) process.stdout.write(`holdfast ${name.padEnd(width)}  ${summary}\n`);
  return EXIT.decided;
}
