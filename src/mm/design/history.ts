/** What the history of a decision says: which value each kernel has, since when, and by which commits. */

import { COMMITS, type CommitHash } from './commits.ts';
import { type Design, KNOBS, type KnobName } from './design.ts';
import type { Knob } from './knob.ts';
import { compareReleases, finalOf, type Release, releaseBefore } from './release.ts';

/** On which machine a kernel runs: the weakest that it supports, or x86 where that differs. */
export type Machine = 'weakest' | 'x86';

/** A stretch of releases in which a decision was taken one way. */
export interface Period {
  readonly value: string;
  /** The first release that takes it so; undefined where v4.4 already did. */
  readonly since: Release | undefined;
  /** The first release that does not any more; undefined where the newest still does. */
  readonly until: Release | undefined;
  /** What took it so; none where it was so from the beginning. */
  readonly commits: readonly CommitHash[];
}

/** A change of one decision. */
export interface DecisionChange extends Period {
  readonly knob: KnobName;
  readonly from: string;
  readonly since: Release;
}

/** The release of the latest of the commits that make up a change. */
const releaseOf = (commits: readonly CommitHash[]): Release =>
  commits.map((hash): Release => COMMITS[hash].release).reduce((a, b) => (compareReleases(a, b) < 0 ? b : a));

/** How a decision was taken, from the beginning to the newest release, without a gap. */
export function periodsOf(knob: KnobName, machine: Machine = 'weakest'): Period[] {
  const { history, x86 }: Knob = KNOBS[knob];
  const { first, changes } = machine === 'x86' && x86 !== undefined ? x86 : history;
  const starts = [
    { value: first, since: undefined, commits: [] },
    ...changes.map(([value, ...commits]) => ({ value, since: releaseOf(commits), commits })),
  ];
  return starts.map((start, i) => ({ ...start, until: starts[i + 1]?.since }));
}

/** The newest release whose tree was compared with those before: later ones may have taken decisions otherwise. */
export const NEWEST: Release = 'v7.1';

/**
 * Every decision of a kernel, as the latest change says of which it has every commit.
 * @param backports commits of later releases that were taken back to it
 */
export function designAt(
  release: Release,
  machine: Machine = 'weakest',
  backports: readonly CommitHash[] = [],
): Design {
  const has = (hash: CommitHash): boolean =>
    backports.includes(hash) || compareReleases(COMMITS[hash].release, release) <= 0;
  const decision = (knob: KnobName): string =>
    periodsOf(knob, machine)
      .filter(({ commits }) => commits.every(has))
      .at(-1)!.value;
  const names = Object.keys(KNOBS) as KnobName[];
  return Object.fromEntries(names.map((knob) => [knob, decision(knob)])) as Design;
}

/** The changes of a decision, or of all, that `newer` has and `older` has not, in the order of the knobs. */
export function changesBetween(older: Release, newer: Release, machine: Machine = 'weakest'): DecisionChange[] {
  return (Object.keys(KNOBS) as KnobName[]).flatMap((knob) => {
    const periods = periodsOf(knob, machine);
    return periods.flatMap((period, i) => {
      const { since } = period;
      if (since === undefined || compareReleases(since, older) <= 0 || compareReleases(since, newer) > 0) return [];
      return [{ ...period, since, knob, from: periods[i - 1]!.value }];
    });
  });
}

/** When a decision was taken so: `to v5.8`, `v5.9 to v5.17`, `from v5.18`; empty where always, or never. */
export function whenText(knob: KnobName, value: string): string {
  const stretches = periodsOf(knob)
    .filter((period) => period.value === value)
    .map(({ since, until }) => {
      if (since === undefined) return until === undefined ? '' : `to ${releaseBefore(finalOf(until))}`;
      if (until === undefined) return `from ${finalOf(since)}`;
      const last = compareReleases(until, finalOf(since)) <= 0 ? releaseBefore(until) : releaseBefore(finalOf(until));
      const first = compareReleases(until, finalOf(since)) <= 0 ? since : finalOf(since);
      return first === last ? first : `${first} to ${last}`;
    });
  return stretches.filter((text) => text !== '').join(', ');
}

/** What a value of a knob means, and in which kernels it is. */
export function meaningOf(knob: KnobName, value: string): string {
  const doc = (KNOBS[knob].values as Readonly<Record<string, string>>)[value]!;
  const when = whenText(knob, value);
  return when === '' ? doc : `${doc} (${when})`;
}
