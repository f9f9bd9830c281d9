import { ReplayCpu } from '../../explain/replay-cpu.ts';
import type { Place } from '../../litmus/ast.ts';
import { compileLitmus } from '../../litmus/compile.ts';
import type { Here } from '../../litmus/here.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import type { Diagnostic } from '../../program/diagnostic.ts';
import type { TooManyAccesses } from '../../program/too-many-accesses.ts';

/** Says of a thread that never came to its end where it was: it is run once more as far as it came. */
export function tooManyAccesses(
  test: LitmusTest,
  unroll: number,
  { thread, made, values, message }: TooManyAccesses,
): Diagnostic {
  const here: Here = { place: undefined };
  const { program } = compileLitmus(test, { unroll, here });
  const left = values.values();
  const next = (): number | undefined => left.next().value;
  const cpu = new ReplayCpu(() => here.place);
  const { events } = cpu.run(thread, program.threads[thread]!, { read: next, choose: next });
  const definition = test.threads[thread]!;
  // A write that is too many needs no input; a read is not recorded without.
  const place = ((events[made] ?? events.at(-1))?.place as Place | undefined) ?? definition;
  return test.source.error('HF203', place.start, place.end, `${definition.name} ${message}`, {
    help: 'It may never end. Write fewer rounds of a loop, or lower --unroll.',
  });
}
