import { knowCat } from '../cat/load.ts';
import { type CellSettings, type CellTask, runCell } from './run-cell.ts';
import { serve } from './worker-loop.ts';

serve((task: CellTask, settings: CellSettings, { onExecution }) => {
  if (settings.cat !== undefined) knowCat(settings.cat);
  return runCell(task, settings, onExecution);
});
