import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
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

describe('one race', () => {
  test('a cell that is broken: verdict, property, the failing execution and what comes of it', () => {
    const { status, stdout, stderr } = holdfast(['check', 'T0', '--design', 'v5.9', '--variant', 'first']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toContain('T0 first, v5.9: broken under SC\n');
    expect(stdout).toContain("I5': no page that is pinned for writing becomes shared copy-on-write by fork\n");
    expect(stdout).toContain('pinner');
    expect(stdout).toContain('forker');
    expect(stdout).toContain('gup_pte_range()  mm/gup.c\n');
    expect(stdout).toContain('gup_get_pte(ptep)\n');
    expect(stdout).toContain('Ends with: parent stores 7: 0; parent loads: 7; device reads through the pin: 1\n');
    expect(stdout).toMatch(/^Again: holdfast replay hf1-s-/m);
  });

  test('a cell that holds', () => {
    const { status, stdout } = holdfast(['check', 't0', '--design', 'v6.1', '--variant', 'later']);
    expect(status).toBe(0);
    expect(stdout).toContain('T0 later, v6.1: holds under the LKMM\n');
  });

  test('under one model alone', () => {
    const { status, stdout } = holdfast(['check', 'T0', '--design', 'v6.1', '--variant', 'first', '--model', 'tso']);
    expect(status).toBe(0);
    expect(stdout).toContain('T0 first, v6.1: holds under TSO\n');
  });

  test('with decisions taken otherwise', () => {
    const asked = ['check', 'T0', '--design', 'v5.9-rc', '--set', 'forkBarrier=mb', '--set', 'pinCount=relaxed'];
    const { status, stdout } = holdfast([...asked, '--variant', 'first']);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^T0 first, v5\.9-rc forkBarrier=mb pinCount=relaxed: broken under the LKMM; it happens on .*Power\n/,
    );
  });

  test('under several designs: a table', () => {
    const { status, stdout } = holdfast(['check', 'zap-clean', '--design', 'v6.1', '--design', 'v6.5']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ +v6.1 +v6.5\nzap-clean .*\n +SC +holds\n/);
  });

  test('a limit', () => {
    const { status, stdout } = holdfast([
      'check',
      'T1',
      '--design',
      'mapcount-walk-read-walk',
      '--variant',
      'slow-zap',
      '--max-executions',
      '3',
    ]);
    expect(status).toBe(3);
    expect(stdout).toContain('a limit was hit');
  });

  test('--json: an object for each cell', () => {
    const { status, stdout } = holdfast([
      'check',
      'T4',
      '--design',
      'v5.14',
      '--design',
      'v5.19',
      '--variant',
      'swap-rw',
      '--json',
    ]);
    expect(status).toBe(1);
    const cells = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const schema = JSON.parse(readFileSync('schema/cell-result.schema.json', 'utf8'));
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    for (const cell of cells) {
      validate(cell);
      expect(validate.errors).toBeNull();
    }
    const of = { version: 1, scenario: 'T4', variant: 'swap-rw', model: 'lkmm', property: 'I5', blocked: 0, waits: [] };
    expect(cells).toEqual([
      {
        ...of,
        kind: 'absent',
        design: 'v5.14',
        executions: 0,
        seconds: 0,
        failure: null,
        machines: null,
        reason: expect.any(String),
        diagnostics: [],
      },
      {
        ...of,
        kind: 'violated',
        design: 'v5.19',
        executions: expect.any(Number),
        seconds: expect.any(Number),
        failure: {
          property: 'I5',
          message: 'the page is pinned, and not exclusive any more',
          steps: expect.any(Array),
        },
        machines: ['arm64', 'arm64+llsc', 'riscv', 'riscv+queued', 'power'],
        reason: null,
        diagnostics: [],
      },
    ]);
  });
});

