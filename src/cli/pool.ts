import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '../program/diagnostic.ts';
import { internalDiagnostic } from './internal.ts';

/** How long a worker has to hand over what it knows when the user stops the run, in milliseconds. */
const GRACE = 400;

/** What a worker is born with. */
export interface WorkerData<Settings> {
  readonly settings: Settings;
  readonly slot: number;
  /** One integer that all workers share: not 0 when the user wants to stop. */
  readonly stop: SharedArrayBuffer;
  /** For each worker, how many executions its present task has had. */
  readonly progress: SharedArrayBuffer;
}

/** Something to do: the place of its result among all, and what people call it. */
export interface Task {
  readonly index: number;
  readonly name: string;
}

/** What a worker answers. */
export interface WorkerAnswer<Result> {
  readonly index: number;
  readonly result: Result;
}

/** What the workers of a pool do. */
export interface Work<Settings, T extends Task, Result> {
  /** The file of the worker, beside the command. */
  readonly script: string;
  readonly settings: Settings;
  /** The result of a task that did not end when the user stopped the run. */
  interrupted(task: T, seconds: number, executions: number): Result;
  /** The result of a task whose worker died. */
  failed(task: T, seconds: number, diagnostic: Diagnostic): Result;
}

interface Running<T> {
  readonly task: T;
  readonly since: number;
}

/** Tasks over worker threads: one at a time in each, a new worker in the place of one that dies. */
export class Pool<Settings, T extends Task, Result> {
  readonly #work: Work<Settings, T, Result>;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #progress: SharedArrayBuffer;
  readonly #workers: Worker[] = [];
  readonly #running: (Running<T> | undefined)[] = [];
  #tasks: T[] = [];
  #next = 0;
  #stopped = false;
  #answer: (index: number, result: Result) => void = () => {};
  #finished: () => void = () => {};

  constructor(size: number, work: Work<Settings, T, Result>) {
    this.#work = work;
    this.#progress = new SharedArrayBuffer(8 * size);
    for (let slot = 0; slot < size; slot++) this.#workers.push(this.#spawn(slot));
  }

  /**
   * Runs every task. `answer` is called as each ends, in no order; after {@link stop}, for those that were running and
   * for no more.
   */
  run(tasks: readonly T[], answer: (index: number, result: Result) => void): Promise<void> {
    this.#tasks = [...tasks];
    this.#answer = answer;
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    for (let slot = 0; slot < this.#workers.length; slot++) this.#feed(slot);
    return done;
  }

  /** The names of the tasks that run now, with the executions of each so far. */
  running(): { readonly name: string; readonly executions: number }[] {
    const counts = new Float64Array(this.#progress);
    return this.#running.flatMap((running, slot) =>
      running === undefined ? [] : [{ name: running.task.name, executions: counts[slot]! }],
    );
  }

  /** Ends the run with what is known: a running task is answered as interrupted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    setTimeout(() => {
      const counts = new Float64Array(this.#progress);
      this.#running.forEach((running, slot) => {
        if (running === undefined) return;
        const seconds = (performance.now() - running.since) / 1000;
        this.#done(slot, this.#work.interrupted(running.task, seconds, counts[slot]!));
      });
    }, GRACE);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #spawn(slot: number): Worker {
    const { settings, script } = this.#work;
    const workerData: WorkerData<Settings> = { settings, slot, stop: this.#stop, progress: this.#progress };
    const worker = new Worker(join(__dirname, script), { workerData });
    worker.on('message', ({ result }: WorkerAnswer<Result>) => this.#done(slot, result));
    worker.on('error', (error) => this.#died(slot, worker, error));
    return worker;
  }

  #died(slot: number, worker: Worker, error: unknown): void {
    const running = this.#running[slot];
    if (worker !== this.#workers[slot] || running === undefined) return;
    this.#workers[slot] = this.#spawn(slot);
    const seconds = (performance.now() - running.since) / 1000;
    this.#done(slot, this.#work.failed(running.task, seconds, internalDiagnostic(error, running.task.name)));
  }

  #done(slot: number, result: Result): void {
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
