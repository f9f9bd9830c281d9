import { CellMemo } from '../check/cell-memo.ts';
import type { ModelName } from '../explore/contract.ts';
import { type Design, designWith } from '../mm/design.ts';
import { presetNamed } from '../mm/presets.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
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

/** A variant of a race under several designs: one after the other, so that what two have in common is explored once. */
export interface CellTask extends Task {
  readonly scenario: string;
  readonly variant: string;
  readonly presets: readonly string[];
}

/** The name of a design that differs from a preset. */
export function designName(preset: string, decisions: Readonly<Record<string, string>>): string {
  return [preset, ...Object.entries(decisions).map(([knob, value]) => `${knob}=${value}`)].join(' ');
}

/** A preset with decisions taken otherwise. Both were looked at when the command line was read. */
export function designFor(
  preset: string,
  { decisions }: Pick<CellSettings, 'decisions'>,
): { name: string; design: Design } {
  const found = presetNamed(preset);
  const design = found === undefined ? undefined : designWith(found.design, decisions);
  if (design === undefined || 'kind' in design) throw new RangeError(`no design ${preset} with these decisions`);
  return { name: designName(preset, decisions), design };
}

const memo = new CellMemo();

/**
 * Checks cells in their order, up to the first that is interrupted. Whatever goes wrong is a result too.
 * @param onExecution may return true to stop
 */
export function runCells(task: CellTask, settings: CellSettings, onExecution: () => boolean): CellResult[] {
  const results: CellResult[] = [];
  for (const preset of task.presets) {
    const result = runCell(task, preset, settings, Number.POSITIVE_INFINITY, onExecution)!;
    results.push(result);
    if (result.kind === 'interrupted') break;
  }
  return results;
}

/** As {@link runCells}, but gives up at the time `until` (in milliseconds as `Date.now()` counts). @returns those done */
export function runCellsUntil(task: CellTask, settings: CellSettings, until: number): CellResult[] {
  const results: CellResult[] = [];
  for (const preset of task.presets) {
    const result = Date.now() < until ? runCell(task, preset, settings, until, undefined) : undefined;
    if (result === undefined) break;
    results.push(result);
  }
  return results;
}

function runCell(
  { name, scenario, variant }: CellTask,
  preset: string,
  settings: CellSettings,
  until: number,
  onExecution: (() => boolean) | undefined,
): CellResult | undefined {
  const { models, maxExecutions, timeout, module } = settings;
  try {
    const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
    const deadline = Math.min(limit, until);
    const result = memo.check(namedScenario(scenario, module), variant, designFor(preset, settings), {
      models,
      maxExecutions,
      stopped: onExecution,
      deadline: deadline === Number.POSITIVE_INFINITY ? undefined : deadline,
    });
    return until < limit && Date.now() >= until ? undefined : result;
  } catch (error) {
    return failedCell({ scenario, variant }, preset, settings, internalDiagnostic(error, name));
  }
}

/** The result of a cell that could not be checked. */
export function failedCell(
  { scenario, variant }: Pick<CellTask, 'scenario' | 'variant'>,
  preset: string,
  { models, decisions, module }: CellSettings,
  diagnostic: Diagnostic,
): CellResult {
  return {
    kind: 'error',
    scenario,
    variant,
    design: designName(preset, decisions),
    model: models.at(-1)!,
    property: namedScenario(scenario, module).property,
    executions: 0,
    blocked: 0,
    seconds: 0,
    diagnostics: [diagnostic],
  };
}

/** A scenario that is known to exist: ours, or of the user's module. */
export function namedScenario(name: string, module: string | undefined): Scenario {
  const found = scenarioFrom(module, name);
  if (found === undefined) throw new RangeError(`no scenario is called ${name}`);
  return found;
}
