import { runTest, type Settings } from './run-test.ts';
import { serve } from './worker-loop.ts';

serve(({ name }, settings: Settings, onExecution) => runTest(name, settings, onExecution));
