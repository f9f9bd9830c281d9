import { Script } from 'node:vm';

const KEY = Symbol.for('holdfast.at-most');
const call = new Script(`globalThis[Symbol.for('holdfast.at-most')]()`);

/**
 * Does something in this thread that cannot last: it is cut off after `milliseconds`, wherever it is, and at Ctrl-C.
 * After a cut nothing that it worked on may be used again.
 * @returns its result, or undefined where it was cut off
 * @throws what it throws
 */
export function atMost<T>(milliseconds: number, doIt: () => T): T | undefined {
  const slots = globalThis as unknown as Record<symbol, unknown>;
  slots[KEY] = doIt;
  try {
    return call.runInThisContext({ timeout: milliseconds, breakOnSigint: true }) as T;
  } catch (error) {
    const { code } = (error ?? {}) as NodeJS.ErrnoException;
    // It was taken from whoever else listens.
    if (code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') process.kill(process.pid, 'SIGINT');
    else if (code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return undefined;
  } finally {
    delete slots[KEY];
  }
}
