import { expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { MODELS } from '../../src/models/registry.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import { bitLock, bitUnlock, cmpxchg, fetchAdd, program, read, waitFor, write, x, xchg } from '../oracle/steps.ts';
import { differences } from './differences.ts';

const expecting = (value: number, step: Step): Step => ({ ...step, expect: value }) as Step;
const once = Mode.Once;

/**
 * A read that waits for a value, on a word that others write in other ways than a lock: an execution may be visited twice,
 * or not at all. Bit locks wait so, and reads of which a filter or a condition expects a value.
 */
const GAPS: readonly (readonly [string, SmallProgram])[] = [
  [
    'twice: two waits, one of which is followed by a write that the other takes',
    program([waitFor(x, 1)], [waitFor(x, 1), write(x, 1)], [write(x, 1)], [write(x, 2)]),
  ],
  [
    'twice: the same of two reads from which a filter expects a value',
    program([expecting(1, read(0, x))], [expecting(1, read(0, x)), write(x, 1)], [write(x, 1)], [write(x, 2)]),
  ],
  [
    'twice: a bit lock on a word that others write, and one of them unlocks',
    program([bitLock(x)], [write(x, 1)], [write(x, 1), bitUnlock(x)]),
  ],
  [
    'missed: two bit locks on a word that others write',
    program([bitLock(x)], [bitLock(x), bitUnlock(x)], [write(x, 1)], [write(x, 1), bitUnlock(x)]),
  ],
  [
    'missed: a cmpxchg that a filter expects to fail, with what two RMWs left',
    program([write(x, 1), expecting(1, cmpxchg(0, x, 0, 1, once))], [xchg(0, x, 1, once)], [cmpxchg(0, x, 1, 2, once)]),
  ],
  [
    'missed: a cmpxchg that a filter expects to fail, with what an expected RMW left',
    program(
      [expecting(1, cmpxchg(0, x, 0, 1, once))],
      [expecting(1, read(0, x)), fetchAdd(0, x, 1, once)],
      [xchg(0, x, 1, once), expecting(2, xchg(0, x, 1, once))],
    ),
  ],
];

test.skip.each(GAPS)('%s', (_, small) => {
  const program = toProgram(small);
  const found = enumerate(program);
  for (const model of MODELS) {
    const wanted = found[model].filter(({ asExpected }) => asExpected);
    expect(differences(program, model, wanted, { pursue: 'condition' }), model).toEqual([]);
  }
});
