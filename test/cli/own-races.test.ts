import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const scenarioFile = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const MINE = `
import { type Cpu, FOLL_WRITE, dupMmap, family, pinUserPagesFast, pinnedPageUnshared, scenario } from 'holdfast';
import { flags } from './flags';

export const mine = scenario({
  name: 'mine',
  title: 'a race of my own',
  why: 'Because I want to know.',
  property: "I5'",
  variants: { only: { doc: 'the only one' } },
  setup: (cpu, k) => family(cpu, k),
  threads: ({ k, parent, child }) => ({
    pinner: (cpu: Cpu) => pinUserPagesFast(cpu, k, parent, 0, 1, flags),
    forker: (cpu: Cpu) => dupMmap(cpu, k, parent, child),
  }),
  judge({ world: { k, parent }, results: { pinner }, memory }) {
    const [pin] = pinner.pins;
    if (pin === undefined || pinnedPageUnshared(memory, k.layout, parent, pin)) return undefined;
    return { property: "I5'", message: 'it is shared' };
  },
});
`;
scenarioFile('flags.ts', "import { FOLL_WRITE } from 'holdfast';\nexport const flags: number = FOLL_WRITE;\n");
const mine = scenarioFile('mine.ts', MINE);

describe('a race of the user', () => {
  test('TypeScript that imports another file and the library', () => {
    const { status, stdout, stderr } = holdfast(['check', mine, '--design', 'v5.9', '--design', 'v5.11']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^ +v5.9 +v5.11\nmine a race of my own\n +SC +LKMM\n/);
  });

  test('in workers', () => {
    const { status, stdout } = holdfast(['check', mine, '--jobs', '2']);
    expect(status).toBe(1);
    expect(stdout).toContain('mine a race of my own\n');
  });
});

describe('Ctrl-C', () => {
  const LONG = `
import { type Cpu, MM_HAS_PINNED, scenario } from 'holdfast';

const many = (cpu: Cpu, cell: number): void => {
  for (let i = 0; i < 8; i++) cpu.writeOnce(cell, i);
};
export const long = scenario({
  name: 'long',
  title: 'more than anybody waits for',
  why: 'To be stopped.',
  property: 'I4',
  variants: { short: { doc: 'soon done', writes: false }, long: { doc: 'never done', writes: true } },
  setup: (_, k, { writes }) => ({ cell: k.layout.mm(0) + MM_HAS_PINNED, writes }),
  threads: ({ cell, writes }) => ({
    one: (cpu: Cpu) => (writes ? many(cpu, cell) : undefined),
    two: (cpu: Cpu) => (writes ? many(cpu, cell) : undefined),
    three: (cpu: Cpu) => (writes ? many(cpu, cell) : undefined),
  }),
  judge: ({ memory }) => (memory[1] < 0 ? { property: 'I4', message: 'it is' } : undefined),
});
`;
  test('gives what is known so far', async () => {
    const long = scenarioFile('long.ts', LONG);
    const child = spawn(process.execPath, [
      'dist/holdfast.cjs',
      'check',
      long,
      '--design',
      'v5.9',
      '--design',
      'v5.11',
    ]);
    let stdout = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    setTimeout(() => child.kill('SIGINT'), 2500);
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    expect(stdout).toMatch(/ +short +holds +holds\n/);
    expect(stdout).toMatch(/ +long +\?/);
  });
});

describe('a race of the user that does not come back', () => {
  const base = (name: string, evil: string): string =>
    scenarioFile(
      `${name}.ts`,
      `
import { type Cpu, MM_HAS_PINNED, scenario } from 'holdfast';
export const ${name} = scenario({
  name: '${name}',
  title: 'it does not come back',
  why: 'Nobody knows.',
  property: 'I4',
  variants: { a: { doc: 'comes back', bad: false }, b: { doc: 'does not', bad: true }, c: { doc: 'does', bad: false } },
  setup: (_, k, { bad }) => ({ cell: k.layout.mm(0) + MM_HAS_PINNED, bad }),
  threads: ({ cell, bad }) => ({
    one: (cpu: Cpu) => {
      if (bad) { ${evil} }
      cpu.writeOnce(cell, 1);
    },
    two: (cpu: Cpu) => cpu.writeOnce(cell, 2),
  }),
  judge: ({ memory }) => (memory[1] < 0 ? { property: 'I4', message: 'it is' } : undefined),
});
`,
    );

  test.each(['1', '2'])('but ends the process: its cells alone are lost, with %s jobs', (jobs) => {
    const asked = ['check', base('exits', 'process.exit(0);'), '--design', 'v5.9', '--design', 'v5.11', '--jobs', jobs];
    const { status, stdout, stderr } = holdfast(asked);
    expect(status).toBe(2);
    expect(stderr.match(/error\[HF960\]: exits b ended its worker, with exit code 0/g)).toHaveLength(1);
    expect(stdout).toMatch(/ +a, c +holds +holds\n +b +error +error\n/);
  });

  test('but goes on for ever: --timeout ends it', () => {
    const spins = base('spins', 'for (;;);');
    const { status, stdout } = holdfast(['check', spins, '--design', 'v5.9', '--timeout', '1', '--design', 'v5.11']);
    expect(status).toBe(3);
    expect(stdout).toMatch(/ +a, c +holds +holds\n +b +\? +\?\n/);
    const shown = holdfast(['show', spins, '--variant', 'b', '--timeout', '1']);
    expect(shown.status).toBe(3);
    expect(shown.stdout).toMatch(/^spins b: not decided, a limit was hit, and nothing is claimed\b/);
  });

  test('but ends the command before it has begun', () => {
    const { status, stdout, stderr } = holdfast(['check', scenarioFile('ends.ts', 'process.exit(0);\n')]);
    expect([status, stdout]).toEqual([70, '']);
    expect(stderr).toBe('error[HF960]: the run was ended before it had come to its end\n');
  });
});

