import {
  blockedWords,
  contradiction,
  type LitmusResult,
  messageOf,
  stuckWords,
} from '../fronts/litmus/litmus-result.ts';
import { diagnosticFindings, type Finding, type FindingRule } from './finding.ts';

/** What there is to be told about a litmus test; never empty. */
export function litmusFindings(result: LitmusResult): Finding[] {
  const { path } = result;
  if (result.kind === 'error') return diagnosticFindings(path, result.diagnostics);
  const about = { file: path, place: undefined, execution: undefined, patch: undefined };
  const title = result.kind === 'interrupted' ? path : result.name;
  const one = (rule: FindingRule, level: Finding['level'], message: string): Finding[] => [
    { ...about, rule, level, title, message },
  ];
  if (result.kind === 'interrupted' || result.kind === 'bounded')
    return one('undecided', 'note', `${messageOf(result)}.`);
  const wrong = contradiction(result);
  const verdict =
    result.kind === 'deadlock'
      ? stuckWords(result)
      : `${result.verdict}: ${result.condition.text}${blockedWords(result)}`;
  if (wrong !== undefined) return one('contradicted', 'error', `${verdict}, but ${wrong}.`);
  return result.kind === 'deadlock' ? one('deadlock', 'warning', `${verdict}.`) : one('decided', 'note', `${verdict}.`);
}
