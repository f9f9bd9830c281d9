import { totalmem } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Diagnostic } from '../program/diagnostic.ts';
import { internalDiagnostic } from './internal.ts';
import { scenarioDiagnostic } from './scenario-place.ts';
import { usageDiagnostic } from './usage.ts';

/** How long a worker has to hand over what it knows when the user stops the run, in milliseconds. */
const GRACE = 200;
/** So much later than its limit, in milliseconds, a worker that does not answer is ended. */
const LATE = 200;
/** How often workers are looked at, in milliseconds. */
const LOOK = 50;
/** So long, in milliseconds, code of the user's own may do nothing that can be seen, before it is asked where it is. */
const STUCK = 10_000;
/** As long, once some of it did not come back. */
const STUCK_AGAIN = 1000;
/** How many workers in a row may die before they begin with anything. */
const STILLBORN = 3;

/** What a worker is born with. */
export interface WorkerData<Settings> {
  readonly settings: Settings;
  /** One integer that all workers share: not 0 when the user wants to stop. */
  readonly stop: SharedArrayBuffer;
  /**
   * Three numbers: since when the present task runs, as `Date.now()` counts, or 0; how many executions it has had; and how
   * many accesses the user's own code has made.
   */
  readonly progress: SharedArrayBuffer;
}

/** Something to do: the place of its results among all, and what people call it. */
export interface Task {
  readonly index: number;
  readonly name: string;
}

/** What a worker says: a result, as JSON, which crosses faster than objects do, or as it is; or how far it is. */
export type WorkerMessage<Result> = string | { readonly result: Result } | { readonly step: Step };

/** How far a task is that goes in steps. */
export interface Step {
  readonly words: string;
  readonly done: number;
  readonly of: number;
}

/** Why there is no result: the user stopped the run, the limit was not kept, or the worker died. */
export type Loss = { readonly seconds: number; readonly executions: number } & (
  | { readonly kind: 'interrupted' | 'timeout' }
  | { readonly kind: 'died'; readonly diagnostic: Diagnostic }
);

/** What the workers of a pool do. */
export interface Work<Settings, T extends Task, Result> {
  /** The file of the worker, beside the command. */
  readonly script: string;
  readonly settings: Settings;
  /** The result that stands for the one that a lost worker did not give. */
  lost(task: T, loss: Loss): Result;
  /** How long a task may take for one result, in seconds; undefined: as long as it takes. */
  limit(task: T): number | undefined;
  /** What is left of a task after one more result. */
  rest(task: T): T | undefined;
  /** Whether code of the user's own runs, which may never come back. */
  readonly own?: boolean;
}

/** The place of a worker, with what it does now. */
interface Slot<T> {
  worker: Worker | undefined;
  progress: Float64Array;
  task: T | undefined;
  step: Step | undefined;
  /** What it threw, if it did. */
  error: unknown;
  /** All that it had done when it was last seen to do something, as one text, and when that was. */
  done: string;
  doneAt: number;
}

const NEW = { done: '', doneAt: 0 };

/** Tasks over worker threads: one at a time each, and a new worker in the place of one that is lost. */
export class Pool<Settings, T extends Task, Result> {
  readonly #work: Work<Settings, T, Result>;
  readonly #heap: number;
  readonly #stop = new SharedArrayBuffer(4);
  readonly #slots: Slot<T>[];
  #queue: T[] = [];
  #next = 0;
  #stillborn = 0;
  #stopped = false;
  #stuck = STUCK;
  #answer: (index: number, result: Result) => void = () => {};
  #finished: () => void = () => {};

