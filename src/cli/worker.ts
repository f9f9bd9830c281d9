import { runTest, type Settings, type TestTask } from './run-test.ts';
import { serve } from './worker-loop.ts';

serve((task: TestTask, settings: Settings, { onExecution }) => runTest(task, settings, onExecution));
