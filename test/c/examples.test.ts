import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { verdictOf } from './c-facts.ts';

const FOLDER = 'examples/kernel';

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.c')))(
  'examples/kernel/%s is what it says of itself',
  (name) => {
    const text = readFileSync(`${FOLDER}/${name}`, 'utf8');
    const promised = /^ \* Result: (.*)$/m.exec(text)?.[1];
    expect(verdictOf(text)).toBe(promised);
  },
);