  /** @param heap the most megabytes of objects that one worker may have */
  constructor(size: number, work: Work<Settings, T, Result>, heap = heapLimit(size)) {
    this.#work = work;
    this.#heap = heap;
    this.#slots = Array.from({ length: size }, () => {
      return {
        worker: undefined,
        progress: new Float64Array(3),
        task: undefined,
        step: undefined,
        error: undefined,
        ...NEW,
      };
    });
    for (const slot of this.#slots) this.#spawn(slot);
  }

  /**
   * Runs every task. `answer` is called with each result as it comes, in no order of the tasks; after {@link stop}, for
   * those that were running and for no more.
   */
  async run(tasks: readonly T[], answer: (index: number, result: Result) => void): Promise<void> {
    this.#queue = [...tasks];
    this.#next = 0;
    this.#answer = answer;
    const done = new Promise<void>((resolve) => {
      this.#finished = resolve;
    });
    const timer = setInterval(() => this.#look(), LOOK);
    for (const slot of this.#slots) this.#give(slot);
    await done;
    clearInterval(timer);
  }

  /** The names of the tasks that run now, with the executions of each so far. */
  running(): { readonly name: string; readonly executions: number; readonly step: Step | undefined }[] {
    return this.#slots.flatMap(({ task, progress, step }) =>
      task === undefined ? [] : [{ name: task.name, executions: progress[1]!, step }],
    );
  }

  /** Ends the run with what is known: a running task is answered as interrupted. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    Atomics.store(new Int32Array(this.#stop), 0, 1);
    for (const slot of this.#slots) if (slot.task === undefined) this.#give(slot);
    // First what has been handed over and not been read.
    setTimeout(() => setImmediate(() => this.#abandon()), GRACE);
  }

  async close(): Promise<void> {
    const workers = this.#slots.flatMap(({ worker }) => worker ?? []);
    for (const slot of this.#slots) slot.worker = undefined;
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #abandon(): void {
    for (const slot of this.#slots) {
      if (slot.task !== undefined) this.#settle(slot, this.#lost(slot.task, slot, 'interrupted'));
    }
  }

  #spawn(slot: Slot<T>): void {
    const { settings, script } = this.#work;
    const progress = new SharedArrayBuffer(24);
    const workerData: WorkerData<Settings> = { settings, stop: this.#stop, progress };
    const resourceLimits = { maxOldGenerationSizeMb: this.#heap };
    const worker = new Worker(join(__dirname, script), { workerData, resourceLimits });
    Object.assign(slot, { worker, progress: new Float64Array(progress), step: undefined, error: undefined, ...NEW });
    worker.on('message', (message: WorkerMessage<Result>) => {
      if (slot.worker === worker) this.#heard(slot, message);
    });
    worker.on('error', (error) => {
      if (slot.worker === worker) slot.error = error;
    });
    // Whatever it had posted has been heard by then.
    worker.on('exit', (code) => {
      if (slot.worker === worker) this.#died(slot, code);
    });
  }

  /** The next task to a worker that has none; after the last, the end. */
  #give(slot: Slot<T>): void {
    slot.step = undefined;
    slot.task = this.#stopped ? undefined : this.#queue[this.#next];
    if (slot.task !== undefined) {
      this.#next++;
      if (slot.worker === undefined) this.#spawn(slot);
      slot.worker!.postMessage(slot.task);
    } else if (this.#slots.every(({ task }) => task === undefined)) this.#finished();
  }

  #heard(slot: Slot<T>, message: WorkerMessage<Result>): void {
    if (slot.task === undefined) return;
    if (typeof message !== 'string' && 'step' in message) slot.step = message.step;
    else this.#settle(slot, typeof message === 'string' ? (JSON.parse(message) as Result) : message.result);
  }

  /** One result of the task of a slot, whose worker goes on with what is left of it. */
  #settle(slot: Slot<T>, result: Result): void {
    const task = slot.task!;
    this.#stillborn = 0;
    const rest = this.#work.rest(task);
    if (rest !== undefined) this.#queue.splice(this.#next, 0, rest);
    this.#answer(task.index, result);
    this.#give(slot);
  }

  #lost(task: T, { progress }: Slot<T>, kind: 'interrupted' | 'timeout' | Diagnostic): Result {
    const [since, executions] = progress;
    const seconds = since === 0 ? 0 : (Date.now() - since!) / 1000;
    const known = { seconds, executions: executions! };
    return this.#work.lost(
      task,
      typeof kind === 'string' ? { kind, ...known } : { kind: 'died', diagnostic: kind, ...known },
    );
  }

  /** Ends workers that are far beyond the limit of their task, or do not come back. */
  #look(): void {
    for (const slot of this.#slots) {
      if (this.#work.own === true) this.#feel(slot);
      const { task, worker, progress } = slot;
      const limit = task === undefined ? undefined : this.#work.limit(task);
      if (limit === undefined || progress[0] === 0 || Date.now() - progress[0]! < limit * 1000 + LATE) continue;
      slot.worker = undefined;
      void worker?.terminate();
      this.#settle(slot, this.#lost(task!, slot, 'timeout'));
    }
  }

  /** Ends a worker in which the user's own code has done nothing for long, and says where it was. */
  #feel(slot: Slot<T>): void {
    const { task, worker, progress } = slot;
    const done = task === undefined || progress[0] === 0 ? '' : progress.join();
    if (done === '' || done !== slot.done) Object.assign(slot, { done, doneAt: Date.now() });
    if (Date.now() - slot.doneAt < this.#stuck || worker === undefined) return;
    slot.doneAt = Number.POSITIVE_INFINITY;
    void endlessLoop(task!.name, worker.threadId).then((diagnostic) => {
      this.#stuck = STUCK_AGAIN;
      if (slot.worker !== worker || slot.task !== task) return;
      slot.worker = undefined;
      void worker.terminate();
      this.#settle(slot, this.#lost(task!, slot, diagnostic));
    });
  }

  #died(slot: Slot<T>, exitCode: number): void {
    const { task, error, progress } = slot;
    slot.worker = undefined;
    if (task === undefined) return;
    const diagnostic = deathOf(task.name, error, exitCode);
    if (progress[0] !== 0) this.#settle(slot, this.#lost(task, slot, diagnostic));
    else if (++this.#stillborn < STILLBORN * this.#slots.length) {
      // Nothing of the task was begun, so it was not to blame.
      this.#spawn(slot);
      slot.worker!.postMessage(task);
    } else {
      // No worker can begin, and neither could another.
      const left = [task, ...this.#queue.splice(this.#next)];
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        this.#answer(next.index, this.#lost(next, slot, diagnostic));
        const rest = this.#work.rest(next);
        if (rest !== undefined) left.unshift(rest);
      }
      this.#give(slot);
    }
  }
}

/** In megabytes: all workers together may have most of the memory that there is, each up to what V8 can have. */
function heapLimit(workers: number): number {
  const constrained = process.constrainedMemory();
  const most = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(256, Math.min(4096, Math.floor((0.75 * most) / workers / 2 ** 20)));
}

/** Where the user's own code goes on without end. */
async function endlessLoop(name: string, threadId: number): Promise<Diagnostic> {
  const { framesOfWorker } = await import('./stuck.ts');
  const stack = (await framesOfWorker(threadId)).map(({ file, line, column }) => `${file}:${line}:${column}`);
  const message = 'code of your own goes on and on without a memory access';
  return scenarioDiagnostic('HF948', message, [stack.join('\n')], name);
}

/** Why a worker is gone: what it threw, that it ran out of memory, or that what it ran ended it. */
function deathOf(name: string, error: unknown, exitCode: number): Diagnostic {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return usageDiagnostic('HF961', `${name} needs more memory than there is`, {
      help: 'try --max-executions, a smaller test, or fewer --jobs',
    });
  }
  if (error !== undefined) return internalDiagnostic(error, name);
  return usageDiagnostic('HF960', `${name} ended its worker, with exit code ${exitCode}`, {
    help: 'a race must not call process.exit()',
  });
}
