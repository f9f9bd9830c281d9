import { type CellSettings, type CellTask, runCells } from './run-cell.ts';
import { serve } from './worker-loop.ts';

serve((task: CellTask, settings: CellSettings, onExecution) => runCells(task, settings, onExecution));
