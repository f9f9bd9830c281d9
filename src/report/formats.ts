import { type Analysis, executionsOf } from '../explain/analysis.ts';
import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import { analysisHtml } from './analysis-html.ts';
import { analysisMail } from './analysis-mail.ts';
import { cellCsv } from './cell-csv.ts';
import { cellHtml } from './cell-html.ts';
import { cellMarkdown } from './cell-markdown.ts';
import type { Asked } from './cell-matrix.ts';
import { executionDot } from './execution-dot.ts';
import { executionSvg } from './execution-svg.ts';
import { github } from './github.ts';
import { junit } from './junit.ts';
import { litmusHerd } from './litmus-herd.ts';
import { litmusLine } from './litmus-text.ts';
import { type Reported, type Result, reported } from './reported.ts';
import { sarif } from './sarif.ts';
import type { Style } from './style.ts';

/** The kinds of results, by what asks for them. */
export interface Results {
  readonly litmus: LitmusResult;
  readonly check: CellResult;
  readonly analysis: Analysis;
}

/** How a view is to look. */
export interface Look {
  /** In columns. */
  readonly width: number;
  readonly style: Style;
  /** Whether the result is one of several. */
  readonly several: boolean;
}

/**
 * A view of some kind of result: of each as it comes, or of all together once the last has come, with what was asked where
 * that was of races.
 */
export type View<R> =
  | { readonly each: (result: R, look: Look) => string }
  | { readonly all: (results: readonly R[], asked?: Asked) => string };

type Views = { readonly [Kind in keyof Results]?: View<Results[Kind]> };

/** A format: what it is, and which kinds of results can be seen in it. */
interface Row extends Views {
  /** After its name, in the help. */
  readonly words: string;
  /** For people at a terminal: nothing in it steers that. All else is data, and is written as it is. */
  readonly isText?: true;
  /** Whether what is wrong with a question is in it, too. Where it is not, that is said on standard error. */
  readonly hasErrors?: true;
}

/** Views of whatever is reported, so of every kind of result. */
const ofEach = (view: (result: Reported, look: Look) => string): Required<Views> => {
  const each = { each: (result: Result, look: Look) => view(reported(result), look) };
  return { litmus: each, check: each, analysis: each };
};
const ofAll = (view: (results: readonly Reported[]) => string): Required<Views> => {
  const all = { all: (results: readonly Result[]) => view(results.map(reported)) };
  return { litmus: all, check: all, analysis: all };
};

/** Every format. The commands have those in which their results can be seen. */
const FORMATS = {
  text: {
    words: 'for people',
    isText: true,
    ...ofEach((result, { width, style }) => result.text(width, style)),
    litmus: {
      each: (result, { width, style, several }) =>
        several ? litmusLine(result, width, style) : reported(result).text(width, style),
    },
  },
  mail: { words: 'text for a mailing list', analysis: { each: analysisMail } },
  herd: { words: 'what herd7 prints', isText: true, litmus: { each: litmusHerd } },
  json: { words: 'an object of JSON in each line', hasErrors: true, ...ofEach((result) => result.json()) },
  dot: {
    words: 'graphs for Graphviz',
    analysis: {
      each: (a) =>
        executionsOf(a)
          .map(({ title, execution }) => executionDot(execution, title))
          .join('\n'),
    },
  },
  svg: {
    words: 'a picture',
    analysis: {
      each: (a) =>
        executionsOf(a)
          .slice(0, 1)
          .map(({ execution }) => executionSvg(execution))
          .join(''),
    },
  },
  html: { words: 'a page', check: { all: cellHtml }, analysis: { each: analysisHtml } },
  markdown: { words: 'tables for a page or a thread', hasErrors: true, check: { all: cellMarkdown } },
  csv: { words: 'rows for a spreadsheet', hasErrors: true, check: { all: (cells) => cellCsv(cells) } },
  junit: {
    words: 'test cases',
    hasErrors: true,
    ...ofAll((results) =>
      junit(
        results.map((result) => {
          return { name: result.name, seconds: result.seconds, findings: result.findings(), output: result.text() };
        }),
      ),
    ),
  },
  sarif: {
    words: 'findings for a tool',
    hasErrors: true,
    ...ofAll((results) => sarif(results.flatMap((result) => result.findings()))),
  },
  github: {
    words: 'annotations of GitHub Actions',
    isText: true,
    hasErrors: true,
    ...ofEach((result) => github(result.findings())),
  },
} as const satisfies Readonly<Record<string, Row>>;

export type Format = keyof typeof FORMATS;

const ROWS: Readonly<Record<Format, Row>> = FORMATS;

/** The formats of a kind of result, in the order of the help. */
export const formatsOf = (kind: keyof Results): Format[] =>
  (Object.keys(ROWS) as Format[]).filter((format) => ROWS[format][kind] !== undefined);

/** Those formats with what they are. */
export const formatWords = (kind: keyof Results): string =>
  formatsOf(kind)
    .map((format) => `${format}: ${ROWS[format].words}`)
    .join('; ');

export const isText = (format: Format): boolean => ROWS[format].isText === true;
export const hasErrors = (format: Format): boolean => ROWS[format].hasErrors === true;

/**
 * A view of a kind of result.
 * @throws RangeError for one that is not of {@link formatsOf}
 */
export function viewOf<Kind extends keyof Results>(kind: Kind, format: Format): View<Results[Kind]> {
  const view: Views[Kind] = ROWS[format][kind];
  if (view === undefined) throw new RangeError(`results of ${kind} cannot be seen as ${format}`);
  return view;
}

/** One result alone in a format, ready to be written out. */
export function viewed<Kind extends keyof Results>(
  kind: Kind,
  format: Format,
  result: Results[Kind],
  look: Look,
): string {
  const view = viewOf(kind, format);
  return 'each' in view ? view.each(result, look) : view.all([result]);
}
