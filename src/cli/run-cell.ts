import { checkCell } from '../check/cell.ts';
import type { ModelName } from '../explore/contract.ts';
import { type Design, designWith } from '../mm/design.ts';
import { presetNamed } from '../mm/presets.ts';
import type { CellResult } from '../report/cell-result.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { internalDiagnostic } from './internal.ts';
import type { Task } from './pool.ts';
import { scenarioFrom } from './user-scenario.ts';

/** What is asked of every cell of a run; it crosses to the workers. */
export interface CellSettings {
  readonly models: readonly ModelName[];
  /** Decisions taken otherwise than each preset takes them. */
  readonly decisions: Readonly<Record<string, string>>;
  /** The text of a module with the user's scenarios, or undefined for our own. */
  readonly module: string | undefined;
  readonly maxExecutions: number | undefined;
  /** Seconds for a cell. */
  readonly timeout: number | undefined;
}

/** One cell to check. */
export interface CellTask extends Task {
  readonly scenario: string;
  readonly variant: string;
  readonly preset: string;
}

/** The name of a design that differs from a preset. */
export function designName(preset: string, decisions: Readonly<Record<string, string>>): string {
  return [preset, ...Object.entries(decisions).map(([knob, value]) => `${knob}=${value}`)].join(' ');
}

/** The design of a task. Preset and decisions were looked at when the command line was read. */
export function taskDesign({ preset }: CellTask, { decisions }: CellSettings): { name: string; design: Design } {
  const found = presetNamed(preset);
  const design = found === undefined ? undefined : designWith(found.design, decisions);
  if (design === undefined || 'kind' in design) throw new RangeError(`no design ${preset} with these decisions`);
  return { name: designName(preset, decisions), design };
}

/** Checks one cell. Whatever goes wrong is a result too. `onExecution` may return true to stop. */
export function runCell(task: CellTask, settings: CellSettings, onExecution?: () => boolean): CellResult {
  return attempt(task, settings, Number.POSITIVE_INFINITY, onExecution) as CellResult;
}

/** As {@link runCell}, but gives up, with undefined, at the time `until` (in milliseconds as `Date.now()` counts). */
export function runCellUntil(task: CellTask, settings: CellSettings, until: number): CellResult | undefined {
  return attempt(task, settings, until, undefined);
}

function attempt(
  task: CellTask,
  settings: CellSettings,
  until: number,
  onExecution: (() => boolean) | undefined,
): CellResult | undefined {
  const { models, maxExecutions, timeout } = settings;
  try {
    const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
    const deadline = Math.min(limit, until);
    const result = checkCell(scenarioOf(task, settings), task.variant, taskDesign(task, settings), {
      models,
      maxExecutions,
      onExecution,
      deadline: deadline === Number.POSITIVE_INFINITY ? undefined : deadline,
    });
    return until < limit && Date.now() >= until ? undefined : result;
  } catch (error) {
    const { scenario, variant, preset } = task;
    const design = designName(preset, settings.decisions);
    return { kind: 'error', scenario, variant, design, diagnostics: [internalDiagnostic(error, task.name)] };
  }
}

/** The scenario of a task: ours, or the user's. */
export function scenarioOf(task: CellTask, { module }: CellSettings): Scenario {
  const found = scenarioFrom(module, task.scenario);
  if (found === undefined) throw new RangeError(`no scenario is called ${task.scenario}`);
  return found;
}
