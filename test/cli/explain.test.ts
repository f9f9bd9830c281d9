import { expect, test } from 'vitest';
import { CODES } from '../../src/program/codes.ts';
import { holdfast } from './holdfast.ts';

test('explain CODE', () => {
  expect(holdfast(['explain', 'hf910'])).toEqual({
    status: 0,
    stdout: `HF910: No such file

There is no file or folder of this name.

Look for a typing error in the path; it is taken relative to the folder in which
the command runs.
`,
    stderr: '',
  });
});

test('explain alone lists every code', () => {
  const { stdout } = holdfast(['explain']);
  expect(stdout.trimEnd().split('\n')).toEqual(Object.entries(CODES).map(([code, { title }]) => `${code}  ${title}`));
});
