import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wordOf } from '../../src/cpu/integer.ts';
import { draw } from '../../src/explain/drawing.ts';
import { decodeExecution, digestOf, encodeExecution, formatId, parseId } from '../../src/explain/execution-id.ts';
import { SextetReader, SextetWriter } from '../../src/explain/sextets.ts';
import { MODELS } from '../../src/models/registry.ts';
import { FLAVOURS, randomProgram } from '../explore/random-programs.ts';
import { toProgram } from '../oracle/small-program.ts';
import { eachExecution } from './executions.ts';

/** The integers of 64 bits, with a sign or without. */
const LARGE = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });

describe('numbers as text', () => {
  it.each([
    [0, 'A'],
    [31, 'f'],
    [32, 'gB'],
    [1023, '.f'],
    [2 ** 53 - 1, '..........H'],
  ])('%d is %s', (n, text) => {
    expect(new SextetWriter().add(n).text).toBe(text);
    expect(new SextetReader(text).next()).toBe(n);
  });

  it('any numbers come back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), LARGE.map(wordOf))), (list) => {
        const writer = new SextetWriter();
        for (const n of list) writer.addWord(n);
        const reader = new SextetReader(writer.text);
        expect(list.map(() => reader.nextWord())).toEqual(list);
        expect(reader.isAtEnd).toBe(true);
      }),
    );
  });
});

describe('an id', () => {
  it.each([
    [{ kind: 'l', digest: 'abc', execution: 'AB', name: 'SB+poonceonces' }, 'hf1-l-abc-AB-SB+poonceonces'],
    [{ kind: 'l', digest: 'abc', execution: 'AB', name: 'a b$(c)' }, 'hf1-l-abc-AB-a%20b%24%28c%29'],
    [{ kind: 'l', digest: 'abc', execution: 'AB', name: 'a~b', variant: '3.0' }, 'hf1-l-abc-AB-a%7Eb~3.0'],
    [{ kind: 's', digest: 'x._', execution: '0', name: 'T0/first/v5.9-rc' }, 'hf1-s-x._-0-T0/first/v5.9-rc'],
  ] as const)('%o is %s', (id, text) => {
    expect(formatId(id)).toBe(text);
    expect(parseId(text)).toEqual(id);
  });

  it.each([
    ['hf2-l-abc-AB-SB', 'version'],
    ['hf1-l-abc-AB', 'not-an-id'],
    ['hf1-q-abc-AB-SB', 'not-an-id'],
    ['SB.litmus', 'not-an-id'],
    ['hf1-l-abc-AB-SB~x', 'not-an-id'],
    ['hf1-l-abc-AB-%', 'not-an-id'],
    ['', 'not-an-id'],
  ])('%s is none: %s', (text, problem) => {
    expect(parseId(text)).toBe(problem);
  });

  it('has a digest that knows one text from another, but not one line end from another', () => {
    expect(digestOf('a\r\nb\n')).toBe(digestOf('a\nb\n'));
    expect(digestOf('a\nb')).not.toBe(digestOf('a\nc'));
    expect(digestOf('ab')).not.toBe(digestOf('ba'));
    expect(digestOf('')).toMatch(/^\w{6}$/);
  });
});

describe('an execution as text', () => {
  it.each(FLAVOURS)('comes back the same: %s', (flavour) => {
    fc.assert(
      fc.property(randomProgram(flavour), fc.constantFrom(...MODELS), (small, model) => {
        const program = toProgram(small);
        eachExecution(program, model, 40, (trace, choices) => {
          const text = encodeExecution(program, trace, choices, draw(program, trace, model), model);
          expect(text).toMatch(/^[\w.]+$/);
          expect(decodeExecution(program, text!)).toEqual({ model, choices });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('whatever the text, is an execution or none', () => {
    const [small] = fc.sample(randomProgram('all'), { numRuns: 1, seed: 7 });
    const program = toProgram(small!);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABCDEFghz_.') }), (text) => {
        const decoded = decodeExecution(program, text);
        expect(decoded === undefined || decoded.choices.reads.length === program.threads.length).toBe(true);
      }),
    );
  });
});
