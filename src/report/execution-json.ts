import { Fence, Mode } from '../cpu/modes.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import type { Mark } from '../explain/drawing.ts';
import { cycleOf, windowsOf } from '../explain/reason.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import type { WaitText } from '../explain/waits.ts';
import { Kind } from '../graph/event.ts';
import type { Failure } from '../judge/judgement.ts';
import { assumptionWords, markWords, reasonWords } from './execution-words.ts';
import type { EventData, ExecutionData, FailureData, MarkData } from './schema/execution.ts';

/** An execution as `schema/execution.ts` declares it. Events are referred to by their number. */
export function executionData(c: Counterexample): ExecutionData {
  const { trace, drawing, reason } = c;
  return {
    id: c.id ?? null,
    subject: c.subject,
    asked: c.asked,
    model: c.model,
    machines: c.machines ?? null,
    certain: c.certain,
    failure: failureData(c.failure),
    waits: c.waits.map(waitData),
    ...(c.after === undefined
      ? {}
      : {
          after: c.after.map(({ steps, ...deed }) => ({
            ...deed,
            steps: steps.map(({ code, effect, place }) => {
              return { code, effect, place: place === undefined ? null : placeData(place) };
            }),
          })),
        }),
    ...(c.parting === undefined ? {} : { parting: c.parting }),
    observed: Object.fromEntries(c.observations.map(({ name, value }) => [name, value])),
    threads: c.columns,
    events: trace.events.map((e, i) => {
      const { code, location, value, label, place } = c.texts[i]!;
      return {
        thread: e.thread,
        kind: KINDS[e.kind],
        mode: (e.kind === Kind.Fence ? Fence[e.mode]! : Mode[e.mode]!).toLowerCase(),
        location: e.cell < 0 ? null : location,
        value: e.kind === Kind.Fence ? null : value,
        readsFrom: e.kind !== Kind.Read ? null : e.rf < 0 ? 'initial' : e.rf,
        rmw: e.partner < 0 ? null : e.partner,
        code,
        label: label ?? e.label ?? null,
        place: place === undefined ? null : placeData(place),
      };
    }),
    coherence: trace.co,
    drawing: {
      rows: drawing.rows.map((row) =>
        row.kind === 'visible'
          ? { kind: row.kind, thread: row.thread, events: [row.event], marks: [] }
          : { kind: row.kind, thread: row.thread, events: row.events, marks: row.marks.map((m) => markData(c, m)) },
      ),
      displaced: drawing.displaced,
      minimal: drawing.minimal,
    },
    folded: c.folded,
    reason: {
      kind: reason.kind,
      cycle: cycleOf(reason).map((step) => ({ ...step, missing: step.missing === true, order: step.order ?? null })),
      race: reason.kind === 'race' ? reason.accesses : [],
      windows: windowsOf(reason),
      ...('serial' in reason && reason.serial !== undefined ? { serial: reason.serial } : {}),
      text: reasonWords(c),
      assumption: assumptionWords(c),
    },
  };
}

const KINDS: Readonly<Record<Kind, EventData['kind']>> = {
  [Kind.Read]: 'read',
  [Kind.Write]: 'write',
  [Kind.Fence]: 'fence',
  [Kind.Choice]: 'choice',
};

/** Why an execution fails. A condition that is met, and a property that is broken, are called `condition`. */
export const failureData = ({ kind, message, steps }: Failure): FailureData => ({
  kind: kind === 'violated' ? 'condition' : kind,
  message,
  ...(steps === undefined ? {} : { steps }),
});

/** Who waits, where, and for what. */
export const waitData = ({ thread, code, location, value, label, place }: WaitText) => {
  return { thread, code, location, value, label: label ?? null, place: place === undefined ? null : placeData(place) };
};

/** Where a step stands; the kernel function of a model. */
export const placeData = ({ file, line, column, text, function: name, kernel }: SourcePlace) => ({
  file,
  line,
  column,
  text,
  function: name ?? null,
  kernelFile: kernel?.file ?? null,
  call: kernel?.call ?? null,
});

const markData = (c: Counterexample, mark: Mark): MarkData => ({
  kind: mark.kind,
  event: mark.event,
  other: mark.kind === 'stale' ? mark.missed : mark.kind === 'ahead' ? mark.source : null,
  text: markWords(c, mark),
});
