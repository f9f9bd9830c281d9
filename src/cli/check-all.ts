import { availableParallelism } from 'node:os';
import type { CellResult } from '../fronts/races/cell-result.ts';
import { atMost } from './at-most.ts';
import type { Exit } from './exit-codes.ts';
import type { Pool } from './pool.ts';
import { Progress } from './progress.ts';
import { type CellSettings, type CellTask, lostCell, restOf, runCellUntil } from './run-cell.ts';
import { Signals } from './signals.ts';
import { stdout } from './terminal.ts';

/**
 * For so long, in milliseconds, cells are checked in this thread: starting workers takes about as long. A cell that does
 * not look at the clock is cut off soon after.
 */
const SOON = 150;
const CUT = 80;

/**
 * Checks every cell, here at first and then in workers; `onCell` is told of each as it comes, with its place in the order
 * of tasks and designs. Those that a signal left unchecked have no result; `signal` is
 * which one then. What is the user's own runs in workers alone. `wasCut`: nothing more can be explored in this thread.
 */
export async function checkAll(
  tasks: readonly CellTask[],
  settings: CellSettings,
  jobs: number | undefined,
  onCell: (cell: CellResult, place: number) => void = () => {},
): Promise<{ known: CellResult[]; signal: Exit | undefined; wasCut: boolean }> {
  const results: CellResult[][] = tasks.map(() => []);
  const first = tasks.map((_, index) => tasks.slice(0, index).reduce((sum, { presets }) => sum + presets.length, 0));
  const answer = (index: number, cell: CellResult): void => {
    onCell(cell, first[index]! + results[index]!.length);
    results[index]!.push(cell);
  };
  let pool: Pool<CellSettings, CellTask, CellResult> | undefined;
  const signals = new Signals(() => pool?.stop());
  stdout.onFailure = () => pool?.stop();
  const late: CellTask[] = [...tasks];
  let wasCut = false;
  if (settings.module === undefined && settings.files.length === 0) {
    const early: [number, CellResult][] = [];
    const until = Date.now() + SOON;
    const whole = atMost(SOON + CUT, () => {
      for (let task = late[0]; task !== undefined; task = late[0]) {
        const result = runCellUntil(task, settings, until);
        if (result === undefined) break;
        early.push([task.index, result]);
        late.splice(0, 1, ...[restOf(task)].filter((rest) => rest !== undefined));
      }
      return true;
    });
    wasCut = whole === undefined;
    for (const [index, cell] of early) answer(index, cell);
  }
  if (late.length > 0) {
    let left = late.length;
    const progress = new Progress(() => {
      return { done: late.length - left, total: late.length, noun: 'race', running: pool?.running() ?? [] };
    });
    const { Pool } = await import('./pool.ts');
    const size = Math.min(jobs ?? availableParallelism(), late.length);
    const workers = new Pool<CellSettings, CellTask, CellResult>(size, {
      script: 'check-worker.cjs',
      settings,
      lost: (task, loss) => lostCell(task, settings, loss),
      limit: () => settings.timeout,
      own: settings.module !== undefined || settings.files.length > 0,
      rest: (task) => {
        const rest = restOf(task);
        if (rest === undefined) left--;
        return rest;
      },
    });
    pool = workers;
    if (signals.first !== undefined || stdout.failure !== undefined) workers.stop();
    await workers.run(late, (index, cell) => {
      progress.hide();
      answer(index, cell);
    });
    await workers.close();
    progress.stop();
  }
  // What comes may be ended by a signal as any other process is.
  signals.close();
  return { known: results.flat(), signal: signals.first, wasCut };
}
