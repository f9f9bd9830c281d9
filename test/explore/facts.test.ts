import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mode } from '../../src/cpu/modes.ts';
import { checkLitmus } from '../../src/fronts/litmus/check-litmus.ts';
import { type LitmusResult, QUESTIONS } from '../../src/fronts/litmus/litmus-result.ts';
import { compileLitmus, DEFAULT_UNROLL } from '../../src/litmus/compile.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { LADDER, type ModelName } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';
import { CORPUS, CORPUS_MISSING, readExpected } from '../corpus/expected.ts';
import { print } from '../oracle/print.ts';
import { placesOf, type SmallProgram, type Step, toProgram } from '../oracle/small-program.ts';
import { RUNS as ASKED } from '../seed.ts';
import { type EngineExecution, engineExecutions } from './engine-executions.ts';
import { INITIAL, STEP_FEATURES } from './features.ts';
import { isSmall, programWith } from './paired-programs.ts';
import { FLAVOURS, type Flavour, randomProgram } from './random-programs.ts';
import { marked, stronger, withOneStep } from './strengthen.ts';

/** Facts that need no second answer: they hold of what the engine says, whatever that is. */

/** Random programs for each fact, of each flavour. */
const RUNS = ASKED ?? 25;
const TIMEOUT = 60_000 + RUNS * 2000;

/** What the engine visits; undefined where it says that there may be more. */
function visited(program: Program, model: ModelName): readonly EngineExecution[] | undefined {
  const { complete, executions } = engineExecutions(program, model);
  return complete ? executions : undefined;
}

const written = ({ text, results, memory }: EngineExecution): string => JSON.stringify([text, results, memory]);
const flagged = (execution: EngineExecution): string => `${written(execution)} ${[...execution.flags].sort()}`;

/** Those of the first that the second has not, a few of them. */
function lacking(some: readonly EngineExecution[], of: readonly EngineExecution[]): string[] {
  const all = new Set(of.map(written));
  return some
    .map(written)
    .filter((one) => !all.has(one))
    .slice(0, 3);
}

/** Under each model that has more executions than the one before it: those that it has lost. */
function lostByWeaker(program: Program): string[] {
  const found = LADDER.map((model) => visited(program, model));
  return found.flatMap((weaker, i) => {
    const before = found[i - 1];
    return before === undefined || weaker === undefined ? [] : lacking(before, weaker);
  });
}

/** The program with its threads in another order: thread `i` of it is thread `order[i]` of the first. */
const reordered = (program: Program, order: readonly number[]): Program => ({
  ...program,
  threads: order.map((t) => program.threads[t]!),
});

/** What an execution of {@link reordered} is called where the threads stand as they first did. */
function backInOrder(execution: EngineExecution, order: readonly number[]): EngineExecution {
  const first = <T>(of: readonly T[]): T[] => order.map((_, t) => of[order.indexOf(t)]!);
  const parts = execution.text
    .split(' | ')
    .map((part) => part.replace(/(?<=[ <])(\d+)\.(?=\d)/g, (_, t) => `${order[Number(t)]}.`));
  const text = [...first(parts.slice(0, order.length)), ...parts.slice(order.length)].join(' | ');
  return { ...execution, text, results: first(execution.results) };
}

/** Where the two differ in what they visit, and how often. */
function differing(a: readonly EngineExecution[] | undefined, b: readonly EngineExecution[] | undefined): string[] {
  if (a === undefined || b === undefined) return [];
  const [some, others] = [a.map(flagged).sort(), b.map(flagged).sort()];
  if (JSON.stringify(some) === JSON.stringify(others)) return [];
  return [`${some.length} executions, ${others.length}`, ...lacking(a, b), ...lacking(b, a)];
}

/** Programs in which any three features meet. */
const MEETING = 'features that meet';
const meeting = fc
  .shuffledSubarray([...STEP_FEATURES.map(({ name }) => name), INITIAL], { minLength: 3, maxLength: 3 })
  .chain(programWith)
  .filter(isSmall);

