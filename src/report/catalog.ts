import { COMMITS, type CommitHash } from '../mm/design/commits.ts';
import { type Design, KNOBS, type KnobName, knobValues } from '../mm/design/design.ts';
import { meaningOf, periodsOf } from '../mm/design/history.ts';
import { OPS } from '../mm/design/ops.ts';
import { PRESETS } from '../mm/design/presets.ts';
import { wordsOf } from '../mm/words/table.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import { PROPERTIES } from '../scenarios/properties.ts';
import { commitText } from './commit-text.ts';
import { PLAIN, type Style, wrapped } from './style.ts';

/** Everything that can be asked for by a name, as data. */
export interface Catalog {
  readonly scenarios: readonly {
    readonly name: string;
    readonly title: string;
    readonly why: string;
    readonly property: string;
    readonly variants: readonly { readonly name: string; readonly doc: string }[];
    readonly proposals: readonly string[];
  }[];
  readonly properties: Readonly<Record<string, string>>;
  readonly designs: readonly { readonly name: string; readonly doc: string; readonly design: Design }[];
  readonly knobs: readonly {
    readonly name: string;
    readonly group: string;
    readonly doc: string;
    /** What each value means, and in which kernels it is. */
    readonly values: Readonly<Record<string, string>>;
    /** How the kernels took the decision: `since` is null where v4.4 did already, `until` where the newest still does. */
    readonly history: readonly {
      readonly value: string;
      readonly since: string | null;
      readonly until: string | null;
      readonly commits: readonly { readonly hash: string; readonly subject: string; readonly release: string }[];
    }[];
  }[];
}

export const catalog = (): Catalog => ({
  scenarios: SCENARIOS.map(({ name, title, why, property, variants, proposals }) => {
    return { name, title, why, property, variants, proposals };
  }),
  properties: PROPERTIES,
  designs: PRESETS,
  knobs: (Object.keys(KNOBS) as KnobName[]).map((name) => {
    const { group, doc } = KNOBS[name];
    const values = Object.fromEntries(knobValues(name).map((value) => [value, meaningOf(name, value)]));
    return { name, group, doc, values, history: historyOf(name) };
  }),
});

const historyOf = (knob: KnobName) =>
  periodsOf(knob).map(({ value, since = null, until = null, commits }) => {
    return { value, since, until, commits: commits.map((hash: CommitHash) => ({ hash, ...COMMITS[hash] })) };
  });

export const SECTIONS = ['races', 'designs', 'knobs', 'functions'] as const;
export type Section = (typeof SECTIONS)[number];

/** One decision for people: its values, with what they mean and which kernels have them, and the commits. */
export function knobText(knob: KnobName, width: number, style: Style): string {
  const commits = historyOf(knob).flatMap((period) => period.commits);
  return [
    `${style.bold(knob)}  ${KNOBS[knob].doc}`,
    ...pairs(
      knobValues(knob).map((value) => [value, meaningOf(knob, value)]),
      4,
      width,
      style,
    ),
    ...commits.flatMap((commit) => indented(commitText(commit), 6, width)),
  ].join('\n');
}

/** A part of the catalog for people. @param only what an entry must contain, its case aside */
export function catalogText(section: Section, width = 80, style: Style = PLAIN, only = ''): string {
  const all = catalog();
  const contains = (entry: object): boolean => JSON.stringify(entry).toLowerCase().includes(only.toLowerCase());
  const scenarios = all.scenarios.filter(contains);
  const designs = all.designs.filter(({ name, doc }) => contains({ name, doc }));
  const knobs = all.knobs.filter(contains);
  switch (section) {
    case 'races':
      return scenarios
        .map(({ name, title, why, property, variants }) =>
          [
            `${style.bold(name)}  ${title}`,
            ...indented(why, 4, width),
            ...indented(`${property}: ${PROPERTIES[property as keyof typeof PROPERTIES]}`, 4, width),
            ...pairs(
              variants.map((variant) => [variant.name, variant.doc]),
              4,
              width,
              style,
            ),
          ].join('\n'),
        )
        .join('\n\n');
    case 'designs':
      return pairs(
        designs.map(({ name, doc }) => [name, doc]),
        0,
        width,
        style,
      ).join('\n');
    case 'knobs':
      return knobs.map(({ name }) => knobText(name as KnobName, width, style)).join('\n\n');
    case 'functions': {
      const rows = Object.keys(OPS).map((name) => [name, kernelNames(name)] as const);
      return pairs(rows.filter(contains), 0, width, style).join('\n');
    }
  }
}

/** What a function is called in the kernels, the oldest first, with its file. */
function kernelNames(name: string): string {
  const words = wordsOf(name);
  const names =
    words?.name === undefined
      ? ''
      : typeof words.name === 'string'
        ? `${words.name}()`
        : words.name.map(([since, text]) => `${text}() from ${since}`).join(', ');
  const file = typeof words?.file === 'string' ? words.file : (words?.file?.at(-1)?.[1] ?? '');
  return names === '' ? 'a part of a function of the kernel' : `${names}, in ${file}`;
}

const indented = (text: string, indent: number, width: number): string[] =>
  wrapped(text, width - indent).map((line) => ' '.repeat(indent) + line);

/** Names with what they mean, one under the other. */
export function pairs(
  rows: readonly (readonly [string, string])[],
  indent: number,
  width: number,
  style: Style,
): string[] {
  const left = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, doc]) => {
    const [first = '', ...rest] = wrapped(doc, Math.max(20, width - indent - left));
    const head = ' '.repeat(indent) + style.cyan(name) + ' '.repeat(left - name.length) + first;
    return [head, ...rest.map((line) => ' '.repeat(indent + left) + line)];
  });
}
