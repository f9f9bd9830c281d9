import { expect, test } from 'vitest';
import { CODES } from '../../src/program/codes.ts';
import { FLAG_ENTRIES } from '../../src/report/flag-entries.ts';
import { RESULT_ENTRIES } from '../../src/report/result-entries.ts';
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

test('explain FLAG', () => {
  const { status, stdout } = holdfast(['explain', 'lock-final']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^lock-final: The final value of a lock is asked for\n\n/);
});

test('explain RACE names the commits that changed its cells', () => {
  const { status, stdout } = holdfast(['explain', 'dirty-cow']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^dirty-cow: forced write against MADV_DONTNEED/);
  expect(stdout).toMatch(
    /\nuntouched, read\n {2}v4\.4 SC -> v4\.20 holds\n {4}19be0eaffa3a .*\n.*v4\.9\)\n {8}followForce=cow-dirty\n/,
  );
});

test('explain alone lists every code, flag and result', () => {
  const { stdout } = holdfast(['explain']);
  const all = Object.entries({ ...CODES, ...FLAG_ENTRIES, ...RESULT_ENTRIES });
  expect(stdout.trimEnd().split('\n')).toEqual(all.map(([code, { title }]) => `${code}  ${title}`));
});