/** Holds a fact up against random programs; `wrong` gives what speaks against it. */
function onRandom(
  flavour: Flavour | typeof MEETING,
  wrong: (small: SmallProgram) => readonly string[],
  runs = RUNS,
): void {
  fc.assert(
    fc.property(flavour === MEETING ? meeting : randomProgram(flavour), (small) => {
      const found = wrong(small);
      if (found.length > 0) throw new Error(`${print(small)}\n${found.join('\n')}`);
    }),
    { numRuns: runs },
  );
}

/** Adjacent steps, neither of which orders anything or depends on the other, changed over. */
function swapped(small: SmallProgram): SmallProgram[] {
  return small.threads.flatMap((steps, t) =>
    steps.slice(1).flatMap((second, i) => {
      const first = steps[i]!;
      if (!areIndependent(first, second)) return [];
      const other = [...steps.slice(0, i), second, first, ...steps.slice(i + 2)];
      return [{ ...small, threads: small.threads.with(t, other) }];
    }),
  );
}

const isSimple = (step: Step): step is Extract<Step, { do: 'read' | 'write' }> =>
  (step.do === 'read' || step.do === 'write') && (step.mode === Mode.Once || step.mode === Mode.Plain);

function areIndependent(first: Step, second: Step): boolean {
  if (!isSimple(first) || !isSimple(second)) return false;
  const [a, b] = [first.address, second.address];
  if (placesOf(a).some((at) => placesOf(b).includes(at))) return false;
  const uses = (step: typeof first): readonly (number | undefined)[] => [
    step.address.via,
    step.do === 'write' ? step.value.register : step.into,
  ];
  const sets = (step: typeof first): number => (step.do === 'read' ? step.into : -1);
  return !uses(second).includes(sets(first)) && !uses(first).includes(sets(second));
}

/** A word that nobody uses, and a register in which nothing ever is. */
const withUnused = (small: SmallProgram): SmallProgram => ({
  ...small,
  initial: [...small.initial, 1],
  registers: small.registers + 1,
});

describe.each([...FLAVOURS, MEETING] as const)('random programs with %s', { timeout: TIMEOUT }, (flavour) => {
  test('lose no execution under a weaker model', () => {
    onRandom(flavour, (small) => lostByWeaker(toProgram(small)), RUNS * 2);
  });

  test('have the same executions whatever the order of their threads', () => {
    onRandom(flavour, (small) => {
      const program = toProgram(small);
      const order = [...program.threads.keys()].reverse();
      return LADDER.flatMap((model) => {
        const others = visited(reordered(program, order), model);
        return differing(
          visited(program, model),
          others?.map((execution) => backInOrder(execution, order)),
        );
      });
    });
  });

  test('have the same executions with a variable that nobody uses', () => {
    onRandom(flavour, (small) => {
      const without = (execution: EngineExecution): EngineExecution => ({
        ...execution,
        memory: execution.memory.slice(0, -1),
        results: execution.results.map((registers) => (registers as readonly number[]).slice(0, -1)),
      });
      return LADDER.flatMap((model) =>
        differing(visited(toProgram(small), model), visited(toProgram(withUnused(small)), model)?.map(without)),
      );
    });
  });

  test('end in the same states when independent accesses are changed over', () => {
    const ending = (execution: EngineExecution): EngineExecution => ({ ...execution, text: '' });
    onRandom(flavour, (small) => {
      const before = visited(toProgram(small), 'lkmm')?.map(ending);
      return swapped(small)
        .slice(0, 3)
        .flatMap((other) => differing(before, visited(toProgram(other), 'lkmm')?.map(ending)));
    });
  });

  test('gain no execution by a stronger primitive', () => {
    onRandom(flavour, (small) => {
      return LADDER.flatMap((model) => {
        const before = visited(toProgram(small), model);
        if (before === undefined) return [];
        return withOneStep(small, stronger)
          .slice(0, 4)
          .flatMap((other) => {
            const gained = lacking(visited(toProgram(other), model) ?? [], before);
            return gained.length === 0 ? [] : [print(other), ...gained];
          });
      });
    });
  });
});

