import { type AnalysisTask, answer } from './analysis-request.ts';
import { serve } from './worker-loop.ts';

serve(({ request }: AnalysisTask, _: undefined, telling) => answer(request, telling), false);
