import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileLitmus } from '../../src/litmus/compile.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { CORPUS, corpusPaths, corpusText, hasCorpus } from './corpus.ts';

/** What is not supported, and why; herd7 rejects all of them as well. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  'mckenney/manual/atomic/C-unlock-wait-00.litmus': 'spin_unlock_wait() is not supported',
  'mckenney/manual/memb/C-Goldblatt-memb-1.litmus': 'smp_memb() is not supported',
  'mckenney/manual/memb/C-Goldblatt-memb-2.litmus': 'smp_memb() is not supported',
  'mckenney/manual/memb/C-Goldblatt-memb-3.litmus': 'smp_memb() is not supported',
  'mckenney/manual/memb/C-memb-RCU-0.litmus': 'smp_memb() is not supported',
  'mckenney/manual/memb/C-memb-RCU-1.litmus': 'smp_memb() is not supported',
};

describe.skipIf(!hasCorpus)(
  'the corpus of real tests (HOLDFAST_CORPUS, skipped where it is absent)',
  { timeout: 60_000 },
  () => {
    test('every test is read and compiled, without a warning, but for those listed', () => {
      const failed: Record<string, string> = {};
      const warned: string[] = [];
      let compiled = 0;
      for (const path of corpusPaths()) {
        const result = parseLitmus(corpusText(path), path);
        if (result.ok) {
          expect(compileLitmus(result.test).program.threads).toHaveLength(result.test.threads.length);
          if (result.test.warnings.length > 0) warned.push(path);
          compiled++;
        } else failed[path] = result.diagnostics[0]!.message;
      }
      expect(failed).toEqual(UNSUPPORTED);
      expect(warned).toEqual([]);
      expect(compiled).toBe(3864);
    });

    test('names, threads and promised verdicts are those that herd7 and the authors give', () => {
      const rows = readFileSync(join(CORPUS, 'expected.csv'), 'utf8').trim().split('\n').slice(1);
      const wrong: string[] = [];
      for (const row of rows) {
        const [path, threads, author] = row.split(',') as [string, string, string];
        const result = parseLitmus(corpusText(path), path);
        if (!result.ok) continue;
        const { promised } = result.test;
        const verdict = promised === undefined ? '' : promised.verdict;
        if (result.test.threads.length !== Number(threads))
          wrong.push(`${path}: ${result.test.threads.length} threads`);
        if (verdict.toLowerCase() !== author.toLowerCase()) wrong.push(`${path}: ${verdict} for ${author}`);
      }
      expect(wrong).toEqual([]);
    });
  },
);
