import { NO_DEPS } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import type { Evaluate, ExpressionCompiler, Target } from './access.ts';
import { compileStore } from './access.ts';
import type { Call, Place } from './ast.ts';
import type { Callable } from './compile-invocation.ts';
import { ThreadCut, ThreadFault } from './frame.ts';
import type { Here } from './here.ts';
import { type Layout, locate, type ThreadStart } from './layout.ts';
import type { Machine } from './machine.ts';

/*
 * Threads that main() starts. Starting one is a full barrier and a release that the thread acquires; that it has ended, whoever
 * joins it acquires (POSIX, "Memory Synchronization"; wake_up_process() and kthread_stop() of Linux order no less).
 */

/** What the word of a thread holds once it is certain whether it is started: the thread waits for {@link SETTLED}. */
const STARTED = 1;
const NEVER_STARTED = 3;
const SETTLED = 1;

/** The call that starts the next thread. @param handle where the thread is told; undefined: the call returns it */
export function compileStart(
  compiler: ExpressionCompiler,
  call: Call,
  at: { function: number; argument: number },
  handle: Target | undefined,
): Evaluate {
  const callee = compiler.value(call.arguments[at.function]!);
  const argument = compiler.value(call.arguments[at.argument]!);
  const store = handle === undefined ? undefined : compileStore(handle, (m) => m.started, Mode.Plain);
  return (m) => {
    const words = m.threads[m.started];
    if (m.threads.length === 0) throw new ThreadFault({ place: call, message: 'only main() may start threads' });
    // More than a run of main() alone has started.
    if (words === undefined) throw new ThreadCut();
    const { cpu } = m;
    const f = callee(m);
    const given = argument(m);
    if (words.function === undefined) {
      words.function = f;
      words.given = given;
    } else if (words.function !== f || words.given !== given) {
      throw new ThreadFault({
        place: call,
        message: 'what this thread does depends on others, which is not supported',
      });
    }
    cpu.fence(Fence.Mb);
    cpu.write(words.started, STARTED, Mode.Release);
    m.started++;
    m.deps = NO_DEPS;
    if (store === undefined) return m.started;
    store(m);
    m.deps = NO_DEPS;
    return 0;
  };
}

/** The call that waits for a thread to end. */
export function compileJoin(compiler: ExpressionCompiler, call: Call): Evaluate {
  const handle = compiler.value(call.arguments[0]!);
  return (m) => {
    const words = m.threads[handle(m) - 1];
    if (words === undefined) throw new ThreadFault({ place: call, message: 'this is no thread that was started' });
    m.cpu.addrDeps = m.deps;
    m.cpu.readWhen(words.ended, 1, 1, Mode.Acquire);
    m.cpu.fence(Fence.Mb);
    m.deps = NO_DEPS;
    return 0;
  };
}

/** What main() does at its end: the threads that it has not started need not wait. */
export function endStarts(m: Machine): void {
  for (const words of m.threads.slice(m.started)) m.cpu.write(words.started, NEVER_STARTED, Mode.Once);
}

/** What a thread does that main() starts. @returns whether it was started, and has ended */
export function runStarted(
  m: Machine,
  words: ThreadStart,
  layout: Layout,
  callables: ReadonlyMap<string, Callable>,
  place: Place,
  here: Here | undefined,
): void {
  const { cpu } = m;
  if (here !== undefined) here.place = place;
  const isStarted = cpu.readWhen(words.started, SETTLED, SETTLED, Mode.Acquire) === STARTED;
  m.deps = cpu.readDeps();
  if (!m.branch(isStarted)) return;
  m.controlledBy(m.deps);
  cpu.fence(Fence.Mb);
  const callable = callables.get(locate(layout, words.function ?? 0)?.location.function ?? '');
  callable?.call(m, [words.given], [NO_DEPS]);
  if (here !== undefined) here.place = place;
  cpu.fence(Fence.Mb);
  cpu.write(words.ended, 1, Mode.Release);
}
