import type { Analysis } from '../explain/analysis.ts';
import { parseId } from '../explain/execution-id.ts';
import { pathOf } from '../fronts/fronts.ts';
import { checkLitmusInTurns } from '../fronts/litmus/check-litmus.ts';
import { checkCellInTurns } from '../fronts/races/check-cell.ts';
import type { Limits } from '../judge/search.ts';
import { DEFAULT_MODEL, LADDER } from '../models/registry.ts';
import type { InTurns } from '../program/turns.ts';
import { analyse, analyseWhy, replayExecution } from './analyse.ts';
import { settingsFrom } from './options.ts';
import { repairRace } from './repair-race.ts';
import type { Answer, ReplayRequest, Request } from './request.ts';

/** Answers a question by the functions that the command answers it by. Progress is yielded before each step. */
export function* answering(request: Request, limits: Limits): InTurns<Answer> {
  switch (request.question) {
    case 'states':
    case 'executions':
    case 'decide': {
      const { question, of, expect } = request;
      const { model, unroll } = settingsFrom(request);
      const { deadline = Number.POSITIVE_INFINITY, maxExecutions, stopped: onExecution } = limits;
      const options = { model, question, unroll, expect, maxExecutions, deadline, onExecution };
      return yield* checkLitmusInTurns(of.path, of.text, options);
    }
    case 'check': {
      const { scenario, variant, design } = request.of.race;
      // Without a model those of the ladder are asked.
      const models = request.model === undefined ? LADDER : [request.model];
      return yield* checkCellInTurns(scenario, variant, design, {
        ...limits,
        models,
        machines: request.model === undefined,
      });
    }
    case 'repair': {
      const { of, others = [] } = request;
      const settings = settingsFrom(request);
      return of.kind === 'race'
        ? yield* repairRace([of, ...others], settings, limits)
        : yield* analyse('repair', [of], settings, limits);
    }
    case 'show':
    case 'barriers': {
      const { question, of } = request;
      return yield* analyse(question, [of], settingsFrom(request), limits);
    }
    case 'diff': {
      const { of, with: other = of } = request;
      return yield* analyse('diff', [of, other], settingsFrom(request), limits);
    }
    case 'why':
      return yield* analyseWhy([[request.of, request.with]], { ...limits, models: LADDER });
    case 'replay':
      return yield* replayed(request, limits);
  }
}

function* replayed({ id, of }: ReplayRequest, limits: Limits): InTurns<Analysis> {
  const parsed = parseId(id);
  if (typeof parsed !== 'string') return yield* replayExecution(parsed, of, limits);
  const [code, message] =
    parsed === 'version'
      ? (['HF951', 'this id was made by a newer Holdfast'] as const)
      : (['HF950', `'${id}' is not the id of an execution`] as const);
  const place = { file: '', line: 0, column: 0, length: 1, sourceLine: '' };
  return {
    ...{ kind: 'error', analysis: 'replay', path: pathOf(of), name: '', promise: '', model: DEFAULT_MODEL, seconds: 0 },
    diagnostics: [{ code, severity: 'error', message, ...place, expected: 'hf1-...' }],
  };
}
