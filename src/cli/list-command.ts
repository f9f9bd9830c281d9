import type { Command } from 'commander';
import { catalog, catalogText, SECTIONS, type Section } from '../report/catalog.ts';
import { EXIT } from '../report/tally.ts';
import { styleOf, widthOf } from './terminal.ts';

/** `holdfast list`. @returns the exit code */
export function listCommand(program: Command, section: Section | undefined, json: boolean): number {
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, commands: commandsOf(program), ...catalog() })}\n`);
    return EXIT.decided;
  }
  const style = styleOf(process.stdout);
  const width = Math.min(100, widthOf(process.stdout));
  const shown = section === undefined ? SECTIONS.slice(0, 2) : [section];
  const texts = shown.map((each) => {
    const head = section === undefined ? `${style.bold(each.toUpperCase())}\n\n` : '';
    return `${head}${catalogText(each, width, style)}\n`;
  });
  process.stdout.write(texts.join('\n'));
  if (section === undefined) process.stdout.write('\nThe decisions that make up a design: holdfast list knobs\n');
  return EXIT.decided;
}

const commandsOf = (program: Command) =>
  program.commands.map((command) => ({
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
