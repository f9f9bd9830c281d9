import type { Analysis } from '../explain/analysis.ts';
import type { BarrierItem } from '../explain/barriers.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import type { Patch } from '../explain/edit.ts';
import { cycleOf } from '../explain/reason.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import type { Diagnostic } from '../program/diagnostic.ts';
import { mendWords } from './analysis-text.ts';
import { placeWords, reasonWords } from './execution-words.ts';

/** What a tool that collects findings can be told: one thing, at one place. */
export interface Finding {
  /** Stable: what kind of finding it is. */
  readonly rule: FindingRule;
  readonly level: 'error' | 'warning' | 'note';
  /** What it is about, in a few words. */
  readonly title: string;
  readonly message: string;
  readonly place: SourcePlace | undefined;
  readonly execution: Counterexample | undefined;
  readonly patch: Patch | undefined;
}

/** Every kind of finding, with what it means. */
export const FINDING_RULES = {
  'failing-execution': 'A memory model allows an execution that fails.',
  deadlock: 'No execution completes.',
  'barrier-needed': 'Without the barrier, or with a weaker one, the protocol fails.',
  'barrier-too-strong': 'A weaker barrier is enough.',
  'barrier-not-needed': 'The protocol holds without the barrier.',
  repair: 'A change that makes the protocol hold.',
  difference: 'An outcome that one side allows and the other does not.',
  undecided: 'A limit was hit, or the user had enough: nothing is claimed.',
  holds: 'No execution fails.',
  'bad-input': 'The test cannot be read.',
} as const;
export type FindingRule = keyof typeof FINDING_RULES;

/** What there is to be told about an analysis; never empty. */
export function findingsOf(a: Analysis): Finding[] {
  const about = { title: a.name || a.path, place: undefined, execution: undefined, patch: undefined };
  switch (a.kind) {
    case 'execution': {
      const mend = mendWords(a.mend, a.counterexample.columns);
      return [failing(a.name, a.counterexample, mend === '' ? '' : ` Mend: ${mend}`)];
    }
    case 'holds':
      return [{ ...about, rule: 'holds', level: 'note', message: `${a.promise}.` }];
    case 'barriers':
      return a.items.map(barrierFinding);
    case 'repairs':
      return [
        failing(a.name, a.counterexample, a.interleaving ? ' No barrier helps.' : ''),
        ...a.repairs.map(({ edits, executions, patch }): Finding => {
          const words = edits.map((edit) => `${edit.words} (${placeWords(edit.place)})`).join('; ');
          const message = `${words}: then none of ${executions} executions fails.`;
          return { ...about, rule: 'repair', level: 'note', place: edits[0]?.place, message, patch };
        }),
      ];
    case 'difference':
      return a.difference.outcomes.map(({ values, allowedBy, example }) => {
        const side = allowedBy === 'first' ? { path: a.path, model: a.model } : a.other;
        const message = `${values.join('; ')} is possible only with ${side.path} under ${side.model}.`;
        return { ...about, rule: 'difference', level: 'warning', message, execution: example };
      });
    case 'deadlock':
      return [{ ...about, rule: 'deadlock', level: 'error', message: 'No execution completes.' }];
    case 'bounded':
    case 'interrupted':
      return [{ ...about, rule: 'undecided', level: 'note', message: 'Nothing is claimed: a limit was hit.' }];
    case 'error':
      return a.diagnostics.map((d) => ({
        ...about,
        rule: 'bad-input',
        level: 'error',
        title: d.code,
        message: d.message,
        place: placeOf(d),
      }));
  }
}

function failing(title: string, c: Counterexample, more: string): Finding {
  const { reason, trace } = c;
  const [event = 0] = reason.kind === 'race' ? reason.accesses : cycleOf(reason).map(({ from }) => from);
  const first = trace.events[event];
  const message = `${c.failure.message}. ${reasonWords(c)}${more}`;
  return {
    rule: 'failing-execution',
    level: 'error',
    title,
    message,
    place: first?.place,
    execution: c,
    patch: undefined,
  };
}

const placeOf = ({ file, line, column, sourceLine }: Diagnostic): SourcePlace | undefined =>
  file === '' ? undefined : { file, line: Math.max(1, line), column: Math.max(1, column), text: sourceLine.trim() };

/** What was found of one barrier. */
function barrierFinding({ words, place, verdict }: BarrierItem): Finding {
  const without = 'without' in verdict ? verdict.without : undefined;
  const execution = without !== undefined && 'trace' in without ? without : undefined;
  const why = execution === undefined ? (without as { message: string } | undefined)?.message : reasonWords(execution);
  const item = { title: words, place, execution, patch: undefined };
  switch (verdict.kind) {
    case 'needed':
      return { ...item, rule: 'barrier-needed', level: 'note', message: `${words} is needed. ${why}` };
    case 'too-strong': {
      const message = `${words} is too strong: ${verdict.enough} is enough. With ${verdict.weakened}: ${why}`;
      return { ...item, rule: 'barrier-too-strong', level: 'warning', message };
    }
    case 'not-needed':
      return { ...item, rule: 'barrier-not-needed', level: 'warning', message: `${words} is not needed.` };
    case 'unknown':
      return { ...item, rule: 'undecided', level: 'note', message: `${words}: a limit was hit.` };
  }
}
