import type { Subject } from './subject.ts';
import type { Trace, TraceEvent, WaitEvent } from './trace.ts';

/** How the words of memory, their values and the steps of one trace are said. */
export interface Naming {
  /** A word: `x`. */
  location(cell: number): string;
  /** What it holds: `1`. */
  value(cell: number, value: number): string;
  /** The word as code writes it: `x`. */
  operand(cell: number): string;
  /** What a step is called; undefined where how it is marked says it. */
  code(step: TraceEvent | WaitEvent): string | undefined;
  /** The name that is printed before it. */
  label(step: TraceEvent | WaitEvent): string | undefined;
}

/** By the names of the words, as the source has them, where the subject has no better. */
export function namingOf(subject: Pick<Subject, 'program' | 'showValue' | 'naming'>, trace: Trace): Naming {
  if (subject.naming !== undefined) return subject.naming(trace);
  const location = (cell: number): string => subject.program.cellName(cell);
  return {
    location,
    operand: location,
    value: (cell, value) => subject.showValue(cell, value),
    code: ({ place }) => place?.text || undefined,
    label: ({ label }) => label,
  };
}
