import { Kind, NONE } from '../graph/event.ts';
import type { Choices } from '../judge/choices.ts';
import type { Failure } from '../judge/judgement.ts';
import { namingOf } from './naming.ts';
import { placeWords, type SourcePlace } from './source-place.ts';
import { codeOf } from './step-text.ts';
import type { Subject } from './subject.ts';
import { replay, type Trace } from './trace.ts';

/** A thread that waits without end, for people: where, and for what. */
export interface WaitText {
  readonly thread: number;
  /** The name of the thread. */
  readonly who: string;
  /** What it waits with, as the source says it or the kernel would call it: `spin_lock(x)`. */
  readonly code: string;
  /** The word, and what it holds. */
  readonly location: string;
  readonly value: string;
  readonly label: string | undefined;
  readonly place: SourcePlace | undefined;
}

/** Who waits in an execution; empty where everybody ends. */
export function waitTexts(
  subject: Pick<Subject, 'program' | 'showValue' | 'columns' | 'naming'>,
  trace: Trace,
): WaitText[] {
  const naming = namingOf(subject, trace);
  return trace.waits.map((wait) => {
    const { thread, declared, rmwKind, cell, value, place } = wait;
    const location = naming.location(cell);
    const shown = naming.value(cell, value);
    const read = { kind: Kind.Read, mode: declared, declared, rmwKind, partner: NONE };
    return {
      thread,
      who: subject.columns[thread]!,
      code: naming.code(wait) ?? codeOf(read, naming.operand(cell), shown),
      location,
      value: shown,
      label: naming.label(wait),
      place,
    };
  });
}

/** `P0 waits without end at spin_lock(x) (line 7) for x, which is 1; P1 ...` */
export const waitWords = (waits: readonly WaitText[]): string =>
  waits
    .map(({ who, code, location, value, label, place }) => {
      const where = place === undefined ? '' : ` (${placeWords(place)})`;
      const step = label === undefined ? code : `${label} ${code}`;
      return `${who} waits without end at ${step}${where} for ${location}, which is ${value}`;
    })
    .join('; ');

/** The failure of an execution in which somebody waits, with who does. */
export const stuckFailure = (waits: readonly WaitText[]): Failure => ({ kind: 'deadlock', message: waitWords(waits) });

/** Who waits in the execution of these choices, with places if the subject knows them. */
export function waitsIn(subject: Subject, choices: Choices | undefined): readonly WaitText[] {
  const again = choices === undefined ? undefined : replay(subject.recording(), choices);
  return again === undefined ? [] : waitTexts(subject, again.trace);
}
