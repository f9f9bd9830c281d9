import type { Analysis, Deadlocks, Holds, IsBounded, IsInterrupted, Shows } from '../explain/analysis.ts';
import { modelInfo } from '../models/registry.ts';
import { again, headed } from './analysis-lines.ts';
import { barriersText } from './barriers-text.ts';
import { decisionMendLines } from './decision-text.ts';
import { diagnosticText } from './diagnostic-text.ts';
import { differenceText, onlyLines } from './difference-text.ts';
import { executionText, labelled } from './execution-text.ts';
import { listed, siteWords } from './execution-words.ts';
import { repairsText } from './repairs-text.ts';
import { count, duration, grouped, PLAIN, type Style } from './style.ts';
import { whyText } from './why-text.ts';

/** The answer to any question about a protocol, for people. */
export function analysisText(a: Analysis, width = 80, style: Style = PLAIN): string {
  switch (a.kind) {
    case 'execution':
      return showsText(a, width, style);
    case 'holds':
      return holdsText(a, width, style);
    case 'barriers':
      return barriersText(a, width, style);
    case 'repairs':
      return repairsText(a, width, style);
    case 'difference':
      return differenceText(a, width, style);
    case 'why':
      return whyText(a, width, style);
    case 'deadlock':
      return deadlockText(a, width, style);
    case 'bounded':
    case 'interrupted':
      return undecidedText(a, width, style);
    case 'error':
      return a.diagnostics.map((d) => diagnosticText(d, width, style)).join('\n');
  }
}

function showsText(a: Shows, width: number, style: Style): string {
  const { counterexample: c, mend, analysis, warnings } = a;
  const head =
    analysis === 'barriers'
      ? headed(
          a,
          'broken as it stands',
          style.red,
          `so its barriers cannot be judged; ${c.failure.message}`,
          width,
          style,
        )
      : headed(a, c.failure.kind === 'violated' ? 'possible' : 'broken', style.red, c.failure.message, width, style);
  const lines = [
    ...warnings.map((d) => diagnosticText(d, width, style)),
    head,
    executionText(c, width, style).trimEnd(),
  ];
  if (mend.kind !== 'unasked') lines.push(...labelled('Mend', mendWords(mend, c.columns), width, style));
  lines.push(...again(c, style));
  return `${lines.join('\n')}\n`;
}

/** What to do about a failure, in one sentence. */
export function mendWords(mend: Shows['mend'], columns: readonly string[]): string {
  switch (mend.kind) {
    case 'repair': {
      const { edits, executions } = mend.repair;
      const words = listed(
        edits.map((edit) => `${edit.words} (${siteWords(columns[edit.thread]!, edit.place)})`),
        'and',
      );
      return `${words}; then none of its ${count(executions, 'execution')} fails.`;
    }
    case 'interleaving':
      return `no barrier, suffix or exchange of steps helps, since nothing is reordered${mend.decides ? '; holdfast repair tries other decisions' : ''}.`;
    case 'none':
      return 'none found in a short time; holdfast repair looks further.';
    case 'unasked':
      return '';
  }
}

/** Who waits, and the way there. */
function deadlockText(a: Deadlocks, width: number, style: Style): string {
  const { counterexample: c } = a;
  if (c === undefined) return headed(a, 'deadlock', style.red, 'no execution completes', width, style);
  const head = headed(a, 'deadlock', style.red, c.failure.message, width, style);
  const decisions = a.decisions === undefined ? [] : ['', ...decisionMendLines(a.decisions, width, style)];
  return `${[head, executionText(c, width, style).trimEnd(), ...again(c, style), ...decisions].join('\n')}\n`;
}

/** What is known nevertheless: how much was visited, and of two what one allows and the other for certain does not. */
function undecidedText(a: IsBounded | IsInterrupted, width: number, style: Style): string {
  const { kind, executions, blocked, partial } = a;
  const word = kind === 'bounded' ? 'not decided' : 'interrupted';
  const why = kind === 'bounded' ? 'a limit was hit, and nothing is claimed' : 'nothing is claimed';
  const visited = executions + blocked;
  const head = headed(a, word, style.yellow, `${why}; ${count(visited, 'execution')} visited`, width, style);
  return partial === undefined
    ? head
    : `${[head.trimEnd(), ...onlyLines(a, partial, width, style)].join('\n').trimEnd()}\n`;
}

function holdsText(a: Holds, width: number, style: Style): string {
  const blocked =
    a.blocked === 0 ? '' : `, and ${grouped(a.blocked)} that do not count, since a thread waits in them without end`;
  const visited = `${count(a.executions, 'execution')} visited under ${modelInfo(a.model).words} in ${duration(a.seconds)}${blocked}`;
  return headed(a, 'holds', style.green, `${a.promise}; ${visited}`, width, style);
}
