import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMITS, type CommitHash } from '../../src/mm/design/commits.ts';
import { designWith, KNOBS, type KnobName, knobValues } from '../../src/mm/design/design.ts';
import { designAt, periodsOf, whenText } from '../../src/mm/design/history.ts';
import { designOf, KERNEL_PRESETS, PRESETS, presetNamed } from '../../src/mm/design/presets.ts';
import { compareReleases, finalOf, type Release, releaseBefore } from '../../src/mm/design/release.ts';
import { BACKPORTS } from '../../src/mm/design/stable.ts';

const NAMES = Object.keys(KNOBS) as KnobName[];

describe('knobs', () => {
  it.each(NAMES)('%s has a doc line and at least two values, each explained', (name) => {
    expect(KNOBS[name].doc).toMatch(/\w/);
    expect(knobValues(name).length).toBeGreaterThan(1);
    for (const meaning of Object.values(KNOBS[name].values)) expect(meaning).toMatch(/\w/);
  });

  it('are set by name and value', () => {
    expect(designWith(designOf('v5.9'), { forkOrder: 'protect-first', forkBarrier: 'mb' })).toEqual({
      ...designOf('v5.9'),
      forkOrder: 'protect-first',
      forkBarrier: 'mb',
    });
  });

  it('that do not exist are an error that says which do', () => {
    expect(designWith(designOf('v5.9'), { forkOder: 'mb' })).toEqual({
      kind: 'unknown-knob',
      knob: 'forkOder',
      knobs: NAMES,
    });
    expect(designWith(designOf('v5.9'), { toString: 'mb' })).toMatchObject({ kind: 'unknown-knob' });
  });

  it('with values that do not exist are an error that says which do', () => {
    expect(designWith(designOf('v5.9'), { put: 'fully' })).toEqual({
      kind: 'unknown-value',
      knob: 'put',
      value: 'fully',
      values: ['full', 'relaxed'],
    });
  });
});

