import fc from 'fast-check';
import type { SmallProgram, Step } from '../oracle/small-program.ts';
import { type Chunk, FILTER, filler, INITIAL, LOCK, STEP_FEATURES, THREADS, threadsName, WORDS } from './features.ts';
import { combinations, sizeOf } from './random-programs.ts';

const byName = new Map(STEP_FEATURES.map((feature) => [feature.name, feature]));

/** A feature as one chunk, if it is one of steps. */
const chunkOf = (name: string, body: Chunk): Chunk[] => [byName.get(name)?.chunk(body) ?? []].flat();

const elsewhere = (names: readonly string[]): Chunk[] => names.flatMap((name) => byName.get(name)?.elsewhere ?? []);

/** Marked accesses, or the features, each of which may stand inside another, too. */
function chunksOf(names: readonly string[]): fc.Arbitrary<Step[][]> {
  const simple = names.map((name) => chunkOf(name, filler));
  const bodyOf = (name: number): Chunk =>
    fc.oneof({ weight: 2, arbitrary: filler }, ...simple.filter((_, other) => other !== name).flat());
  return fc.tuple(...names.flatMap((name, i) => chunkOf(name, bodyOf(i))));
}

/**
 * Programs with these features, if their steps come about, among a few marked accesses. Not all are small enough for the
 * oracle.
 */
export function programWith(names: readonly string[]): fc.Arbitrary<SmallProgram> {
  const wanted = THREADS.filter((n) => names.includes(threadsName(n)));
  const threads = wanted.length > 0 ? fc.constantFrom(...wanted) : fc.constantFrom(2, 2, 3, 3, 3, 4);
  return threads
    .chain((count) => {
      const place = fc.record({ thread: fc.nat(count - 1), first: fc.boolean() });
      return fc.record({
        chunks: chunksOf(names),
        places: fc.array(place, { minLength: names.length, maxLength: names.length }),
        more: fc.array(fc.tuple(filler, place), { maxLength: 4 }),
        elsewhere: fc.tuple(...elsewhere(names).map((chunk) => fc.tuple(chunk, place))),
        // A thread that would be empty gets these.
        alone: fc.tuple(...Array.from({ length: count }, () => fc.array(filler, { minLength: 1, maxLength: 2 }))),
      });
    })
    .map(({ chunks, places, more, elsewhere, alone }) => {
      const parts = alone.map((): Step[][] => []);
      const placed = [...chunks.map((chunk, i) => [chunk, places[i]!] as const), ...elsewhere, ...more];
      for (const [chunk, { thread, first }] of placed) {
        if (first) parts[thread]!.unshift(chunk);
        else parts[thread]!.push(chunk);
      }
      return numbered(parts.map((of, t) => (of.length > 0 ? of : alone[t]!).flat()));
    })
    .chain((program) => (names.includes(INITIAL) ? withInitialValues(program) : fc.constant(program)))
    .chain((program) => (names.includes(FILTER) ? filtered(program) : fc.constant(program)));
}

/** Is a program small enough for thousands of such to be compared in a minute? */
export function isSmall(program: SmallProgram): boolean {
  const { events, candidates } = sizeOf(program);
  return events <= 22 && candidates <= 2_000 && combinations(program) <= 2_000;
}

const withInitialValues = (program: SmallProgram): fc.Arbitrary<SmallProgram> =>
  fc
    .tuple(fc.nat(2), fc.nat(2), fc.nat(1))
    .filter((values) => values.some((v) => v !== 0))
    .map((values) => ({ ...program, initial: program.initial.map((zero, at) => (at < LOCK ? values[at]! : zero)) }));

/** Something expected of one read that is not under a condition. */
function filtered(program: SmallProgram): fc.Arbitrary<SmallProgram> {
  const reads = program.threads.flatMap((steps, thread) =>
    steps.flatMap((step, index) => (canExpect(step) ? [{ thread, index }] : [])),
  );
  if (reads.length === 0) return fc.constant(program);
  return fc.tuple(fc.constantFrom(...reads), fc.nat(2)).map(([{ thread, index }, expect]) => {
    const expecting = (steps: readonly Step[]): Step[] =>
      steps.map((step, i) => (i === index ? ({ ...step, expect } as Step) : step));
    return { ...program, threads: program.threads.map((steps, t) => (t === thread ? expecting(steps) : steps)) };
  });
}

const canExpect = (step: Step): boolean =>
  step.do === 'read' || step.do === 'cmpxchg' || (step.do === 'rmw' && step.into !== undefined);

/** Gives every result a register of its own, and the relative registers (see `Feature`) their numbers. */
function numbered(threads: readonly (readonly Step[])[]): SmallProgram {
  let most = 1;
  const resolved = threads.map((steps) => {
    let results = 0;
    const sections: number[] = [];
    const last = (relative: number): number => Math.max(0, results - 1 - relative);
    const visit = (step: Step): Step => {
      const made: Record<string, unknown> = { ...step };
      if ('address' in step && step.address.via !== undefined) {
        const { at, via } = step.address;
        made.address = results === 0 ? { at } : { ...step.address, via: last(via) };
      }
      if ('value' in step && step.value.register !== undefined) {
        const { constant, register } = step.value;
        made.value = results === 0 ? { constant: constant || 1 } : { ...step.value, register: last(register) };
      }
      if (step.do === 'if') {
        made.register = last(step.register);
        // biome-ignore lint/suspicious/noThenProperty: the arm of an if, as the step calls it
        made.then = step.then.map(visit);
        made.else = (step.else ?? []).map(visit);
      }
      if (step.do === 'srcuUnlock') made.register = sections.pop() ?? 0;
      if (step.do === 'srcuLock') sections.push(results);
      if ('into' in step && step.into !== undefined) made.into = results++;
      return made as unknown as Step;
    };
    const out = steps.map(visit);
    most = Math.max(most, results);
    return out;
  });
  return { initial: new Array<number>(WORDS).fill(0), registers: most, threads: resolved };
}
