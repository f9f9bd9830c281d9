import { type CellSettings, type CellTask, runCell } from './run-cell.ts';
import { serve } from './worker-loop.ts';

serve((task: CellTask, settings: CellSettings, { onExecution }) => runCell(task, settings, onExecution));
