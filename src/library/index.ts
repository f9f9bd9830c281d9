/**
 * Holdfast as a library: `import { ask, litmus, races } from 'holdfast'`. Whatever races are written with is here too.
 * None of it needs Node.
 */

export type { Progress, Waiting } from '../ask/ask.ts';
export type {
  Answer,
  AnswerTo,
  CheckRequest,
  DiffRequest,
  ExplainRequest,
  LitmusRequest,
  ReplayRequest,
  Request,
} from '../ask/request.ts';
export type { Analysis } from '../explain/analysis.ts';
export type { Architecture } from '../explain/costs.ts';
export type { Counterexample } from '../explain/counterexample.ts';
export type { AskedC } from '../fronts/c/c-front.ts';
export type { AskedTest } from '../fronts/litmus/litmus-front.ts';
export type { Expectation, LitmusResult, Question, Verdict } from '../fronts/litmus/litmus-result.ts';
export type { CellResult } from '../fronts/races/cell-result.ts';
export type { AskedRace } from '../fronts/races/race-front.ts';
export { MODELS, type ModelName } from '../models/registry.ts';
export type { Diagnostic } from '../program/diagnostic.ts';
export { type Catalog, catalog } from '../report/catalog.ts';
export * from '../scenarios/library.ts';
export { ask } from './ask.ts';
export { type COptions, kernelC, litmus, type RaceOptions, races } from './subjects.ts';
export { json, text } from './views.ts';