test.each(['plain', MEETING] as const)('marking a plain access never adds a race: %s', { timeout: TIMEOUT }, (of) => {
  const races = (small: SmallProgram): boolean | undefined =>
    visited(toProgram(small), 'lkmm')?.some(({ flags }) => flags.includes('data-race'));
  let free = 0;
  const wrong = (small: SmallProgram): string[] => {
    const others = withOneStep(small, marked);
    if (others.length === 0 || races(small) !== false) return [];
    free++;
    return others.filter((other) => races(other) === true).map(print);
  };
  onRandom(of, wrong, RUNS * 6);
  expect(free).toBeGreaterThan(0);
});

/** One test of the corpus in so many, of those that take herd7 a moment. */
const EVERY = 90;
const SAMPLE: readonly string[] =
  CORPUS_MISSING === undefined
    ? readExpected()
        .filter((row) => (row.seconds ?? 1) < 0.3)
        .filter((_, i) => i % EVERY === 0)
        .map(({ path }) => path)
    : [];

const textOfTest = (path: string): string => readFileSync(join(CORPUS, path), 'utf8');

function programOf(path: string): Program {
  const parsed = parseLitmus(textOfTest(path), path);
  if (!parsed.ok) throw new Error(parsed.diagnostics[0]?.message);
  return compileLitmus(parsed.test).program;
}

/** What both of two answers must say alike. */
const core = (result: LitmusResult) => {
  if (result.kind !== 'decided') return { kind: result.kind };
  const { kind, verdict, states, flags, positive, negative } = result;
  return { kind, verdict, states, flags, positive, negative };
};

describe.skipIf(CORPUS_MISSING !== undefined)(`real litmus tests (${CORPUS_MISSING ?? `one in ${EVERY}`})`, () => {
  const ask = (path: string, text: string, model: ModelName) =>
    QUESTIONS.map((question) =>
      checkLitmus(path, text, {
        model,
        question,
        unroll: DEFAULT_UNROLL,
        expect: undefined,
        maxExecutions: undefined,
        deadline: Date.now() + 30_000,
        onExecution: undefined,
      }),
    ) as [LitmusResult, LitmusResult, LitmusResult];

  test.each(SAMPLE)('%s: a weaker model loses no execution, and the order of threads is nothing', (path) => {
    const program = programOf(path);
    expect(lostByWeaker(program)).toEqual([]);
    const order = [...program.threads.keys()].reverse();
    for (const model of LADDER) {
      const others = visited(reordered(program, order), model);
      const back = others?.map((execution) => backInOrder(execution, order));
      expect(differing(visited(program, model), back), model).toEqual([]);
    }
  });

  test.each(SAMPLE)('%s: the three questions agree under each model', (path) => {
    const text = textOfTest(path);
    for (const model of LADDER) {
      const [states, executions, decided] = ask(path, text, model);
      expect(core(executions), model).toEqual(core(states));
      expect(decided.kind, model).toBe(states.kind);
      if (states.kind !== 'decided' || decided.kind !== 'decided') continue;
      // One execution settles the question, and then no more are looked for.
      const settled = states.condition.kind === 'forall' ? 'Never' : 'Always';
      expect(decided.verdict, model).toBe(states.verdict === settled ? 'Sometimes' : states.verdict);
      if (decided.verdict !== 'Sometimes') expect(decided.flags, model).toEqual(states.flags);
    }
  });

  test.each(SAMPLE)('%s: a variable that nobody uses changes nothing', (path) => {
    const text = textOfTest(path);
    const more = text.replace(/^\{/m, '{ int nobody_uses_it = 1;');
    expect(more).not.toBe(text);
    expect(core(ask(path, more, 'lkmm')[1])).toEqual(core(ask(path, text, 'lkmm')[1]));
  });
});
