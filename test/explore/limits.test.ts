import { describe, expect, test } from 'vitest';
import type { TrackedCpu } from '../../src/cpu/cpu.ts';
import { Mode } from '../../src/cpu/modes.ts';
import { explore } from '../../src/explore/explore.ts';
import type { Program, ThreadBody } from '../../src/program/program.ts';

const program = (words: number, threads: ThreadBody[]): Program => ({
  name: 'limits',
  initial: new Array<number>(words).fill(0),
  threads,
  dependencies: 'tracked',
  cellName: (index) => `x${index}`,
});

const count = (p: Program, limits: { maxExecutions?: number; deadline?: number }) => {
  let visited = 0;
  const result = explore(p, {
    model: 'lkmm',
    ...limits,
    onExecution() {
      visited++;
      return false;
    },
  });
  return { ...result, visited };
};

/** Reads `from` and, if it is set, writes `to`, so many times: two to that power traces. */
const manyTraces =
  (from: number, to: number, times: number): ThreadBody =>
  (cpu) => {
    for (let i = 0; i < times; i++) {
      const holds = cpu.branch(cpu.readOnce(from) !== 0);
      (cpu as TrackedCpu).ctrlDeps = (cpu as TrackedCpu).readDeps();
      if (holds) cpu.writeOnce(to, i);
      (cpu as TrackedCpu).ctrlDeps = 0;
    }
  };

describe('limits', () => {
  const increments = program(
    1,
    new Array<ThreadBody>(4).fill((cpu) => cpu.atomicAdd(0, 1)),
  );

  test('none: all 4! orders of four additions', () =>
    expect(count(increments, {})).toEqual({ kind: 'complete', executions: 24, blocked: 0, visited: 24 }));

  test('a number of executions', () =>
    expect(count(increments, { maxExecutions: 7 })).toMatchObject({ kind: 'bounded', executions: 7, visited: 7 }));

  test('exactly as many executions as there are is no bound', () =>
    expect(count(increments, { maxExecutions: 24 })).toMatchObject({ kind: 'complete' }));

  test('a time that is over', () => {
    const many = program(
      1,
      new Array<ThreadBody>(9).fill((cpu) => void cpu.rmw(0, 0, 1, Mode.Once)),
    );
    expect(count(many, { deadline: 0 })).toMatchObject({ kind: 'bounded' });
  });

  test('a time that is over while buffered loads are searched for: more of it may help', () => {
    const threads = program(2, [manyTraces(0, 1, 9), manyTraces(1, 0, 9)]);
    expect(count(threads, { deadline: 0 })).toMatchObject({ kind: 'bounded', outOfTime: true });
  });

  test('more traces than can be searched for buffered loads', () =>
    expect(count(program(2, [manyTraces(0, 1, 13), manyTraces(1, 0, 13)]), {})).toMatchObject({ kind: 'bounded' }));
});
