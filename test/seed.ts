import fc from 'fast-check';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}

/** What random tests start from: one number for a whole run, printed by `test/draw-seed.ts`. */
export const SEED: number = inject('seed');

/** How many random programs, where somebody asks for more or fewer than a test takes. */
export const RUNS: number | undefined = process.env.HOLDFAST_ORACLE_RUNS
  ? Number(process.env.HOLDFAST_ORACLE_RUNS)
  : undefined;

fc.configureGlobal({ seed: SEED });
