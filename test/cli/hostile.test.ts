import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfast as run } from './holdfast.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const holdfast = (...arguments_: readonly string[]) => run(arguments_, { FORCE_COLOR: '1' }, folder);

/** Store buffering, in which everything that can have a name has this one. */
const litmus = (name: string, comment = ''): string => `C ${name}
(* ${comment} *)
{}
P0(int *x, int *y) { int r0; WRITE_ONCE(*x, 1); r0 = READ_ONCE(*y); }
P1(int *x, int *y) { int r0; WRITE_ONCE(*y, 1); r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
`;

/** What a terminal would obey, or a reader would not see. */
const HIDDEN = /(?!\n|\t)[\p{Cc}\p{Cf}\u2028\u2029]/u;
const NAMES: readonly [what: string, name: string][] = [
  ['a title of the terminal', '\x1b]0;owned\x07'],
  ['a colour', '\x1b[31mred'],
  ['a colour in one byte', '\x9b31mred'],
  ['text from right to left', 'a\u202eb'],
  ['an isolate', 'a\u2066b'],
  ['nothing to see', 'a\u200bb'],
  ['a line of its own', 'a\u2028b'],
  ['our own marks', '\ufdd4a'],
  ['XML', ']]><a href="&\'">'],
  ['a command of GitHub', '::error::x%0Ay'],
  ['DOT', '"];a->b;["\\'],
  ['a header of a mail', 'Subject:x'],
  ['JavaScript', '__proto__'],
];
/** What is ours: colours, and nothing else that begins with an escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
const withoutColours = (text: string): string => text.replace(/\x1b\[(1|2|22|31|32|33|36|39)m/g, '');

describe.each(NAMES)('the name of a test is %s', (_, name) => {
  // A backslash separates folders on some systems.
  const folded = name.replace(/[/\\]/g, '');
  const path = `${folded}.litmus`;
  writeFileSync(join(folder, path), litmus(name));
  const broken = `${folded}-broken.litmus`;
  writeFileSync(join(folder, broken), litmus(name).replace('WRITE_ONCE', `WRITE${name}`));

  test.each([
    ['litmus', path],
    ['litmus', path, broken, '--expect', 'never'],
    ['litmus', path, broken, '--format', 'herd'],
    ['litmus', path, broken, '--format', 'json'],
    ['litmus', path, broken, '--format', 'github'],
    ['show', path, '--no-mend'],
    ['show', broken],
    ['show', path, '--no-mend', '--format', 'mail'],
    ['show', path, '--no-mend', '--format', 'github'],
  ])('%s %s %s %s %s', (...arguments_) => {
    const { stdout, stderr } = holdfast(...arguments_);
    expect(withoutColours(stdout + stderr)).not.toMatch(HIDDEN);
    expect(stdout + stderr).not.toContain('internal error');
  });

  test('one command of GitHub for each finding', () => {
    const { stdout } = holdfast('litmus', path, broken, '--format', 'github');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .every((line) => /^::(error|notice) file=/.test(line)),
    ).toBe(true);
  });

  test.each(['junit', 'sarif', 'html', 'svg', 'dot'])('%s is well-formed', (format) => {
    const { stdout } = holdfast('show', path, '--no-mend', '--format', format);
    if (format === 'sarif') {
      const [{ locations }] = JSON.parse(stdout).runs[0].results;
      const { uri } = locations[0].physicalLocation.artifactLocation;
      expect(decodeURIComponent(uri)).toBe(path);
      expect(new URL(uri, 'file:///folder/')).toMatchObject({ protocol: 'file:', search: '', hash: '' });
    } else if (format === 'dot') {
      // Outside of quotes there is nothing of the name.
      expect(stdout.replace(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/a->b|owned|Subject/);
    } else {
      expect(stdout).not.toContain('<a href');
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids these
      expect(stdout).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f]/);
    }
  });
});

describe('names of JavaScript', () => {
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('Result: %s is no promise', (name) => {
    writeFileSync(join(folder, 'result.litmus'), litmus('SB', `Result: ${name}`));
    const { status, stdout } = holdfast('litmus', 'result.litmus', '--format', 'json');
    expect([status, JSON.parse(stdout).promised]).toEqual([0, null]);
  });

  test.each(['__proto__', 'constructor', 'toString'])(
    '%s as a location, a register, a thread of a condition',
    (name) => {
      const text = `C ${name}\n{}\nP0(int *${name}) { int r${name}; WRITE_ONCE(*${name}, 1); r${name} = READ_ONCE(*${name}); }\nexists (0:r${name}=1 /\\ ${name}=1)\n`;
      writeFileSync(join(folder, 'names.litmus'), text);
      const { status, stdout } = holdfast('litmus', 'names.litmus', '--format', 'json');
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ verdict: 'Always', name });
    },
  );

  test.each<[string, ...string[]]>([
    ['HF933', 'check', 'T0', '--set', '__proto__=x'],
    ['HF933', 'check', 'T0', '--set', 'constructor=x'],
    ['HF934', 'check', 'T0', '--set', 'forkBarrier=constructor'],
    ['HF930', 'check', '__proto__'],
    ['HF931', 'check', 'T0', '--design', '__proto__'],
    ['HF932', 'check', 'T0', '--variant', 'constructor'],
    ['HF930', 'show', 'constructor'],
    ['HF902', 'litmus', 'x.litmus', '--model', 'constructor'],
    ['HF902', 'litmus', 'x.litmus', '--expect', '__proto__'],
    ['HF920', 'explain', '__proto__'],
    ['HF900', '__proto__'],
  ])('%s: %s %s %s %s', (code, ...arguments_) => {
    const { status, stderr } = holdfast(...arguments_);
    expect(status).toBe(2);
    expect(withoutColours(stderr)).toContain(`error[${code}]`);
  });
});

describe('an id', () => {
  const evil = `require('fs').writeFileSync('owned', ''); exports.evil = {};`;
  mkdirSync(join(folder, 'ids'));
  for (const name of ['evil.js', 'evil.ts', 'evil']) writeFileSync(join(folder, 'ids', name), evil);

  test.each([
    '.%2Fevil.js',
    './evil.js',
    'evil.js/first/v6.12',
    './evil',
    '..%2Fids%2Fevil.ts',
    '/tmp/evil.js',
    '__proto__',
  ])('of %s runs nothing', (name) => {
    for (const kind of ['s', 'l']) {
      const { status, stderr } = run(['replay', `hf1-${kind}-EUKXDf-BCCDABAEA-${name}`], {}, join(folder, 'ids'));
      expect(status).toBe(2);
      expect(stderr).toContain('error[HF954]');
    }
    expect(existsSync(join(folder, 'ids', 'owned'))).toBe(false);
  });
});

test.each([
  ['show', 'nothing.litmus'],
  ['show', '__proto__-broken.litmus'],
  ['barriers', 'T99'],
])('%s %s: tools are told what is wrong', (...arguments_) => {
  const sarif = holdfast(...arguments_, '--format', 'sarif');
  expect(sarif.status).toBe(2);
  expect(JSON.parse(sarif.stdout).runs[0].results).toMatchObject([{ ruleId: 'bad-input', level: 'error' }]);
  expect(holdfast(...arguments_, '--format', 'junit').stdout).toContain('errors="1"');
  expect(JSON.parse(holdfast(...arguments_, '--format', 'json').stdout)).toMatchObject({ kind: 'error' });
});

test('the help says that a file is run', () => {
  for (const command of ['check', 'show']) expect(run([command, '--help']).stdout).toMatch(/is\s+run/);
});
