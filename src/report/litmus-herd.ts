import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';

const KIND = { exists: 'Allowed', 'not exists': 'Forbidden', forall: 'Required' } as const;

/**
 * A result as herd7 7.58 prints it, line by line, so that scripts made for herd7 keep working. There is no `Hash=`
 * line: herd7 prints a digest of its own form of the test. For a test that is not decided herd7 prints nothing,
 * except where a loop was cut short.
 */
export function litmusHerd(result: LitmusResult): string {
  if (result.kind === 'error' || result.kind === 'interrupted') return '';
  const loop = result.kind === 'bounded';
  if (loop && result.limit !== 'unroll') return '';
  const { name, condition, states, positive, negative, flags, seconds } = result;
  const witnesses = condition.kind === 'not exists' ? negative : positive;
  const others = condition.kind === 'not exists' ? positive : negative;
  const ok = condition.kind === 'exists' ? positive > 0 : others === 0;
  const word = positive === 0 ? 'Never' : negative === 0 ? 'Always' : 'Sometimes';
  const lines = [`Test ${name} ${KIND[condition.kind]}`, `States ${states.rows.length}`];
  for (const row of states.rows) lines.push(row.map((value, i) => `${states.observed[i]}=${value};`).join(' '));
  lines.push(`${loop ? 'Loop ' : ''}${ok ? 'Ok' : 'No'}`, 'Witnesses', `Positive: ${witnesses} Negative: ${others}`);
  for (const flag of flags) lines.push(`Flag ${flag}`);
  lines.push(
    `Condition ${condition.text}`,
    `Observation ${name} ${word} ${positive} ${negative}`,
    `Time ${name} ${seconds.toFixed(2)}`,
  );
  return `${lines.join('\n')}\n\n`;
}
