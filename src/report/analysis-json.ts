import type { Analysis, Differs, Shows } from '../explain/analysis.ts';
import type { BarrierItem } from '../explain/barriers.ts';
import type { Decision, DecisionMends, Why } from '../explain/decision.ts';
import type { Repair } from '../explain/repair-search.ts';
import { executionData, failureData, placeData } from './execution-json.ts';
import type { AnalysisData, BarrierData, DifferenceData, EveryData, MendData, RepairData } from './schema/analysis.ts';
import type { DecisionData, DecisionMendsData, StoryData } from './schema/decision.ts';
import { jsonLine } from './visible.ts';

/** What `--format json` prints for an analysis; `schema/analysis.ts` declares it. */
export const ANALYSIS_JSON_VERSION = 1;

/** An analysis as one line of JSON. */
export function analysisJson(a: Analysis): string {
  const { kind, analysis, path, name, model, promise } = a;
  const seconds = Math.round(a.seconds * 1e6) / 1e6;
  const every: Pick<AnalysisData[typeof kind], EveryData> = {
    version: ANALYSIS_JSON_VERSION,
    analysis,
    path,
    name,
    model,
    promise,
    seconds,
  };
  const part: Parts[typeof kind] = partOf(a);
  return jsonLine({ ...every, kind, ...part });
}

/** What each kind of answer has of its own. */
type Parts = { readonly [Kind in Analysis['kind']]: Omit<AnalysisData[Kind], EveryData | 'kind'> };

function partOf(a: Analysis): Parts[Analysis['kind']] {
  switch (a.kind) {
    case 'execution':
      return { execution: executionData(a.counterexample), mend: mendData(a.mend), warnings: a.warnings };
    case 'holds':
      return { executions: a.executions, blocked: a.blocked };
    case 'deadlock':
      return {
        execution: a.counterexample === undefined ? null : executionData(a.counterexample),
        ...decisionsData(a.decisions),
      };
    case 'barriers':
      return {
        complete: a.complete,
        threads: a.columns,
        barriers: a.items.map(barrierData),
        together:
          a.together === undefined
            ? null
            : { weakened: a.together.weakened, kept: a.together.kept, patch: a.together.patch?.diff ?? null },
      };
    case 'repairs': {
      const { architecture, maxEdits, complete, interleaving, tried } = a;
      const execution = executionData(a.counterexample);
      const repairs = a.repairs.map(repairData);
      const decisions = decisionsData(a.decisions);
      return { architecture, maxEdits, complete, interleaving, tried, repairs, execution, ...decisions };
    }
    case 'difference':
      return differenceData(a);
    case 'bounded':
    case 'interrupted': {
      const { executions, blocked, partial } = a;
      return { executions, blocked, partial: partial === undefined ? null : differenceData(partial) };
    }
    case 'why':
      return { from: a.from, to: a.to, complete: a.complete, stories: a.stories.map(storyData) };
    case 'error':
      return { diagnostics: a.diagnostics };
  }
}

function differenceData({ other, difference }: Pick<Differs, 'other' | 'difference'>): DifferenceData {
  const { observed, ignored, common, first, second, outcomes } = difference;
  const shown = outcomes.map(({ example, ...rest }) => {
    return { ...rest, execution: example === undefined ? null : executionData(example) };
  });
  return { other, observed, ignored, common, first, second, outcomes: shown };
}
const storyData = (why: Why): StoryData => ({
  ...why,
  steps: why.steps.map(({ commit, decisions, after }) => {
    return { commit: commit ?? null, decisions: decisions.map(decisionData), after };
  }),
  movers: why.movers.map((set) => set.map(decisionData)),
});

const decisionData = ({ kernels, ...decision }: Decision): DecisionData => ({
  ...decision,
  kernels: kernels.map(({ since = null, until = null, commits }) => ({ since, until, commits })),
});

const decisionsData = (found: DecisionMends | undefined): { decisions?: DecisionMendsData } =>
  found === undefined
    ? {}
    : {
        decisions: {
          ...found,
          mends: found.mends.map(({ decisions, after, kernel = null }) => {
            return { decisions: decisions.map(decisionData), after, kernel };
          }),
        },
      };

const repairData = ({ edits, cost, executions, patch, elsewhere }: Repair): RepairData => ({
  ...(elsewhere === undefined ? {} : { elsewhere }),
  edits: edits.map((e) => ({ words: e.words, thread: e.thread, place: placeData(e.place), cost: e.cost ?? null })),
  cost,
  executions,
  patch: patch?.diff ?? null,
});

function mendData(mend: Shows['mend']): MendData {
  return mend.kind === 'repair'
    ? { kind: mend.kind, architecture: mend.architecture, repair: repairData(mend.repair) }
    : { kind: mend.kind };
}

function barrierData({ words, kind, thread, place, isMinor, verdict }: BarrierItem): BarrierData {
  const without = 'without' in verdict ? verdict.without : undefined;
  return {
    words,
    kind,
    thread,
    place: placeData(place),
    verdict: verdict.kind,
    enough: verdict.kind === 'too-strong' ? verdict.enough : null,
    weakened: 'weakened' in verdict ? verdict.weakened : null,
    executions: 'executions' in verdict ? verdict.executions : null,
    ...(isMinor ? { bookkeeping: true } : {}),
    ...(verdict.kind === 'not-needed' && verdict.because !== undefined ? { because: verdict.because } : {}),
    failure: without === undefined ? null : failureData('trace' in without ? without.failure : without),
    execution: without !== undefined && 'trace' in without ? executionData(without) : null,
  };
}
