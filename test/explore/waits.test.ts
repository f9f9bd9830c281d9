import { expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { LADDER } from '../../src/models/registry.ts';
import { enumerate } from '../oracle/enumerate.ts';
import { type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import { bitLock, bitUnlock, cmpxchg, fetchAdd, program, read, waitFor, write, x, xchg, y } from '../oracle/steps.ts';
import { differences } from './differences.ts';

const expecting = (value: number, step: Step): Step => ({ ...step, expect: value }) as Step;
const once = Mode.Once;

type Row = readonly [string, SmallProgram];

/**
 * Reads that wait for a value, on words that others write in other ways than locks do: bit locks, and reads from which a
 * filter or a condition expects something.
 */
const WAITS: readonly Row[] = [
  [
    'two reads from which a filter expects a value, and a write that follows one of them',
    program([expecting(1, read(0, x))], [expecting(1, read(0, x)), write(x, 1)], [write(x, 1)], [write(x, 2)]),
  ],
  [
    'a bit lock on a word that others write, and one of them unlocks',
    program([bitLock(x)], [write(x, 1)], [write(x, 1), bitUnlock(x)]),
  ],
  [
    'a cmpxchg that a filter expects to fail, with what two RMWs left',
    program([write(x, 1), expecting(1, cmpxchg(0, x, 0, 1, once))], [xchg(0, x, 1, once)], [cmpxchg(0, x, 1, 2, once)]),
  ],
  [
    'a cmpxchg that a filter expects to fail, with what an expected RMW left',
    program(
      [expecting(1, cmpxchg(0, x, 0, 1, once))],
      [expecting(1, read(0, x)), fetchAdd(0, x, 1, once)],
      [xchg(0, x, 1, once), expecting(2, xchg(0, x, 1, once))],
    ),
  ],
  [
    'two waits, one of which is followed by a write that the other takes',
    program([waitFor(x, 1)], [waitFor(x, 1), write(x, 1)], [write(x, 1)], [write(x, 2)]),
  ],
  ['two waits, each of which lets the other end', program([waitFor(x, 1), write(y, 1)], [waitFor(y, 1), write(x, 1)])],
  [
    'two bit locks on a word that others write',
    program([bitLock(x)], [bitLock(x), bitUnlock(x)], [write(x, 1)], [write(x, 1), bitUnlock(x)]),
  ],
];

function agrees(small: SmallProgram): void {
  const program = toProgram(small);
  const found = enumerate(program);
  for (const model of LADDER) {
    const wanted = found[model].filter(({ asExpected }) => asExpected);
    expect(differences(program, model, wanted, { pursue: 'condition' }), model).toEqual([]);
  }
}

test.each(WAITS)('%s', (_, small) => agrees(small));
