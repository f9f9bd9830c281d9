import type { Counterexample } from '../explain/counterexample.ts';
import type { Mark } from '../explain/drawing.ts';
import type { CycleStep } from '../explain/reason.ts';
import { placeWords, type SourcePlace } from '../explain/source-place.ts';
import { Kind } from '../graph/event.ts';
import { INTERLEAVING, type ModelName, modelInfo } from '../models/registry.ts';
import { machineNames } from './machine-words.ts';
import { interleavingWords } from './window-words.ts';

/** `P0's x=1` */
export const owned = (c: Counterexample, event: number): string => `${who(c, event)}'s ${now(c, event)}`;

/** Whose step it is. */
export const who = (c: Counterexample, event: number): string => c.columns[c.trace.events[event]!.thread]!;

/** What an event read or wrote: `x=1`. */
const now = (c: Counterexample, event: number): string => `${c.texts[event]!.location}=${c.texts[event]!.value}`;

/** A step as a reviewer names it: its label, its code, its line. */
export function named(c: Counterexample, event: number): string {
  const { label, place } = c.texts[event]!;
  // What a register gets is of no interest here.
  const code = c.texts[event]!.code.replace(/^[A-Za-z_][\w\s*]* = (?=.*[(*])/, '');
  const where = place === undefined ? '' : ` (${placeWords(place)})`;
  return `${label === undefined ? '' : `${label} `}${code}${where}`;
}

/** Where an ordering stands: the thread and the place. */
export const siteWords = (column: string, place: SourcePlace): string => `${column}, ${placeWords(place)}`;

/** What looks out of order at a step, in words. */
export function markWords(c: Counterexample, mark: Mark): string {
  switch (mark.kind) {
    case 'late':
      return `${owned(c, mark.event)} is seen by other CPUs only further down`;
    case 'early':
      return `${owned(c, mark.event)} is seen by other CPUs already further up`;
    case 'stale':
      return `${who(c, mark.event)} reads ${now(c, mark.event)}, though ${owned(c, mark.missed)} stands above`;
    case 'ahead':
      return `${who(c, mark.event)} reads ${now(c, mark.event)}, which ${who(c, mark.source)} writes only below`;
  }
}

/** The machines, as what something happens on. */
export function machinesWords(machines: readonly ModelName[]): string {
  const names = machineNames(machines);
  return names.length === 0 ? 'no machine that there is a model of' : listed(names, 'and');
}

/** What the failure takes: `an interleaving`, or which model allows it. */
export function assumptionWords(c: Counterexample): string {
  const unsure = c.certain ? '' : ' (stronger models were not searched in full)';
  if (c.failure.kind === 'flagged') return 'nothing: where locks or sections are used wrongly, anything may happen';
  if (c.failure.kind === 'data-race') return 'nothing: plain accesses that race may do anything';
  const { takes } = modelInfo(c.model);
  if (c.model === INTERLEAVING) return takes;
  return `${takes}${unsure}${c.machines === undefined ? '' : `; this execution happens on ${machinesWords(c.machines)}`}`;
}

/** The reason in one sentence, or a few: what is not ordered, and what the other CPUs see. */
export function reasonWords(c: Counterexample): string {
  const { reason } = c;
  if (reason.kind === 'interleaving') return interleavingWords(c, reason);
  if (reason.kind === 'race') {
    const [first, second] = reason.accesses;
    const one = `${who(c, first)}'s ${named(c, first)}`;
    return `Nothing orders ${one} and ${who(c, second)}'s ${named(c, second)}: they race for ${c.texts[first]!.location}.`;
  }
  if (reason.kind === 'unsought') return 'The reason was not looked for long enough.';
  const missing = reason.cycle.filter((step) => step.missing);
  if (reason.kind === 'grace-period') return graceWords(c, reason.section, reason.grace, missing);
  const seen = factsAfter(c, reason.cycle, missing[0]).join(', ');
  if (reason.kind === 'plain') {
    const plain = missing.map((step) => `${named(c, step.from)} and ${named(c, step.to)} on ${who(c, step.from)}`);
    return `Plain accesses are not ordered by barriers alone: ${listed(plain, 'and')}; ${seen}.`;
  }
  const none = missing.filter((step) => step.order === 'none');
  const weak = missing.filter((step) => step.order !== 'none');
  const parts = none.map(
    (step, i) => `${i === 0 ? `${who(c, step.from)} does not order` : `nor ${who(c, step.from)}`} ${pair(c, step)}`,
  );
  parts.push(...weak.map((step) => `${who(c, step.from)} orders ${pair(c, step)}, but not for all other CPUs`));
  return `${parts.join(', ')}: ${seen}.`;
}

/** A grace period that is over while a section that began before it is not. */
function graceWords(
  c: Counterexample,
  section: number | undefined,
  grace: number,
  missing: readonly CycleStep[],
): string {
  const of = section === undefined ? 'a section' : `the section of ${who(c, section)} at ${named(c, section)}`;
  const period = `${who(c, grace)}'s ${named(c, grace)}`;
  const orders = missing.map((step) => `${who(c, step.from)} does not order ${pair(c, step)} strongly enough`);
  const why = orders.length === 0 ? '' : `: ${listed(orders, 'and')}`;
  return `${period} would have to wait for ${of} under SC, but the model sees no more than the accesses tell${why}.`;
}

const pair = (c: Counterexample, { from, to }: CycleStep): string => `${named(c, from)} before ${named(c, to)}`;

/** What reads-from, coherence and from-reads say, in the order of the cycle, from a step on. */
function factsAfter(c: Counterexample, cycle: readonly CycleStep[], first: CycleStep | undefined): string[] {
  const start = first === undefined ? 0 : cycle.indexOf(first);
  const facts: string[] = [];
  for (let i = 0; i < cycle.length; i++) {
    const { from, to, relation } = cycle[(start + i) % cycle.length]!;
    if (relation === 'rf') facts.push(`${who(c, to)} reads ${owned(c, from)}`);
    else if (relation === 'co') facts.push(`${owned(c, to)} comes after ${owned(c, from)}`);
    else if (relation === 'fr') facts.push(`${who(c, from)} reads ${reads(c, from)}, not ${owned(c, to)}`);
  }
  return facts;
}

/** What an event read; of an RMW its read half. */
function reads(c: Counterexample, event: number): string {
  const { kind, partner } = c.trace.events[event]!;
  return now(c, kind === Kind.Write && partner >= 0 ? partner : event);
}

export function listed(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items[items.length - 1]}`;
}

/** The final values that the failure speaks of: `0:r1=1; [x]=2`. */
export const observationWords = (c: Counterexample): string =>
  c.observations
    .map(({ name, value }) =>
      value === '' ? name : c.failure.steps === undefined ? `${name}=${value}` : `${name}: ${value}`,
    )
    .join('; ');
