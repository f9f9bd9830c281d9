import type { Analysis, Barriers, Differs } from '../explain/analysis.ts';
import type { BarrierItem } from '../explain/barriers.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import { cycleOf } from '../explain/reason.ts';
import { placeWords } from '../explain/source-place.ts';
import { mendWords } from './analysis-text.ts';
import { becauseWords } from './barriers-text.ts';
import { cellWord } from './cell-table.ts';
import { answerWords, kernelLines } from './decision-text.ts';
import { reasonWords } from './execution-words.ts';
import { diagnosticFindings, type Finding } from './finding.ts';

/** What there is to be told about an analysis; nothing only of two that do not differ. */
export function findingsOf(a: Analysis): Finding[] {
  const about = { title: a.name || a.path, file: a.path, place: undefined, execution: undefined, patch: undefined };
  switch (a.kind) {
    case 'execution': {
      const mend = mendWords(a.mend, a.counterexample.columns);
      return [failing(a, a.counterexample, mend === '' ? '' : ` Mend: ${mend}`)];
    }
    case 'holds':
      return [{ ...about, rule: 'holds', level: 'note', message: `${a.promise}.` }];
    case 'barriers':
      return a.items.map((item) => barrierFinding(item, a));
    case 'repairs':
      return [
        failing(a, a.counterexample, a.interleaving ? ' No barrier helps.' : ''),
        ...a.repairs.map(({ edits, executions, patch }): Finding => {
          const words = edits.map((edit) => `${edit.words} (${placeWords(edit.place)})`).join('; ');
          const message = `${words}: then none of ${executions} executions fails.`;
          return { ...about, rule: 'repair', level: 'note', place: edits[0]?.place, message, patch };
        }),
        ...(a.decisions?.mends ?? []).map(({ decisions, after }): Finding => {
          const words = decisions.map((each) => `${each.knob}=${each.value} (${kernelLines(each).join('; ')})`);
          return {
            ...about,
            rule: 'repair',
            level: 'note',
            message: `${words.join('; ')}: then ${answerWords(after)}.`,
          };
        }),
      ];
    case 'difference':
      return differences(a, a);
    case 'why':
      return a.stories.map(({ variant, from, to, movers }): Finding => {
        const sets = movers.map((set) => set.map(({ knob, value }) => `${knob}=${value}`).join(' and '));
        const moved = sets.length === 0 ? '' : ` by ${sets.join(', or by ')}`;
        const message = `${variant}: ${a.from} ${cellWord(from)}, ${a.to} ${cellWord(to)}${moved}.`;
        return { ...about, rule: 'moved', level: 'note', message };
      });
    case 'deadlock':
      if (a.counterexample === undefined)
        return [{ ...about, rule: 'deadlock', level: 'error', message: 'No execution completes.' }];
      return [{ ...failing(a, a.counterexample, ''), rule: 'deadlock' }];
    case 'bounded':
    case 'interrupted':
      return [
        { ...about, rule: 'undecided', level: 'note', message: UNDECIDED[a.kind] },
        ...(a.partial === undefined ? [] : differences(a, a.partial)),
      ];
    case 'error':
      return diagnosticFindings(a.path, a.diagnostics);
  }
}

const UNDECIDED = {
  bounded: 'Nothing is claimed: a limit was hit.',
  interrupted: 'Nothing is claimed: it was interrupted.',
} as const;

/** A finding for each outcome that one side alone allows. */
function differences(a: Analysis, { difference, other }: Pick<Differs, 'difference' | 'other'>): Finding[] {
  const about = { title: a.name || a.path, file: a.path, place: undefined, patch: undefined };
  return difference.outcomes.map(({ values, allowedBy, example }): Finding => {
    const side = allowedBy === 'first' ? { path: a.path, model: a.model } : other;
    const message = `${values.join('; ')} is possible only with ${side.path} under ${side.model}.`;
    return { ...about, rule: 'difference', level: 'warning', message, execution: example };
  });
}

function failing({ name, path }: Analysis, c: Counterexample, more: string): Finding {
  const { reason, trace } = c;
  const [event = 0] = reason.kind === 'race' ? reason.accesses : cycleOf(reason).map(({ from }) => from);
  const first = c.waits[0] ?? trace.events[event];
  const message = `${c.failure.message}. ${reasonWords(c)}${more}`;
  return {
    rule: 'failing-execution',
    level: 'error',
    title: name,
    message,
    file: path,
    place: first?.place,
    execution: c,
    patch: undefined,
  };
}

/** What was found of one barrier. */
function barrierFinding(barrier: BarrierItem, { path: file, items, columns }: Barriers): Finding {
  const { words, place, verdict } = barrier;
  const without = 'without' in verdict ? verdict.without : undefined;
  const execution = without !== undefined && 'trace' in without ? without : undefined;
  const why = execution === undefined ? (without as { message: string } | undefined)?.message : reasonWords(execution);
  const item = { title: words, file, place, execution, patch: undefined };
  switch (verdict.kind) {
    case 'needed':
      return { ...item, rule: 'barrier-needed', level: 'note', message: `${words} is needed. ${why}` };
    case 'too-strong': {
      const message = `${words} is too strong: ${verdict.enough} is enough. With ${verdict.weakened}: ${why}`;
      return { ...item, rule: 'barrier-too-strong', level: 'warning', message };
    }
    case 'not-needed': {
      const because = becauseWords(barrier, items, columns);
      const message = `${words} is not needed${because === '' ? '' : `: ${because}`}.`;
      return { ...item, rule: 'barrier-not-needed', level: 'warning', message };
    }
    case 'unknown':
      return { ...item, rule: 'undecided', level: 'note', message: `${words}: a limit was hit.` };
  }
}