describe('what is wrong with a race of the user is said at its line', () => {
  const RIGHT = `import { type Cpu, MM_HAS_PINNED, scenario } from 'holdfast';
interface Nothing { readonly of: number }
export const wrong = scenario({
  name: 'wrong',
  title: 'it is',
  why: 'Nobody knows.',
  property: 'I4',
  variants: { only: { doc: 'the only one' } },
  layout: () => ({}),
  setup: (_, k) => ({ x: k.layout.mm(0) + MM_HAS_PINNED }),
  threads: ({ x }) => ({
    one: (cpu: Cpu) => cpu.readOnce(x),
    two: (cpu: Cpu) => cpu.writeOnce(x, 1),
  }),
  judge: () => undefined,
});
`;
  const AT_CALL = 3;
  test.each<[right: string, wrong: string, message: string, line: number]>([
    ['layout: () => ({})', "layout: () => { throw new Error('no') }", 'layout() threw Error: no', 9],
    ['k.layout', 'no.layout', 'setup() threw ReferenceError: no is not defined', 10],
    ['threads: ({ x })', "threads: () => { throw new Error('no'); }, more: ({ x })", 'threads() threw Error: no', 11],
    ['cpu.readOnce(x)', "{ if (cpu.readOnce(x) === 1) throw 'no'; }", 'thread one threw no', AT_CALL],
    ['cpu.readOnce(x)', 'no.one', 'thread one threw ReferenceError: no is not defined', 12],
    ['(cpu: Cpu) => cpu.readOnce(x)', '1', 'thread one is no function', AT_CALL],
    ['=> cpu.readOnce', '=> Promise.reject', 'thread one returned a promise, for which nobody waits', AT_CALL],
    ['judge: () => undefined', 'judge: () => no.one', 'judge() threw ReferenceError: no is not defined', 15],
    [
      'judge: () => undefined',
      'judge: async () => undefined',
      'judge() returned a promise, for which nobody waits',
      AT_CALL,
    ],
    ...['null', 'true', "({ property: 'I99', message: '' })"].map((value): [string, string, string, number] => [
      'judge: () => undefined',
      `judge: () => ${value}`,
      `judge() returned ${value.startsWith('(') ? '[object Object]' : value}, which is neither undefined nor { property, message }`,
      AT_CALL,
    ]),
    ["only: { doc: 'the only one' }", '', 'wrong has no variants', AT_CALL],
  ])('%s -> %s', (right, wrong, message, line) => {
    const file = scenarioFile('wrong.ts', RIGHT.replace(right, wrong));
    const { status, stderr } = holdfast(['check', file, '--design', 'v6.12']);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toBe(`error[HF943]: ${message}`);
    expect(stderr).toContain(`wrong.ts:${line}:`);
  });

  test.each(['cpu.writeOnce(x, 1)', 'cpu.readOnce(x)', 'cpu.smpMb()'])('a thread without end: %s', (step) => {
    const file = scenarioFile('wrong.ts', RIGHT.replace('cpu.readOnce(x)', `{ for (;;) ${step}; }`));
    const { status, stderr } = holdfast(['check', file, '--design', 'v6.12']);
    expect(status).toBe(2);
    expect(stderr.split('\n')[0]).toBe('error[HF203]: thread one makes more than 4096 memory accesses');
    expect(stderr).toContain('wrong.ts:12:');
  });

  test.each([[[]], [['--design', 'v6.12']]])('once, however many cells it is wrong in: %j', (designs) => {
    const file = scenarioFile('wrong.ts', RIGHT.replace('=> undefined', '=> no.one'));
    const { status, stdout, stderr } = holdfast(['check', file, ...designs]);
    expect(status).toBe(2);
    expect(`${stdout}${stderr}`.match(/HF943/g)).toHaveLength(1);
  });

  test('also where it is to be shown', () => {
    const file = scenarioFile('wrong.ts', RIGHT.replace('=> undefined', '=> no.one'));
    const { status, stdout, stderr } = holdfast(['show', file]);
    expect(status).toBe(2);
    expect(stdout + stderr).toMatch(/^error\[HF943\]: judge\(\) threw ReferenceError: no is not defined\n *--> .*:15:/);
  });

  test('also where the file throws before any race begins', () => {
    const { status, stderr } = holdfast(['check', scenarioFile('throws.ts', "\nthrow new Error('no');\n")]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[HF942\]: 'throws.ts' threw Error: no\n *--> .*throws.ts:2:7\n/);
  });
});
