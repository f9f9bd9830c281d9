import { contradiction, type LitmusResult, messageOf } from '../fronts/litmus/litmus-result.ts';
import { placeData, waitData } from './execution-json.ts';
import type { TestData } from './schema/litmus.ts';
import { jsonLine } from './visible.ts';

/** What `--format json` prints for a test; `schema/litmus.ts` declares it. */
export const LITMUS_JSON_VERSION = 1;

/** A result as one line of JSON. Every key is there in every kind; what is unknown is null. */
export function litmusJson(result: LitmusResult): string {
  const explored = result.kind === 'error' ? undefined : result;
  const { observed, rows, satisfies } = explored?.states ?? {};
  const data: TestData = {
    version: LITMUS_JSON_VERSION,
    path: result.path,
    name: explored?.name ?? null,
    model: result.model,
    question: result.question,
    kind: result.kind,
    // A condition that is asked of no execution is never satisfied; herd7 says so too.
    verdict: result.kind === 'decided' ? result.verdict : result.kind === 'deadlock' ? 'Never' : null,
    condition: explored?.condition.text || null,
    states: rows?.length ?? null,
    positive: explored?.positive ?? null,
    negative: explored?.negative ?? null,
    flags: explored?.flags ?? [],
    executions: result.kind === 'error' ? null : result.executions,
    blocked: result.kind === 'error' ? null : result.blocked,
    waits: explored?.waits.map(waitData) ?? [],
    assertions: explored?.fired.map(({ who, place }) => ({ thread: who, place: placeData(place) })) ?? [],
    every: explored?.every ?? false,
    promised: explored?.promised?.verdict ?? null,
    contradiction: contradiction(result) ?? null,
    limit: result.kind === 'bounded' ? result.limit : null,
    seconds: Math.round(result.seconds * 1e6) / 1e6,
    message: messageOf(result),
    observed: observed ?? null,
    outcomes: rows ?? null,
    witnesses: satisfies?.flatMap((yes, i) => (yes ? [i] : [])) ?? null,
    diagnostics: result.kind === 'error' ? result.diagnostics : (explored?.warnings ?? []),
  };
  return jsonLine(data);
}
