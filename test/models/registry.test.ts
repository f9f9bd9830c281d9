import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INTERLEAVING, isWeakest, LADDER, MODELS, modelInfo, modelOfCode, upTo } from '../../src/models/registry.ts';

describe('the registry of models', () => {
  it('has the numbers that ids have had', () => {
    expect(MODELS.map((name) => [name, modelInfo(name).code])).toEqual([
      ['sc', 0],
      ['tso', 1],
      ['arm64', 3],
      ['arm64+llsc', 4],
      ['riscv', 5],
      ['riscv+queued', 6],
      ['power', 7],
      ['lkmm', 2],
    ]);
    for (const name of MODELS) expect(modelOfCode(modelInfo(name).code)).toBe(name);
    expect(modelOfCode(undefined)).toBe(undefined);
  });

  it.each(MODELS)('%s: the stronger come first, and with theirs', (name) => {
    const { stronger } = modelInfo(name);
    expect([...stronger].sort((a, b) => MODELS.indexOf(a) - MODELS.indexOf(b))).toEqual(stronger);
    for (const other of stronger) {
      expect(MODELS.indexOf(other)).toBeLessThan(MODELS.indexOf(name));
      expect(stronger).toEqual(expect.arrayContaining([...modelInfo(other).stronger]));
    }
    expect(upTo(name)).toEqual([...LADDER.filter((other) => stronger.includes(other)), name]);
    expect(name === INTERLEAVING || stronger.includes(INTERLEAVING)).toBe(true);
  });

  it('has a weakest', () => expect(MODELS.filter(isWeakest)).toEqual(['lkmm']));

  const folder = new URL('../../schema/', import.meta.url);
  it.each(readdirSync(folder))('is that of schema/%s', (file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    const enums: string[][] = [];
    JSON.parse(text, (key, value: { anyOf?: { enum?: string[] }[] }) => {
      const first = key === 'model' ? value.anyOf?.[0]?.enum : undefined;
      if (first !== undefined) enums.push(first);
      return value;
    });
    expect(enums.length).toBeGreaterThan(0);
    for (const models of enums) expect(models).toEqual([...MODELS]);
  });
});
