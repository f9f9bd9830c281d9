import { DEFAULT_UNROLL } from '../litmus/compile.ts';
import { DEFAULT_MODEL } from '../models/registry.ts';
import type { AnalyseOptions } from './analyse.ts';

/** How a test or a race is explained unless something else is said. */
export const DEFAULTS: AnalyseOptions = {
  model: DEFAULT_MODEL,
  otherModel: DEFAULT_MODEL,
  unroll: DEFAULT_UNROLL,
  architecture: 'any',
  maxEdits: 4,
  maxRepairs: 5,
  mend: true,
};
