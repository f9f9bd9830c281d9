import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { litmusJson } from '../../src/report/litmus-json.ts';
import { RESULTS, SB } from './examples.ts';

const schema = JSON.parse(readFileSync('schema/litmus-result.schema.json', 'utf8'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

test.each(Object.entries(RESULTS))('%s is one line, and as the schema says', (_, result) => {
  const line = litmusJson(result);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  validate(JSON.parse(line));
  expect(validate.errors).toBeNull();
});

test('the schema refuses what the format excludes', () => {
  const object = JSON.parse(litmusJson(SB));
  expect(validate({ ...object, verdict: null })).toBe(false);
  expect(validate({ ...object, kind: 'bounded', limit: 'timeout' })).toBe(false);
  expect(validate({ ...object, more: 1 })).toBe(false);
  expect(validate({ ...object, kind: 'error' })).toBe(false);
});

test('states are counted, and listed as rows of values', () => {
  expect(JSON.parse(litmusJson(RESULTS.pointers!))).toMatchObject({
    states: 2,
    observed: ['1:r2', '[x0]'],
    outcomes: [
      ['x0', 3],
      ['y', 2],
    ],
    witnesses: [0, 1],
  });
});

test('no execution satisfies a condition where none completes', () => {
  expect(JSON.parse(litmusJson(RESULTS.deadlock!))).toMatchObject({ kind: 'deadlock', verdict: 'Never', states: 0 });
});
