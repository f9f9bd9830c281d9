import { knowCat } from '../cat/load.ts';
import { type AnalysisTask, answer } from './analysis-request.ts';
import { serve } from './worker-loop.ts';

serve(({ request }: AnalysisTask, _: undefined, telling) => {
  for (const cat of request.cats) knowCat(cat);
  return answer(request, telling);
}, false);