describe('the history of a knob', () => {
  const changes = NAMES.flatMap((knob) => periodsOf(knob).map((period) => ({ knob, ...period })));

  it.each(NAMES)('%s: its changes come in the order of their releases, each to another value', (knob) => {
    for (const machine of ['weakest', 'x86'] as const) {
      periodsOf(knob, machine).forEach(({ value, since, until }, i, all) => {
        expect(knobValues(knob)).toContain(value);
        if (since !== undefined && until !== undefined) expect(compareReleases(since, until)).toBeLessThan(0);
        if (i > 0) expect(value).not.toBe(all[i - 1]!.value);
      });
    }
  });

  it('names every commit that is known, and no other', () => {
    const named = NAMES.flatMap((knob) => (['weakest', 'x86'] as const).flatMap((machine) => periodsOf(knob, machine)));
    const hashes = named.flatMap(({ commits }) => commits);
    expect([...new Set(hashes)].sort()).toEqual(Object.keys(COMMITS).sort());
  });

  it('decides what each kernel does: the first release with a commit has what it brought, the one before has not', () => {
    for (const { knob, value, since } of changes) {
      if (since === undefined) continue;
      expect(designAt(since)[knob]).toBe(value);
      expect(designAt(releaseBefore(since))[knob]).not.toBe(value);
    }
  });

  it('says when a value was taken', () => {
    expect(whenText('forkPinned', 'share')).toBe('to v5.8');
    expect(whenText('reuse', 'mapcount')).toBe('to v5.8');
    expect(whenText('forkOrder', 'protect-first')).toBe('v5.9-rc7');
    expect(whenText('pinReadOnly', 'any')).toBe('to v5.7, v5.9 to v5.18');
    expect(whenText('pinCount', 'two-step')).toBe('v5.14 to v6.0');
    expect(whenText('pinCount', 'relaxed')).toBe('');
    expect(whenText('put', 'full')).toBe('');
  });

  /** Older than v4.4, so no decision of any kernel here: the flush before the page-table lock is dropped (v3.15). */
  const OLDER = '1cf35d47712d';
  const text = (file: string): string => readFileSync(file, 'utf8');
  const sources = ['src/mm', 'src/scenarios'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('commits.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const mentions = ['docs/races.md', ...sources].flatMap((file) =>
    [...text(file).matchAll(/\b(?=\w*\d)(?=\w*[a-f])([0-9a-f]{8,13})\b(?: \((v\d[\w.-]*))?/g)].map((match) => {
      return { file, hash: match[1]!, release: match[2] };
    }),
  );

  it.each(mentions)('knows $hash, which $file names', ({ hash, release }) => {
    const known = [OLDER, ...Object.keys(COMMITS)].find((full) => full.startsWith(hash.slice(0, 12)));
    expect(known).toBeDefined();
    if (release !== undefined) expect(finalOf(COMMITS[known as CommitHash].release)).toBe(release);
  });
});

describe('releases', () => {
  it('are ordered as they came', () => {
    const ordered: Release[] = ['v4.4', 'v4.20', 'v5.0', 'v5.9-rc4', 'v5.9-rc7', 'v5.9', 'v5.10', 'v6.0', 'v7.1'];
    const shuffled = [...ordered].reverse().sort(compareReleases);
    expect(shuffled).toEqual(ordered);
  });

  it('know the one before', () => {
    expect((['v5.9', 'v5.0', 'v6.0', 'v7.0', 'v5.9-rc8', 'v5.9-rc1'] as const).map(releaseBefore)).toEqual([
      'v5.8',
      'v4.20',
      'v5.19',
      'v6.19',
      'v5.9-rc7',
      'v5.8',
    ]);
  });
});

describe('presets', () => {
  it.each(PRESETS)('$name decides every knob', ({ design }) => {
    expect(Object.keys(design).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) expect(knobValues(name)).toContain(design[name]);
  });

  it('have names of their own, and the kernels are there', () => {
    const names = PRESETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const kernels = KERNEL_PRESETS.filter(({ machine }) => machine === undefined);
    const releases = kernels.map(({ release }) => release);
    expect([...releases].sort(compareReleases)).toEqual(releases);
    expect(releases).toContain('v6.12');
  });

  it('are found by name', () => {
    expect(presetNamed('v6.1')?.design).toBe(designOf('v6.1'));
    expect(presetNamed('v6.20')).toBeUndefined();
    expect(() => designOf('v6.20')).toThrow('no preset is called v6.20');
  });

  it.each([
    ['5.15', 'v5.15', 'v5.14'],
    ['v6.13', 'v6.13', 'v6.12'],
    ['6.12.7', 'v6.12.7', 'v6.12'],
    ['5.12', 'v5.12', 'v5.11'],
  ])('%s is a kernel without a column: %s, as %s', (asked, name, like) => {
    const kernel = presetNamed(asked)!;
    expect(kernel.name).toBe(name);
    expect(kernel.doc).toContain(`as ${like} in all that is modelled`);
    expect(kernel.design).toEqual(designOf(like));
  });

  it.each<[string, readonly CommitHash[], Partial<Record<KnobName, string>>]>([
    [
      '5.4.286',
      ['c444eb564fb1', '17839856fd58', '6c8e2a256915', '2ba99c5e0881'],
      { pinReadOnly: 'writable', pmdRecheck: 'skip' },
    ],
    ['5.10.8', [], { forkSeqcount: 'none', clearRefs: 'all' }],
    ['5.10.9', ['9348b73c2e1b', '29a951dfb3c3', 'feb889fb40fa'], { clearRefs: 'spare-pinned', forkSeqcount: 'none' }],
    ['v6.12.34', [], { unshareSync: 'none' }],
    ['v6.12.35', ['1013af4f585f'], { unshareSync: 'ipi' }],
    ['6.16.1', [], { unshareSync: 'ipi' }],
  ])('%s has what was taken back to it: %j', (name, commits, decisions) => {
    const { doc, design } = presetNamed(name)!;
    expect(design).toMatchObject(decisions);
    expect(doc.endsWith(commits.length === 0 ? 'is not known' : `taken back by then: ${commits.join(', ')}`)).toBe(
      true,
    );
  });

  it.each(BACKPORTS)('what was taken back to %s.%i is of a later release, and docs/races.md has it', (...row) => {
    const [release, stable, commits] = row;
    for (const hash of commits) expect(compareReleases(COMMITS[hash].release, release)).toBeGreaterThan(0);
    const line = readFileSync('docs/races.md', 'utf8')
      .split('\n')
      .find((each) => each.startsWith(`| ${release}.${stable} `));
    expect([...(line ?? '').matchAll(/`(\w+)`/g)].map(([, hash]) => hash)).toEqual(commits);
  });

  it.each(['3.10', 'v4.3', 'v4.21', '5.20', '99.1', 'v6', '6.1.2.3', 'v6.1-rc1'])(
    '%s is no kernel that is known',
    (name) => expect(presetNamed(name)).toBeUndefined(),
  );
});