describe('--format', () => {
  const asked = ['check', 'T0', '--variant', 'later', '--design', 'v5.9', '--design', 'v6.12', '--format'];

  test('json is what --json prints', () => {
    const lines = (args: readonly string[]): unknown[] =>
      holdfast(args)
        .stdout.trimEnd()
        .split('\n')
        .map((line) => ({ ...JSON.parse(line), seconds: 0 }));
    expect(lines([...asked, 'json'])).toEqual(lines([...asked.slice(0, -1), '--json']));
  });

  test('github: an annotation for each cell', () => {
    const { status, stdout, stderr } = holdfast([...asked, 'github']);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout.split('\n').map((line) => line.split('::').slice(0, 2).join('::'))).toEqual([
      '::error title=T0 later%2C v5.9',
      '::notice title=T0 later%2C v6.12',
      '',
    ]);
  });

  test.each([
    ['junit', /tests="2" failures="1" errors="0" skipped="0"/],
    ['sarif', /"ruleId": "failing-execution"/],
  ])('%s: one document', (format, expected) => {
    const { status, stdout, stderr } = holdfast([...asked, format]);
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(expected);
  });

  test('not both', () => {
    const { status, stderr } = holdfast([...asked, 'github', '--json']);
    expect(status).toBe(2);
    expect(stderr).toContain("error[HF902]: option '--json' cannot be used with option '--format <name>'");
  });
});

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

describe('what can be wrong', () => {
  test.each<[string, readonly string[], string]>([
    ['a race', ['T9'], "error[HF930]: no such race: 'T9'"],
    ['a design', ['T0', '--design', 'v5.99'], "error[HF931]: no such design: 'v5.99'"],
    ['a variant', ['T0', '--variant', 'frist'], "error[HF932]: no such variant of T0: 'frist'"],
    ['a knob', ['T0', '--set', 'forkBarier=mb'], "error[HF933]: no such knob: 'forkBarier'"],
    ['a value', ['T0', '--set', 'forkBarrier=rmb'], "error[HF934]: no such value of forkBarrier: 'rmb'"],
    ['no value', ['T0', '--set', 'forkBarrier'], "error[HF902]: 'forkBarrier' is not a value of --set"],
    ['a file', ['./nothing.ts'], "error[HF910]: no such file: './nothing.ts'"],
    [
      'a file that is not TypeScript',
      [scenarioFile('syntax.ts', 'export const = 1;\n')],
      'error[HF940]: Expected identifier but found "="',
    ],
    [
      'a file without a scenario',
      [scenarioFile('empty.ts', 'export const x = 1;\n')],
      "error[HF941]: no scenario in 'empty.ts'",
    ],
    [
      'a file that throws',
      [scenarioFile('throws.ts', "throw new Error('no');\n")],
      "error[HF942]: 'throws.ts' threw Error: no",
    ],
  ])('%s', (_, arguments_, message) => {
    const { status, stdout, stderr } = holdfast(['check', ...arguments_]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`${message}\n`);
  });

  test('the nearest name is suggested', () => {
    const { stderr } = holdfast(['check', 'T0', '--set', 'forkBarier=mb']);
    expect(stderr).toContain('did you mean forkBarrier');
  });
});

describe('export', () => {
  test('the kernel of a race is a litmus test, and says the same', () => {
    const { status, stdout } = holdfast(['export', 'T0', '--design', 'v5.11', '--variant', 'later']);
    expect(status).toBe(0);
    const kernel = scenarioFile('kernel.litmus', stdout);
    expect(holdfast(['litmus', kernel, '--decide']).stdout).toContain('T0-later: Sometimes under the LKMM');
  });

  test('a race without a kernel', () => {
    const { status, stdout, stderr } = holdfast(['export', 'T3']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('error[HF935]: no litmus kernel of T3 under v6.12\n');
  });
});

describe('list', () => {
  test('races with their variants, and designs', () => {
    const { status, stdout } = holdfast(['list']);
    expect(status).toBe(0);
    for (const name of ['T0  fork against a fast pin', 'later', 'v5.9-rc']) expect(stdout).toContain(name);
  });

  test('--json: scenarios, properties, designs, knobs', () => {
    const { scenarios, properties, designs, knobs } = JSON.parse(holdfast(['list', '--json']).stdout);
    expect(scenarios[0].variants[0]).toEqual({ name: 'first', doc: expect.any(String) });
    expect(properties[scenarios[0].property]).toEqual(expect.any(String));
    expect(designs[0].design[knobs[0].name]).toBe('share');
    expect(Object.keys(knobs[0].values)).toEqual(['share', 'copy']);
  });
});
