import type { Command } from 'commander';
import { catalog, catalogText, SECTIONS, type Section } from '../report/catalog.ts';
import { jsonLine } from '../report/visible.ts';
import type { Exit } from './exit-codes.ts';
import { stdout } from './terminal.ts';

/** `holdfast list`. @param only what an entry of the section must contain @returns how it ended */
export function listCommand(
  program: Command,
  section: Section | undefined,
  only: string | undefined,
  json: boolean,
): Exit {
  if (json) {
    stdout.write(jsonLine({ version: 1, commands: commandsOf(program), ...catalog() }));
    return 'decided';
  }
  const style = stdout.style;
  const width = Math.min(100, stdout.width);
  const shown = section === undefined ? SECTIONS.slice(0, 2) : [section];
  if (only !== undefined) {
    const text = catalogText(shown[0]!, width, style, only);
    stdout.print(text === '' ? `Nothing in ${shown[0]} contains '${only}'\n` : `${text}\n`);
    return 'decided';
  }
  const texts = shown.map((each) => {
    const head = section === undefined ? `${style.bold(each.toUpperCase())}\n\n` : '';
    return `${head}${catalogText(each, width, style)}\n`;
  });
  stdout.print(texts.join('\n'));
  if (section === undefined)
    stdout.print('\nThe decisions that make up a design: holdfast list knobs\nWhat a word is: holdfast explain WORD\n');
  return 'decided';
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
