import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORPUS, CORPUS_MISSING, readExpected } from '../corpus/expected.ts';
import { answer, check, modelAt } from './models.ts';

const all = process.env.HOLDFAST_CAT_ALL === '1';
const rows = CORPUS_MISSING === undefined ? readExpected().filter((_, i) => all || i % 97 === 7) : [];

/** What a model read from a file does not flag of its own. */
const unflagged = (found: ReturnType<typeof answer>) => (Array.isArray(found) ? found : { ...found, flags: [] });

describe.skipIf(CORPUS_MISSING !== undefined)(CORPUS_MISSING ?? 'the corpus', () => {
  describe.each([['sc'], ['tso']] as const)('examples/models/%s.cat is the model that is built in', (name) => {
    const model = modelAt(`examples/models/${name}.cat`);
    test.each(rows.map(({ path }) => path))('%s', (path) => {
      const text = readFileSync(join(CORPUS, path), 'utf8');
      const own = check(text, name, 'executions', path, all ? 20 : 1);
      if (own.kind === 'bounded' || (!all && own.kind !== 'error' && own.executions > 500)) return;
      expect(unflagged(answer(check(text, model, 'executions', path)))).toEqual(unflagged(answer(own)));
    });
  });
});
