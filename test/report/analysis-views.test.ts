import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { type Analysis, executionsOf } from '../../src/explain/analysis.ts';
import { analysisJson } from '../../src/report/analysis-json.ts';
import { analysisMail } from '../../src/report/analysis-mail.ts';
import { analysisText } from '../../src/report/analysis-text.ts';
import { executionSvg } from '../../src/report/execution-svg.ts';
import { type Format, formatsOf, viewed } from '../../src/report/formats.ts';
import { PLAIN } from '../../src/report/style.ts';
import { ANALYSES } from './analyses.ts';
import { junitProblems, readXml } from './schemas/junit.ts';
import { SARIF } from './schemas/sarif-2.1.0.ts';

const all = Object.entries(ANALYSES);
const analysisView = (a: Analysis, format: Format): string =>
  viewed('analysis', format, a, { width: 80, style: PLAIN, several: false });
const junitOf = (a: Analysis): string => analysisView(a, 'junit');
const sarifOf = (a: Analysis): string => analysisView(a, 'sarif');
const SCHEMA = JSON.parse(readFileSync(new URL('../../schema/analysis.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false });

describe('the text', () => {
  it.each(all)('%s', (_, a) => {
    expect(analysisText(a)).toMatchSnapshot();
  });

  it.each([40, 60, 132])('is readable at %d columns', (width) => {
    for (const name of ['shown', 'shown, four threads', 'repairs'] as const) {
      expect(analysisText(ANALYSES[name]!, width)).toMatchSnapshot();
    }
  });

  it.each(all)('keeps to the width, but for ids, places, diffs and diagnostics: %s', (_, a) => {
    for (const width of [60, 80, 120]) {
      for (const line of analysisText(a, width).split('\n')) {
        if (/^(Again:|error|warning|[-+ @]| {3})/.test(line)) continue;
        expect(line.length).toBeLessThanOrEqual(width);
      }
    }
  });

  it('marks words without changing them', () => {
    const bracket = (text: string): string => `\u27e8${text}\u27e9`;
    const style = { bold: bracket, dim: bracket, red: bracket, green: bracket, yellow: bracket, cyan: bracket };
    for (const [, a] of all) {
      expect(analysisText(a, 80, style).replace(/[\u27e8\u27e9]/g, '')).toBe(analysisText(a, 80));
    }
  });
});

describe('what is pasted into a mail', () => {
  it.each(all)('has 72 columns of ASCII: %s', (_, a) => {
    for (const line of analysisMail(a).split('\n')) {
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(line).not.toMatch(/ $/);
      if (!/^(Again:|error|warning|[-+ @]| {3})/.test(line)) expect(line.length).toBeLessThanOrEqual(72);
    }
  });

  it('as a maintainer reads it', () => {
    expect(analysisMail(ANALYSES.barriers!)).toMatchSnapshot();
  });
});

describe('the JSON', () => {
  const validate = ajv.compile(SCHEMA);

  it.each(all)('fits its schema: %s', (_, a) => {
    const json = analysisJson(a);
    expect(json.trimEnd()).not.toContain('\n');
    validate(JSON.parse(json));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('is a function of the value', () => {
    expect(JSON.parse(analysisJson(ANALYSES.shown!))).toMatchSnapshot();
  });

  it('with a key too many does not fit', () => {
    expect(validate({ ...JSON.parse(analysisJson(ANALYSES.holds!)), more: 1 })).toBe(false);
  });
});

describe('SARIF', () => {
  const validate = ajv.compile(SARIF);

  it.each(all)('fits the standard: %s', (_, a) => {
    validate(JSON.parse(sarifOf(a)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('has a thread flow for each CPU, and a fix', () => {
    expect(JSON.parse(sarifOf(ANALYSES.repairs!)).runs[0].results).toMatchSnapshot();
  });

  it('has fixes that mend the test', () => {
    const [, repair] = JSON.parse(sarifOf(ANALYSES.repairs!)).runs[0].results;
    const [change] = repair.fixes[0].artifactChanges;
    expect(change.artifactLocation.uri).toBe('tests/MP.litmus');
    expect(change.replacements.map((r: { insertedContent: { text: string } }) => r.insertedContent.text)).toEqual([
      'smp_store_release(y, 1)',
      'smp_load_acquire(y)',
    ]);
  });
});

describe('JUnit', () => {
  it.each(all)('is XML that its readers know: %s', (_, a) => {
    expect(junitProblems(readXml(junitOf(a)))).toEqual([]);
  });

  it.each([
    ['shown', 1, 0],
    ['holds', 0, 0],
    ['barriers', 0, 0],
    ['barriers, some too many', 2, 0],
    ['error', 0, 1],
  ])('%s: %d failures, %d errors', (name, failures, errors) => {
    expect(readXml(junitOf(ANALYSES[name]!)).attributes).toMatchObject({
      failures: String(failures),
      errors: String(errors),
    });
  });

  it('has the execution in the failure', () => {
    expect(junitOf(ANALYSES.shown!)).toMatchSnapshot();
  });
});

describe('annotations', () => {
  it.each(all)('are one command in each line: %s', (_, a) => {
    const lines = analysisView(a, 'github')
      .split('\n')
      .filter((line) => line !== '');
    for (const line of lines) expect(line).toMatch(/^::(error|warning|notice) (\w+=[^,:]+)(,\w+=[^,:]+)*::./);
    expect(lines.length > 0 || a.kind === 'difference').toBe(true);
  });

  it('stand at the first step of the cycle', () => {
    expect(analysisView(ANALYSES.shown!, 'github')).toMatchSnapshot();
  });
});

describe('pictures', () => {
  const executions = all.flatMap(([name, a]) =>
    executionsOf(a).map(({ title, execution }) => [`${name}: ${title}`, execution] as const),
  );

  it.each(executions)('SVG is XML without anything from elsewhere: %s', (_, execution) => {
    const svg = executionSvg(execution);
    const root = readXml(
      `<?xml version="1.0" encoding="UTF-8"?>\n${svg
        .replaceAll('viewBox', 'viewbox')
        .replace(/<(\/?)([a-zA-Z]+)/g, (_, slash, name) => `<${slash}${name.toLowerCase()}`)
        .replace(/ ([a-zA-Z:]+)=/g, (_, name) => ` ${name.toLowerCase().replace(':', '-')}=`)}`,
    );
    expect(root.name).toBe('svg');
    expect(svg).not.toMatch(/(href|src|url)=|@import|url\((?!#)/);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it('SVG, as it is', () => {
    expect(analysisView(ANALYSES.shown!, 'svg')).toMatchSnapshot();
  });

  it('DOT, as it is', () => {
    expect(analysisView(ANALYSES['shown, four threads']!, 'dot')).toMatchSnapshot();
  });

  it.each(['svg', 'dot'] as const)(
    'has each step of what comes after a race, and what is not one step: %s',
    (format) => {
      const race = ANALYSES['shown, a race']!;
      if (race.kind !== 'execution') throw new Error(race.kind);
      const view = analysisView(race, format).replaceAll('&#39;', "'").replaceAll('&gt;', '>');
      const steps = race.counterexample.after!.flatMap((deed) => deed.steps);
      expect(steps.length).toBeGreaterThan(3);
      for (const { code, effect } of steps) for (const text of [code, effect]) expect(view).toContain(text);
      for (const text of ['After the race', 'not one step']) expect(view).toContain(text);
    },
  );

  it('HTML, as it is', () => {
    expect(analysisView(ANALYSES.shown!, 'html')).toMatchSnapshot();
  });
});

describe.each(formatsOf('analysis'))('%s', (format) => {
  it.each(all)('of %s is made without a word that stands for nothing', (_, a) => {
    const view = analysisView(a, format);
    expect(view).not.toMatch(/undefined|\[object|NaN/);
    expect(view === '' || view.endsWith('\n')).toBe(true);
  });
});
