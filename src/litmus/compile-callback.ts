import { Fence, Mode } from '../cpu/modes.ts';
import type { Evaluate, ExpressionCompiler } from './access.ts';
import type { Call } from './ast.ts';
import { headOf } from './callbacks.ts';
import type { Here } from './here.ts';
import type { BegunBy, CallbackWords } from './layout.ts';
import type { Machine } from './machine.ts';

/*
 * call_rcu(head, f), as far as the LKMM has words for it: a store-release tells a thread of its own to begin, which
 * reads that by a load-acquire, does synchronize_rcu(), and runs f. So the grace period begins after the call, and all that
 * the caller did before it happens before f. Two callbacks are not ordered, whoever calls them.
 */

/** What the word of a call holds once it is certain whether it is made. The thread that it starts waits for {@link SETTLED}. */
const CALLED = 1;
const NEVER_CALLED = 3;
const SETTLED = 1;

/** The call. */
export function compileCallback(compiler: ExpressionCompiler, call: Call): Evaluate {
  const words = compiler.callback(call);
  const head = compiler.value(headOf(call.arguments[0]!));
  return (m) => {
    const given = head(m);
    const { cpu } = m;
    if (words.head !== undefined) {
      cpu.dataDeps = m.deps;
      cpu.write(words.head, given, Mode.Once);
    }
    cpu.write(words.called, CALLED, Mode.Release);
    m.called.add(words);
    return 0;
  };
}

/** A thread that has come to its end will make no more calls, so those whom it did not call need not wait. */
export function endCalls(m: Machine, calls: Iterable<CallbackWords>): void {
  for (const words of calls) if (!m.called.has(words)) m.cpu.write(words.called, NEVER_CALLED, Mode.Once);
}

/** What a callback does before its function. @returns whether it was called at all */
export function beginCallback(m: Machine, { words, place, head }: BegunBy, here: Here | undefined): boolean {
  const { cpu } = m;
  if (here !== undefined) here.place = place;
  const called = cpu.readWhen(words.called, SETTLED, SETTLED, Mode.Acquire) === CALLED;
  m.deps = cpu.readDeps();
  if (!m.branch(called)) return false;
  m.controlledBy(m.deps);
  if (words.head !== undefined) {
    m.frame[head] = cpu.read(words.head, Mode.Once);
    m.origins[head] = cpu.readDeps();
  }
  if (here !== undefined) here.place = undefined;
  cpu.fence(Fence.SyncRcu);
  return true;
}
