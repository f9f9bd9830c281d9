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
  /** For each worker two numbers: the index of its present task, or -1, and how many executions that has had. */
  readonly progress: SharedArrayBuffer;
}

/** Tasks for all workers alike: each takes the one to which `next`, an integer that they share, points. */
export interface Round<T> {
  readonly tasks: readonly T[];
  readonly next: SharedArrayBuffer;
}

/** Something to do: the place of its result among all, and what people call it. */
export interface Task {
  readonly index: number;
  readonly name: string;
}

/** What a worker answers. A message has several, as JSON, which crosses faster than objects do; or it is the end. */
export interface WorkerAnswer<Result> {
  readonly index: number;
  readonly result: Result;
}

/** The message of a worker for which no task is left in the round. */
export const ROUND_DONE = '';

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

/** Tasks over worker threads, and a new worker in the place of one that dies. */
export class Pool<Settings, T extends Task, Result> {
  readonly #work: Work<Settings, T, Result>;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #progress: SharedArrayBuffer;
  readonly #workers: Worker[] = [];
  readonly #unanswered = new Map<number, T>();
  /** When each worker answered last. */
  readonly #since: number[] = [];
  #round: Round<T> = { tasks: [], next: new SharedArrayBuffer(4) };
  #busy = 0;
  #stopped = false;
  #answer: (index: number, result: Result) => void = () => {};
  #finished: () => void = () => {};

  constructor(size: number, work: Work<Settings, T, Result>) {
    this.#work = work;
    this.#progress = new SharedArrayBuffer(16 * size);
    for (let slot = 0; slot < size; slot++) this.#workers.push(this.#spawn(slot));
  }

  /**
   * Runs every task. `answer` is called as each ends, in no order; after {@link stop}, for those that were running and
   * for no more.
   */
  run(tasks: readonly T[], answer: (index: number, result: Result) => void): Promise<void> {
    for (const task of tasks) this.#unanswered.set(task.index, task);
    this.#answer = answer;
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    this.#startRound();
    return done;
  }

  /** The names of the tasks that run now, with the executions of each so far. */
  running(): { readonly name: string; readonly executions: number }[] {
    return this.#workers.flatMap((_, slot) => {
      const { task, executions } = this.#present(slot);
      return task === undefined ? [] : [{ name: task.name, executions }];
    });
  }

  /** Ends the run with what is known: a running task is answered as interrupted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    // First what has been handed over and not been read.
    setTimeout(() => setImmediate(() => this.#abandon()), GRACE);
  }

  #abandon(): void {
    this.#workers.forEach((_, slot) => {
      const { task, seconds, executions } = this.#present(slot);
      if (task !== undefined) this.#settle(task, this.#work.interrupted(task, seconds, executions));
    });
    this.#unanswered.clear();
    this.#finished();
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #startRound(): void {
    this.#round = { tasks: [...this.#unanswered.values()], next: new SharedArrayBuffer(4) };
    this.#busy = this.#workers.length;
    for (const worker of this.#workers) worker.postMessage(this.#round);
  }

  #spawn(slot: number): Worker {
    const { settings, script } = this.#work;
    new Float64Array(this.#progress, 16 * slot, 2).set([-1, 0]);
    this.#since[slot] = performance.now();
    const workerData: WorkerData<Settings> = { settings, slot, stop: this.#stop, progress: this.#progress };
    const worker = new Worker(join(__dirname, script), { workerData });
    worker.on('message', (message: string) => this.#heard(slot, message));
    worker.on('error', (error) => this.#died(slot, error));
    return worker;
  }

  /** What a worker does now. */
  #present(slot: number): { task: T | undefined; seconds: number; executions: number } {
    const [index, executions] = new Float64Array(this.#progress, 16 * slot, 2);
    const seconds = (performance.now() - this.#since[slot]!) / 1000;
    return { task: this.#unanswered.get(index!), seconds, executions: executions! };
  }

  #settle({ index }: Pick<Task, 'index'>, result: Result): void {
    if (this.#unanswered.delete(index)) this.#answer(index, result);
  }

  #heard(slot: number, message: string): void {
    this.#since[slot] = performance.now();
    if (message === ROUND_DONE) this.#endOfRound();
    else for (const answer of JSON.parse(message) as WorkerAnswer<Result>[]) this.#settle(answer, answer.result);
  }

  #endOfRound(): void {
    if (--this.#busy > 0) return;
    // What a worker had done and not handed over when it died is done again.
    if (this.#stopped || this.#unanswered.size === 0) this.#finished();
    else this.#startRound();
  }

  #died(slot: number, error: unknown): void {
    const { task, seconds } = this.#present(slot);
    const failed = (t: T): void => this.#settle(t, this.#work.failed(t, seconds, internalDiagnostic(error, t.name)));
    if (task === undefined) {
      // It cannot even begin, and neither could another in its place.
      for (const t of [...this.#unanswered.values()]) failed(t);
      this.#finished();
      return;
    }
    failed(task);
    this.#workers[slot] = this.#spawn(slot);
    this.#workers[slot].postMessage(this.#round);
  }
}
