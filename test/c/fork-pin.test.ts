import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { analyse } from '../../src/ask/analyse.ts';
import { settingsFrom } from '../../src/ask/options.ts';
import type { Design } from '../../src/mm/design/design.ts';
import { presetNamed } from '../../src/mm/design/presets.ts';
import { atOnce } from '../../src/program/turns.ts';
import { forkPinKernel } from '../../src/scenarios/fork-pin-kernel.ts';
import { verdictOf } from './c-facts.ts';

const KNOBS = [
  'pinFlag',
  'pinSeqcount',
  'pinCount',
  'forkSeqcount',
  'forkOrder',
  'forkBarrier',
  'forkReference',
  'forkPinned',
  'forkReads',
  'pageTableLock',
] as const satisfies readonly (keyof Design)[];

/** `pinFlag: 'test-set'` is `-D PINFLAG_TEST_SET`. */
const definesOf = (design: Design): Record<string, string> =>
  Object.fromEntries(KNOBS.map((knob) => [`${knob}_${design[knob]}`.toUpperCase().replaceAll('-', '_'), '1']));

/** What the memory manager's own race says, without everything that cannot matter. */
function ownVerdict(design: Design): string {
  const text = forkPinKernel(design, 'T0', false, false);
  const found = atOnce(analyse('show', [{ kind: 'litmus', path: 'T0', text }], settingsFrom({ mend: false }), {}));
  return found.kind === 'execution' ? 'broken' : found.kind;
}

test.each(['has-pinned-review', 'has-pinned-swap', 'v5.9', 'v5.11', 'v6.1', 'v6.12'])('T0 in C under %s', (name) => {
  const { design } = presetNamed(name)!;
  const text = readFileSync('examples/kernel/fork-pin.c', 'utf8');
  const verdict = verdictOf(text, { path: 'fork-pin.c', defines: definesOf(design) });
  expect(verdict.split(':')[0]).toBe(ownVerdict(design));
});

test.each([
  [{ FORKBARRIER_MB: '1' }, 'holds'],
  [{ FORKREADS_COUNT_FLAG: '1' }, 'broken'],
  [{ FORKREADS_COUNT_FLAG: '1', FORKBARRIER_MB: '1' }, 'holds'],
])('T0 in C with %j', (defines, verdict) => {
  const text = readFileSync('examples/kernel/fork-pin.c', 'utf8');
  expect(verdictOf(text, { defines }).split(':')[0]).toBe(verdict);
});
