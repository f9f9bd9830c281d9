import { ANALYSIS_SCHEMA } from './analysis.ts';
import { CELL_SCHEMA } from './cell.ts';
import { TEST_SCHEMA } from './litmus.ts';

/** The schemas, by the files of `schema/` that have them. */
export const SCHEMAS: Readonly<Record<string, object>> = {
  'analysis.schema.json': ANALYSIS_SCHEMA,
  'cell-result.schema.json': CELL_SCHEMA,
  'litmus-result.schema.json': TEST_SCHEMA,
};
