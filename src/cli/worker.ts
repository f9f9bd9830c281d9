import { knowCat } from '../cat/load.ts';
import { runTest, type Settings, type TestTask } from './run-test.ts';
import { serve } from './worker-loop.ts';

serve((task: TestTask, settings: Settings, { onExecution }) => {
  if (settings.cat !== undefined) knowCat(settings.cat);
  return runTest(task, settings, onExecution);
});
