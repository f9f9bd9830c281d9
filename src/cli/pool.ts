import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LitmusResult } from '../report/litmus-result.ts';
import { internalDiagnostic } from './internal.ts';
import type { Settings } from './run-test.ts';
import type { WorkerAnswer, WorkerData, WorkerTask } from './worker.ts';

/** How long a worker has to hand over what it knows when the user stops the run, in milliseconds. */
const GRACE = 400;

interface Running {
  readonly task: WorkerTask;
  readonly since: number;
}

/** Tests over worker threads: one test at a time in each, a new worker in the place of one that dies. */
export class Pool {
  readonly #settings: Settings;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #progress: SharedArrayBuffer;
  readonly #workers: Worker[] = [];
  readonly #running: (Running | undefined)[] = [];
  #tasks: WorkerTask[] = [];
  #next = 0;
  #stopped = false;
  #answer: (index: number, result: LitmusResult) => void = () => {};
  #finished: () => void = () => {};

  constructor(size: number, settings: Settings) {
    this.#settings = settings;
    this.#progress = new SharedArrayBuffer(8 * size);
    for (let slot = 0; slot < size; slot++) this.#workers.push(this.#spawn(slot));
  }

  /**
   * Runs every task. `answer` is called as each ends, in no order; after {@link stop}, for those that were running and
   * for no more.
   */
  run(tasks: readonly WorkerTask[], answer: (index: number, result: LitmusResult) => void): Promise<void> {
    this.#tasks = [...tasks];
    this.#answer = answer;
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    for (let slot = 0; slot < this.#workers.length; slot++) this.#feed(slot);
    return done;
  }

  /** The paths of the tests that run now, with the executions of each so far. */
  running(): { readonly path: string; readonly executions: number }[] {
    const counts = new Float64Array(this.#progress);
    return this.#running.flatMap((running, slot) =>
      running === undefined ? [] : [{ path: running.task.path, executions: counts[slot]! }],
    );
  }

  /** Ends the run with what is known: a running test is answered as interrupted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    setTimeout(() => {
      const counts = new Float64Array(this.#progress);
      this.#running.forEach((running, slot) => {
        if (running === undefined) return;
        const { model, question } = this.#settings;
        const seconds = (performance.now() - running.since) / 1000;
        const { path } = running.task;
        const executions = counts[slot]!;
        this.#done(slot, { kind: 'interrupted', path, model, question, seconds, executions, blocked: 0 });
      });
    }, GRACE);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #spawn(slot: number): Worker {
    const workerData: WorkerData = { settings: this.#settings, slot, stop: this.#stop, progress: this.#progress };
    const worker = new Worker(join(__dirname, 'worker.cjs'), { workerData });
    worker.on('message', ({ result }: WorkerAnswer) => this.#done(slot, result));
    worker.on('error', (error) => this.#died(slot, worker, error));
    return worker;
  }

  #died(slot: number, worker: Worker, error: unknown): void {
    const running = this.#running[slot];
    if (worker !== this.#workers[slot] || running === undefined) return;
    this.#workers[slot] = this.#spawn(slot);
    const { model, question } = this.#settings;
    const { path } = running.task;
    const seconds = (performance.now() - running.since) / 1000;
    const diagnostics = [internalDiagnostic(error, path)];
    this.#done(slot, { kind: 'error', path, model, question, seconds, diagnostics });
  }

  #done(slot: number, result: LitmusResult): void {
    const running = this.#running[slot];
    if (running === undefined) return;
    this.#running[slot] = undefined;
    this.#answer(running.task.index, result);
    this.#feed(slot);
  }

  #feed(slot: number): void {
    const task = this.#stopped ? undefined : this.#tasks[this.#next++];
    if (task !== undefined) {
      this.#running[slot] = { task, since: performance.now() };
      this.#workers[slot]!.postMessage(task);
    } else if (this.#running.every((running) => running === undefined)) {
      this.#finished();
    }
  }
}
