import type { Counterexample } from '../explain/counterexample.ts';
import type { Patch } from '../explain/edit.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import type { Diagnostic } from '../program/diagnostic.ts';

/** What a tool that collects findings can be told: one thing, at one place. */
export interface Finding {
  /** Stable: what kind of finding it is. */
  readonly rule: FindingRule;
  readonly level: 'error' | 'warning' | 'note';
  /** What it is about, in a few words. */
  readonly title: string;
  readonly message: string;
  /** The file that it is about; empty where it is about none. */
  readonly file: string;
  readonly place: SourcePlace | undefined;
  readonly execution: Counterexample | undefined;
  readonly patch: Patch | undefined;
}

/** Every kind of finding, with what it means. */
export const FINDING_RULES = {
  'failing-execution': 'A memory model allows an execution that fails.',
  deadlock: 'A thread may wait without end; of a litmus test, no execution completes.',
  'barrier-needed': 'Without the barrier, or with a weaker one, the protocol fails.',
  'barrier-too-strong': 'A weaker barrier is enough.',
  'barrier-not-needed': 'The protocol holds without the barrier.',
  repair: 'A change that makes the protocol hold.',
  difference: 'An outcome that one side allows and the other does not.',
  moved: 'Between two kernels a cell became another, or did not.',
  undecided: 'A limit was hit, or the user had enough: nothing is claimed.',
  holds: 'No execution fails.',
  vacuous: 'No execution of a race fails, and none could: what is judged happens in none.',
  'bad-input': 'The test cannot be read.',
  contradicted: 'A test says other than promised.',
  flagged: 'A test is flagged: the model promises nothing about it.',
  decided: 'A test is decided, and says what was promised, if anything was.',
  absent: 'A race does not exist under a design.',
  assertion: 'A BUG_ON() or WARN_ON() of a test fires in some execution.',
} as const;
export type FindingRule = keyof typeof FINDING_RULES;

/** What is wrong with the text of a test, as findings. */
export const diagnosticFindings = (file: string, diagnostics: readonly Diagnostic[]): Finding[] =>
  diagnostics.map((d) => ({
    rule: 'bad-input',
    level: d.severity,
    title: d.code,
    message: d.message,
    file: d.file || file,
    place: d.file === '' ? undefined : placeOf(d),
    execution: undefined,
    patch: undefined,
  }));

const placeOf = ({ file, line, column, sourceLine }: Diagnostic): SourcePlace => {
  return { file, line: Math.max(1, line), column: Math.max(1, column), text: sourceLine.trim() };
};
