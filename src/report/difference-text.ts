import type { Analysis, Differs } from '../explain/analysis.ts';
import { type ModelName, modelInfo } from '../models/registry.ts';
import { again, headed } from './analysis-lines.ts';
import { executionText } from './execution-text.ts';
import { count, type Style, wrapped } from './style.ts';

/** What one allows and the other does not, for people. */
export function differenceText(a: Differs, width: number, style: Style): string {
  const { outcomes, common, ignored } = a.difference;
  const same = outcomes.length === 0;
  const [word, paint] = same ? ['the same', style.green] : (['different', style.yellow] as const);
  const lines = [
    headed(a, word, paint, `${count(common, 'outcome')} in common; ${sidesWords(a)}`, width, style).trimEnd(),
  ];
  if (ignored.length > 0) lines.push(...wrapped(`Not compared, since only one has them: ${ignored.join(' ')}`, width));
  lines.push(...onlyLines(a, a, width, style));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The outcomes of each side that the other does not have. */
export function onlyLines(
  a: Analysis,
  { difference: { outcomes }, other }: Pick<Differs, 'difference' | 'other'>,
  width: number,
  style: Style,
): string[] {
  const first = sideWords(a.path, a.model, other.path, other.model);
  const second = sideWords(other.path, other.model, a.path, a.model);
  const lines: string[] = [];
  for (const [allowedBy, side] of [
    ['first', first],
    ['second', second],
  ] as const) {
    const own = outcomes.filter((outcome) => outcome.allowedBy === allowedBy);
    if (own.length === 0) continue;
    lines.push('', style.bold(`Only ${side}:`));
    for (const { values, fails, executions, example } of own) {
      lines.push(
        `  ${values.join(' ')}${fails ? style.red('  fails') : ''}${style.dim(`  ${count(executions, 'execution')}`)}`,
      );
      if (example !== undefined)
        lines.push('', executionText(example, width, style).trimEnd(), ...again(example, style), '');
    }
  }
  return lines;
}

/** What each side means by itself. */
function sidesWords({ difference: { first, second } }: Differs): string {
  if (first === second) return `both ${MEANING.both[first]}`;
  return `the first ${MEANING.one[first]}, the second ${MEANING.one[second]}`;
}

const MEANING = {
  one: {
    fault: 'does what has no meaning',
    assertion: 'asserts what is not so',
    violated: 'fails',
    flagged: 'uses a lock or a section wrongly',
    'data-race': 'has accesses that race',
    deadlock: 'may wait without end',
    holds: 'holds',
    bounded: 'is not decided',
    stopped: 'is not decided',
  },
  both: {
    fault: 'do what has no meaning',
    assertion: 'assert what is not so',
    violated: 'fail',
    flagged: 'use a lock or a section wrongly',
    'data-race': 'have accesses that race',
    deadlock: 'may wait without end',
    holds: 'hold',
    bounded: 'are not decided',
    stopped: 'are not decided',
  },
} as const;

/** One side of a comparison, by what tells it from the other. */
function sideWords(path: string, model: ModelName, otherPath: string, otherModel: ModelName): string {
  const parts: string[] = [];
  if (path !== otherPath) parts.push(path);
  if (model !== otherModel) parts.push(`under ${modelInfo(model).words}`);
  return parts.length === 0 ? path : parts.join(' ');
}
