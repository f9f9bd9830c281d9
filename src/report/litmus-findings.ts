import {
  blockedWords,
  brokenPromise,
  firedIn,
  type LitmusResult,
  limitWords,
  stuckWords,
} from '../fronts/litmus/litmus-result.ts';
import type { Flag } from '../program/flags.ts';
import { diagnosticFindings, type Finding, type FindingRule } from './finding.ts';
import { flagClause } from './flag-entries.ts';

/** What there is to be told about a litmus test; never empty. */
export function litmusFindings(result: LitmusResult): Finding[] {
  const { path } = result;
  if (result.kind === 'error') return diagnosticFindings(path, result.diagnostics);
  const about = { file: path, place: undefined, execution: undefined, patch: undefined };
  const title = result.name;
  const one = (rule: FindingRule, level: Finding['level'], message: string): Finding[] => [
    { ...about, rule, level, title, message },
  ];
  const words = firedIn(result);
  const fired = result.fired.flatMap(({ place }, i) =>
    one('assertion', 'error', `${words[i]}.`).map((finding) => ({ ...finding, place })),
  );
  if (result.kind === 'bounded' || result.kind === 'interrupted')
    return [...fired, ...one('undecided', 'note', `${limitWords(result)}.`)];
  const wrong = brokenPromise(result);
  const verdict =
    result.kind === 'deadlock'
      ? stuckWords(result)
      : `${result.verdict}: ${result.condition.text}${blockedWords(result)}`;
  // What was promised, or is no more than a hint, is no warning.
  const isWarning = (flag: Flag): boolean =>
    flag !== 'mixed-accesses' && !(flag === 'data-race' && result.promised?.race === true);
  const flagged = result.flags.flatMap((flag) =>
    one('flagged', isWarning(flag) ? 'warning' : 'note', `${flag}: ${flagClause(flag)}.`),
  );
  flagged.unshift(...fired);
  if (wrong !== undefined) return [...one('contradicted', 'error', `${verdict}, but ${wrong}.`), ...flagged];
  if (result.kind === 'deadlock') return [...one('deadlock', 'warning', `${verdict}.`), ...flagged];
  return [...one('decided', 'note', `${verdict}.`), ...flagged];
}
