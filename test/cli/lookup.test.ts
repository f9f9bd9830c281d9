import { describe, expect, test } from 'vitest';
import { holdfast } from './holdfast.ts';

describe('explain takes whatever is printed', () => {
  test.each<[words: string, first: string, more: RegExp]>([
    ['HF910', 'HF910: No such file', /typing error/],
    ['910', 'HF910: No such file', /typing error/],
    ['i5', 'I5', /T4 +clearing PG_anon_exclusive/],
    ['I1', 'I1', /./],
    ['forkSeqcount', 'forkSeqcount  how fork opens write_protect_seq', /57efa1fe5957/],
    ['forkSeqcount=wmb', 'forkSeqcount=wmb', /raw_write_seqcount_begin/],
    ['v5.11', 'v5.11', /What v5\.9 decided otherwise:\n(.*\n)*.*forkSeqcount=wmb/],
    ['5.15', 'v5.15', /as v5\.14/],
  ])('%s', (words, first, more) => {
    const { status, stdout, stderr } = holdfast(['explain', ...words.split(' ')]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')[0]).toBe(first);
    expect(stdout).toMatch(more);
  });

  test('a cell', () => {
    const { status, stdout } = holdfast(['explain', 'T0', 'v5.9', 'first']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^T0 first, v5\.9: broken under SC\n/);
  });

  test.each([
    ['forkSeqcnt', 'forkSeqcount'],
    ['forkSeqcount=wnb', 'forkSeqcount=wmb'],
    ['HF911x', 'HF911'],
  ])('what is near %s', (word, near) => {
    const { status, stderr } = holdfast(['explain', word]);
    expect(status).toBe(2);
    expect(stderr).toMatch(new RegExp(`did you mean .*${near}`));
  });
});

test('list filters', () => {
  const { stdout } = holdfast(['list', 'knobs', 'write_protect_seq']);
  expect(stdout).toMatch(/^forkSeqcount /);
  expect(stdout).not.toContain('reuse ');
  expect(holdfast(['list', 'functions', 'do_wp_page']).stdout).toMatch(/^doWpPage +do_wp_page\(\), in mm\/memory\.c\n/);
  expect(holdfast(['list', 'races', 'nothing of the kind']).stdout).toContain('Nothing in races');
});

test('several races at once', () => {
  const asked = ['T0', 'fork-tlb', '--design', 'v5.9', '--design', 'v5.11', '--variant', 'first', '--format', 'json'];
  const { status, stdout } = holdfast(['check', ...asked, '--variant', 'store']);
  const wrong = holdfast(['check', 'T0', 'T99']);
  expect(stdout.match(/"scenario":"T0"/g)).toHaveLength(2);
  expect(stdout.match(/"scenario":"fork-tlb"/g)).toHaveLength(2);
  expect([status, wrong.status]).toEqual([1, 2]);
  expect(wrong.stderr).toContain("no such race: 'T99'");
});

test('a bare name is a test below this folder, or an example', () => {
  for (const folder of [process.cwd(), '/tmp']) {
    const { status, stdout } = holdfast(['show', 'sb'], {}, folder);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^SB: possible/);
  }
});
