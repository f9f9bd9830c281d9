import type { CatSource } from '../cat/load.ts';
import { CellMemo } from '../fronts/races/cell-memo.ts';
import type { Cell, CellResult } from '../fronts/races/cell-result.ts';
import type { ModelName } from '../models/registry.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { thrownDiagnostic } from './internal.ts';
import type { Loss, Task } from './pool.ts';
import { type DesignFile, designFrom, designNameOf } from './user-design.ts';
import { scenarioFrom } from './user-scenario.ts';

/** What is asked of every cell of a run; it crosses to the workers. */
export interface CellSettings {
  readonly models: readonly ModelName[];
  /** What the model was read from, if it was. */
  readonly cat: CatSource | undefined;
  /** See CellOptions. */
  readonly machines: boolean;
  /** Decisions taken otherwise than each preset takes them. */
  readonly decisions: Readonly<Record<string, string>>;
  /** The text of a module with the user's scenarios, or undefined for our own. */
  readonly module: string | undefined;
  /** With designs of the user's. */
  readonly files: readonly DesignFile[];
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

const memo = new CellMemo();

/** The task without its first cell; undefined where that was the last. */
export function restOf(task: CellTask): CellTask | undefined {
  return task.presets.length > 1 ? { ...task, presets: task.presets.slice(1) } : undefined;
}

/** Checks the first cell of a task. Whatever goes wrong is a result too. `onExecution` may return true to stop. */
export function runCell(task: CellTask, settings: CellSettings, onExecution: () => boolean): CellResult {
  return attempt(task, settings, Number.POSITIVE_INFINITY, onExecution)!;
}

/** As {@link runCell}, but gives up, with undefined, at the time `until` (in milliseconds as `Date.now()` counts). */
export function runCellUntil(task: CellTask, settings: CellSettings, until: number): CellResult | undefined {
  return Date.now() < until ? attempt(task, settings, until, undefined) : undefined;
}

function attempt(
  task: CellTask,
  settings: CellSettings,
  until: number,
  onExecution: (() => boolean) | undefined,
): CellResult | undefined {
  const { name, scenario, variant } = task;
  const { models, machines, maxExecutions, timeout, module, decisions, files } = settings;
  const preset = task.presets[0]!;
  try {
    const limit = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
    const deadline = Math.min(limit, until);
    const result = memo.check(namedScenario(scenario, module), variant, designFrom(preset, decisions, files), {
      models,
      machines,
      maxExecutions,
      stopped: onExecution,
      deadline: deadline === Number.POSITIVE_INFINITY ? undefined : deadline,
    });
    return until < limit && Date.now() >= until ? undefined : result;
  } catch (error) {
    return { kind: 'error', ...unseen(task, settings), diagnostics: [thrownDiagnostic(error, name)] };
  }
}

/** The result that stands for the one of a cell that did not end by itself. */
export function lostCell(task: CellTask, settings: CellSettings, loss: Loss): CellResult {
  const { kind, seconds, executions } = loss;
  const cell = { ...unseen(task, settings), seconds, executions };
  if (kind === 'died') return { kind: 'error', ...cell, diagnostics: [loss.diagnostic] };
  return { kind: kind === 'timeout' ? 'bounded' : 'interrupted', ...cell };
}

/** The first cell of a task, before anything is known of it. */
function unseen({ scenario, variant, presets }: CellTask, { models, decisions, module }: CellSettings): Cell {
  const race = namedScenario(scenario, module);
  const { property } = race;
  return {
    scenario,
    variant,
    design: designNameOf(presets[0]!, decisions),
    model: models.at(-1)!,
    property,
    promise: race.promise(property),
    executions: 0,
    blocked: 0,
    seconds: 0,
    asked: [],
  };
}

/** A scenario that is known to exist: ours, or of the user's module. */
export function namedScenario(name: string, module: string | undefined): Scenario {
  const found = scenarioFrom(module, name);
  if (found === undefined) throw new RangeError(`no scenario is called ${name}`);
  return found;
}
