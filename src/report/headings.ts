import type { Counterexample } from '../explain/counterexample.ts';
import { modelWords, type SourcePlace } from '../explain/source-place.ts';

/** A line above steps: the call that a program makes, or under it the function that the steps are in. */
export interface Heading {
  readonly text: string;
  readonly level: 'call' | 'function';
}

/** How far in a step stands under its headings, in columns. */
const INDENT = 2;

/** Says which headings come before the steps of a model, thread by thread. */
export class Headings {
  private readonly inside: { call: string; function: string }[] = [];

  /** What has to be said before a step, now that all before it was said. */
  before(thread: number, place: SourcePlace | undefined): Heading[] {
    if (place?.kernel === undefined) return [];
    const { call, callAt, file } = place.kernel;
    const name = place.function === undefined ? '' : `${place.function}()`;
    const now = { call: `${call} ${callAt}`, function: name };
    const before = this.inside[thread];
    this.inside[thread] = now;
    const headings: Heading[] = [];
    if (call !== '' && before?.call !== now.call) headings.push({ text: call, level: 'call' });
    const known = before?.call === now.call ? before.function : '';
    if (name !== '' && known !== name) headings.push({ text: `${name}  ${file}`, level: 'function' });
    return headings;
  }

  /** How far in the thread is: as its last step. */
  indent(thread: number): number {
    return this.inside[thread] === undefined ? 0 : INDENT;
  }
}

/** How far in a step stands. */
export const indentOf = (place: SourcePlace | undefined): number => (place?.kernel === undefined ? 0 : INDENT);

/** What stands beside a step: the line of the source; of a model, whose functions are named, where its code is, if that is asked for. */
export function numberOf({ saysSource }: Counterexample, place: SourcePlace | undefined): string {
  if (place === undefined) return '';
  if (place.kernel === undefined) return String(place.line);
  return saysSource === true ? modelWords(place) : '';
}
