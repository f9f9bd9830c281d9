import type { CommitName, Decision, Stretch } from '../../explain/decision.ts';
import { COMMITS, type CommitHash } from '../../mm/design/commits.ts';
import { type Design, KNOBS, type KnobName } from '../../mm/design/design.ts';
import { changesBetween, periodsOf } from '../../mm/design/history.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import { compareReleases } from '../../mm/design/release.ts';

/** What one commit took otherwise, of what lies between two designs; without a commit, what no kernel did. */
export interface DesignChange {
  readonly commit: CommitHash | undefined;
  readonly decisions: readonly Decision[];
}

const commitName = (hash: CommitHash): CommitName => ({ hash, ...COMMITS[hash] });

/** A decision taken otherwise, with the kernels that take it so. */
export function decisionOf(knob: KnobName, before: string, value: string): Decision {
  const meaning = (KNOBS[knob].values as Readonly<Record<string, string>>)[value]!;
  const kernels = periodsOf(knob)
    .filter((period) => period.value === value)
    .map(({ since, until, commits }): Stretch => ({ since, until, commits: commits.map(commitName) }));
  const isOfX86 = kernels.length === 0 && periodsOf(knob, 'x86').some((period) => period.value === value);
  return { knob, before, value, about: KNOBS[knob].doc, meaning, kernels, ...(isOfX86 && { machine: 'x86' as const }) };
}

/** The decisions in which two designs differ. */
export const differences = (from: Design, to: Design): Decision[] =>
  (Object.keys(KNOBS) as KnobName[])
    .filter((knob) => from[knob] !== to[knob])
    .map((knob) => decisionOf(knob, from[knob], to[knob]));

/**
 * What lies between two designs, commit by commit in the order of their releases. After all of it the first design is the
 * second. What was decided, and decided back, in between is there, too.
 */
export function changesFrom(from: NamedDesign, to: NamedDesign): DesignChange[] {
  const changes: { commit: CommitHash | undefined; decisions: Decision[] }[] = [];
  const now: Record<string, string> = { ...from.design };
  const take = (knob: KnobName, value: string, commit: CommitHash | undefined): void => {
    const before = now[knob]!;
    if (before === value) return;
    const known = commit === undefined ? undefined : changes.find((change) => change.commit === commit);
    const decision = decisionOf(knob, before, value);
    if (known === undefined) changes.push({ commit, decisions: [decision] });
    else known.decisions.push(decision);
    now[knob] = value;
  };
  if (from.release !== undefined && to.release !== undefined && compareReleases(from.release, to.release) < 0) {
    const between = changesBetween(from.release, to.release).map((change) => ({
      ...change,
      commit: change.commits.at(-1),
    }));
    const place = Object.keys(COMMITS);
    between.sort((a, b) => compareReleases(a.since, b.since) || place.indexOf(a.commit!) - place.indexOf(b.commit!));
    const last = new Map(between.map(({ knob, value }) => [knob, value]));
    for (const { knob, value, commit } of between) {
      // What both take otherwise than kernels do stays so.
      const isFixed = from.design[knob] === to.design[knob] && last.get(knob) !== to.design[knob];
      if (!isFixed) take(knob, value, commit);
    }
  }
  for (const { knob, value, kernels } of differences(now as Design, to.design)) {
    take(knob as KnobName, value, kernels.at(-1)?.commits.at(-1)?.hash as CommitHash | undefined);
  }
  return changes;
}
