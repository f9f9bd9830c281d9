import { type Design, KNOBS } from '../mm/design/design.ts';
import { PRESETS } from '../mm/design/presets.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import { PROPERTIES } from '../scenarios/properties.ts';
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
    readonly values: Readonly<Record<string, string>>;
  }[];
}

export const catalog = (): Catalog => ({
  scenarios: SCENARIOS.map(({ name, title, why, property, variants, proposals }) => {
    return { name, title, why, property, variants, proposals };
  }),
  properties: PROPERTIES,
  designs: PRESETS,
  knobs: Object.entries(KNOBS).map(([name, knob]) => ({ name, ...knob })),
});

export const SECTIONS = ['races', 'designs', 'knobs'] as const;
export type Section = (typeof SECTIONS)[number];

/** A part of the catalog for people. */
export function catalogText(section: Section, width = 80, style: Style = PLAIN): string {
  const { scenarios, designs, knobs } = catalog();
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
      return knobs
        .map(({ name, doc, values }) =>
          [`${style.bold(name)}  ${doc}`, ...pairs(Object.entries(values), 4, width, style)].join('\n'),
        )
        .join('\n\n');
  }
}

const indented = (text: string, indent: number, width: number): string[] =>
  wrapped(text, width - indent).map((line) => ' '.repeat(indent) + line);

/** Names with what they mean, one under the other. */
function pairs(rows: readonly (readonly [string, string])[], indent: number, width: number, style: Style): string[] {
  const left = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, doc]) => {
    const [first = '', ...rest] = wrapped(doc, Math.max(20, width - indent - left));
    const head = ' '.repeat(indent) + style.cyan(name) + ' '.repeat(left - name.length) + first;
    return [head, ...rest.map((line) => ' '.repeat(indent + left) + line)];
  });
}
