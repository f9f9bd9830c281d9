import { describe, expect, it } from 'vitest';
import { designWith, KNOBS, type KnobName, knobValues } from '../../src/mm/design/design.ts';
import { designOf, PRESETS, presetNamed } from '../../src/mm/design/presets.ts';

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

describe('presets', () => {
  it.each(PRESETS)('$name decides every knob', ({ design }) => {
    expect(Object.keys(design).sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) expect(knobValues(name)).toContain(design[name]);
  });

  it('have names of their own, and the kernels are there', () => {
    const names = PRESETS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => name.startsWith('v'))).toEqual([
      'v4.4',
      'v4.20',
      'v5.8',
      'v5.9-rc',
      'v5.9',
      'v5.11',
      'v5.14',
      'v5.19',
      'v6.1',
      'v6.5',
      'v6.12',
    ]);
  });

  it('are found by name', () => {
    expect(presetNamed('v6.1')?.design).toBe(designOf('v6.1'));
    expect(presetNamed('v6.2')).toBeUndefined();
    expect(() => designOf('v6.2')).toThrow('no preset is called v6.2');
  });
});
