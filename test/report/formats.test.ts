import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/fronts/races/cell-result.ts';
import { formatsOf, type Results, viewOf } from '../../src/report/formats.ts';
import { reported } from '../../src/report/reported.ts';
import { PLAIN } from '../../src/report/style.ts';
import { ANALYSES } from './analyses.ts';
import { RESULTS } from './examples.ts';
import { junitProblems, readXml } from './schemas/junit.ts';

const cell = {
  scenario: 'T0',
  variant: 'first',
  design: 'v5.9',
  model: 'lkmm',
  property: 'I4',
  promise: 'it stays',
} as const;
const counted = { executions: 3, blocked: 0, seconds: 0.1, asked: [] };

/** A cell of every kind. */
const CELLS: readonly CellResult[] = [
  { kind: 'holds', ...cell, ...counted },
  {
    kind: 'violated',
    ...cell,
    ...counted,
    failure: { property: 'I4', message: 'it is <wrong>', steps: [] },
  },
  {
    kind: 'deadlock',
    ...cell,
    ...counted,
    waits: [{ who: 'pinner', code: 'spin_lock(ptl)', location: 'ptl', value: '1' }],
  },
  { kind: 'data-race', ...cell, ...counted },
  { kind: 'bounded', ...cell, ...counted },
  { kind: 'interrupted', ...cell, ...counted },
  { kind: 'vacuous', ...cell, ...counted, reason: 'in no execution is it pinned' },
  { kind: 'absent', ...cell, ...counted, reason: 'there was no fast walk' },
  {
    kind: 'error',
    ...cell,
    ...counted,
    diagnostics: [
      { code: 'HF943', severity: 'error', message: 'no', file: 'a.ts', line: 1, column: 1, length: 1, sourceLine: 'x' },
    ],
  },
];

const ALL: { readonly [Kind in keyof Results]: readonly Results[Kind][] } = {
  litmus: Object.values(RESULTS),
  check: CELLS,
  analysis: Object.values(ANALYSES),
};
const KINDS = Object.keys(ALL) as (keyof Results)[];

it('every kind of result has the formats that need nothing but what is reported of all', () => {
  for (const kind of KINDS) {
    expect(formatsOf(kind)).toEqual(expect.arrayContaining(['text', 'json', 'junit', 'sarif', 'github']));
  }
});

describe.each(KINDS)('%s', (kind) => {
  it.each(formatsOf(kind))('can be seen as %s', (format) => {
    const view = viewOf(kind, format) as ReturnType<typeof viewOf<'check'>>;
    const results = ALL[kind] as readonly CellResult[];
    const look = { width: 80, style: PLAIN, several: false };
    const text = 'each' in view ? results.map((result) => view.each(result, look)).join('') : view.all(results);
    expect(text).not.toBe('');
    if (format === 'json') expect(text.trimEnd().split('\n')).toHaveLength(results.length);
    if (format === 'junit') expect(junitProblems(readXml(text))).toEqual([]);
  });

  it('has something to be told of each', () => {
    for (const result of ALL[kind]) {
      if (result.kind !== 'difference') expect(reported(result).findings().length).toBeGreaterThan(0);
    }
  });
});
