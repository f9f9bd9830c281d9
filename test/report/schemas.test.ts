import { readdirSync, readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { SCHEMAS } from '../../src/report/schema/files.ts';

const folder = new URL('../../schema/', import.meta.url);

test('schema/ has a file for each declaration', () => {
  expect(readdirSync(folder)).toEqual(Object.keys(SCHEMAS));
});

test.each(Object.entries(SCHEMAS))('schema/%s is what is declared (else: npm run schema)', (file, schema) => {
  expect(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))).toEqual(schema);
  new Ajv2020({ allowUnionTypes: true, strictTypes: false }).compile(schema);
});
