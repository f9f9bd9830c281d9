import type { Exit } from './exit-codes.ts';
import type { ExportOptions } from './options.ts';
import { questionFrom } from './question.ts';
import { printDiagnostic, stdout } from './terminal.ts';
import { usageDiagnostic } from './usage.ts';
import { designFrom } from './user-design.ts';

/** `holdfast export`: the kernels of the variants asked for, one after the other. @returns how it ended */
export async function exportCommand(race: string, options: ExportOptions, argv: readonly string[]): Promise<Exit> {
  const question = await questionFrom([race], { ...options, design: [options.design], allDesigns: false }, argv);
  if (!('tasks' in question)) {
    question.forEach(printDiagnostic);
    return 'badInput';
  }
  const { scenarios, tasks, designs, decisions, files } = question;
  const { name, design } = designFrom(designs[0]!, decisions, files);
  const [scenario] = scenarios;
  const texts = tasks.flatMap(({ variant }) =>
    scenario!.absent(design, variant) === undefined ? [scenario!.litmus(design, variant)] : [],
  );
  const kernels = texts.filter((text) => text !== undefined);
  if (kernels.length === 0) {
    const help = 'holdfast list has the races; T0, T2 and T4 have kernels';
    printDiagnostic(usageDiagnostic('HF935', `no litmus kernel of ${race} under ${name}`, { argv, at: race, help }));
    return 'badInput';
  }
  stdout.print(kernels.join('\n'));
  return 'decided';
}
