import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CORPUS, CORPUS_MISSING, readExpected } from '../corpus/expected.ts';
import { answer, check, modelAt } from './models.ts';

/** The folder of the kernel's own model, tools/memory-model of Linux 6.12. */
const FOLDER = process.env.HOLDFAST_LKMM ?? '../linux/tools/memory-model';
const MODEL = join(FOLDER, 'linux-kernel.cat');
const missing = existsSync(MODEL) ? CORPUS_MISSING : `no linux-kernel.cat in ${FOLDER} (HOLDFAST_LKMM)`;

const all = process.env.HOLDFAST_CAT_ALL === '1';
const rows = missing === undefined ? readExpected().filter((_, i) => all || i % 40 === 3) : [];

describe.skipIf(missing !== undefined)(missing ?? 'linux-kernel.cat is the model that is built in', () => {
  const model = missing === undefined ? modelAt(MODEL, join(FOLDER, 'linux-kernel.bell')) : 'lkmm';
  test.each(rows.map(({ path }) => path))('%s', (path) => {
    const text = readFileSync(join(CORPUS, path), 'utf8');
    const own = check(text, 'lkmm', 'executions', path, all ? 20 : 1);
    if (own.kind === 'bounded' || (!all && own.kind !== 'error' && own.executions > 500)) return;
    const read = check(text, model, 'executions', path, 300);
    expect(answer(read)).toEqual(answer(own));
  });
});
