import { KERNEL_PRESETS } from '../mm/design/presets.ts';
import { LADDER } from '../models/registry.ts';
import { raceHistory } from '../report/cell-history.ts';
import { wrapped } from '../report/style.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { checkAll } from './check-all.ts';
import type { Exit } from './exit-codes.ts';
import { stdout } from './terminal.ts';

/** `holdfast explain RACE`: what it is about, and which commits changed its cells. @returns how it ended */
export async function explainRace({ name, title, why, property, promise, variants }: Scenario): Promise<Exit> {
  const kernels = KERNEL_PRESETS.filter(({ machine }) => machine === undefined);
  const presets = kernels.map((kernel) => kernel.name);
  const tasks = variants.map((variant, index) => {
    return { index, name: `${name} ${variant.name}`, scenario: name, variant: variant.name, presets };
  });
  const settings = {
    models: LADDER,
    cat: undefined,
    machines: false,
    decisions: {},
    module: undefined,
    files: [],
    maxExecutions: undefined,
    timeout: undefined,
  };
  const { known, signal } = await checkAll(tasks, settings, undefined);
  if (signal !== undefined) return signal;
  const style = stdout.style;
  const width = Math.min(100, stdout.width);
  const about = [why, `${property}: ${promise(property)}`].flatMap((text) => wrapped(text, width));
  const histories = variants.map((variant) => known.filter((cell) => cell.variant === variant.name));
  stdout.print(`${style.bold(`${name}: ${title}`)}\n\n${about.join('\n')}\n\n`);
  stdout.print(raceHistory(kernels, histories, width, style));
  return 'decided';
}
