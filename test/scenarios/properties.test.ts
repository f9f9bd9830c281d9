import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { QUIESCENT } from '../../src/mm/observe/invariants.ts';
import { SCENARIOS } from '../../src/scenarios/catalog.ts';
import { PROPERTIES } from '../../src/scenarios/properties.ts';

const FOLDER = 'src/scenarios';
const races = readdirSync(FOLDER)
  .map((file) => readFileSync(`${FOLDER}/${file}`, 'utf8'))
  .filter((text) => /^export const \w+ = scenario\(/m.test(text));

/** The properties that a judge may say to be broken. */
const judged = (text: string): string[] =>
  [...text.matchAll(/property: (?:'(I\d+)'|"(I5')"),\s+message/g)].map(([, one, other]) => one ?? other!);

describe('what races judge', () => {
  it('every race is a file', () => {
    expect(races.length).toBe(SCENARIOS.length);
  });

  it('every property is judged by a race, and no other', () => {
    const all = new Set<string>([...QUIESCENT, ...races.flatMap(judged)]);
    expect([...all].sort()).toEqual(Object.keys(PROPERTIES).sort());
  });

  it.each(SCENARIOS)('$name says that it holds what it judges', ({ name, property }) => {
    const text = races.find((each) => each.includes(`name: '${name}'`))!;
    expect([...QUIESCENT, ...judged(text)]).toContain(property);
  });

  it.each(SCENARIOS)('$name asks for leaks and locks, and says what must happen', ({ name }) => {
    const text = races.find((each) => each.includes(`name: '${name}'`))!;
    expect(text).toContain('quiescent(');
    expect(text).toContain('happens');
  });
});
