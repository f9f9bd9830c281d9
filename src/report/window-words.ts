import type { Counterexample } from '../explain/counterexample.ts';
import type { Interleaved, Window } from '../explain/windows.ts';
import { Kind } from '../graph/event.ts';
import { listed, named, who } from './execution-words.ts';

const NO_BARRIER = 'no barrier can prevent it';

/** Why an interleaving fails, in a sentence or two: what came between a check and the act that relied on it. */
export function interleavingWords(c: Counterexample, { windows, serial }: Interleaved): string {
  if (serial !== undefined) {
    const order = serial.map((thread) => c.columns[thread]!).join(', then ');
    const way = serial.length > 1 ? `${order}, each from its begin to its end` : `${order} does it alone`;
    return `It takes no race: ${way}; ${NO_BARRIER}.`;
  }
  if (windows.length === 0) return `The steps happen one after the other, each CPU in program order: ${NO_BARRIER}.`;
  const [window, other] = windows as readonly [Window, Window?];
  if (other === undefined) {
    const one = `If these steps of ${who(c, window.from)} were one, it could not happen`;
    return `${betweenWords(c, window)}. ${one}; ${NO_BARRIER}.`;
  }
  const threads = listed(
    [window, other].map(({ from, to }) => `${stepsOf(c, from, to)} of ${who(c, from)}`),
    'and',
  );
  return `Others come between ${threads}. If these were one step each, it could not happen; ${NO_BARRIER}.`;
}

const stepsOf = (c: Counterexample, from: number, to: number): string => `${named(c, from)} and ${named(c, to)}`;

/** `forker reads has_pinned=0 (...); then pinner sets has_pinned=1 (...) and reads pte=...; then forker writes pte=... (...)` */
function betweenWords(c: Counterexample, { from, to, first, last }: Window): string {
  const between =
    who(c, first) === who(c, last)
      ? `${who(c, first)} ${listed(
          [...new Set([first, last])].map((e) => deed(c, e)),
          'and',
        )}`
      : [first, last].map((e) => `${who(c, e)} ${deed(c, e)}`).join(', ');
  return `${who(c, from)} ${deed(c, from)}; then ${between}; then ${who(c, to)} ${deed(c, to)}`;
}

/** What a step does, and how it is written. */
function deed(c: Counterexample, event: number): string {
  const { kind, partner } = c.trace.events[event]!;
  const verb = partner >= 0 ? 'changes' : kind === Kind.Write ? 'writes' : 'reads';
  return `${verb} ${c.texts[event]!.effect} with ${named(c, event)}`;
}
