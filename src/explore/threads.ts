import { Kind, NONE } from '../graph/event.ts';
import type { Graph } from '../graph/graph.ts';

enum Status {
  Ready = 0,
  Finished = 1,
  /** It waits, or is in a loop that changes nothing, until it reads something else. */
  Still = 2,
  /** It read what is not asked about, or makes no sense, and does not go on with that. */
  Unasked = 3,
}

/** How far each thread is with the graph that is worked on. */
export class Threads {
  /** What the body of each returned when it ran last; undefined of one that waits. */
  readonly results: unknown[];
  private readonly status: Status[];
  /** Of a thread that stands still, where in its program order the round began that changed nothing. */
  private readonly stillSince: Int32Array;

  constructor(count: number) {
    this.results = new Array<unknown>(count).fill(undefined);
    this.status = new Array<Status>(count).fill(Status.Ready);
    this.stillSince = new Int32Array(count);
  }

  /** All have to run again: the graph is another. */
  restart(): void {
    this.status.fill(Status.Ready);
  }

  /** The thread has to run again: the graph holds less of it, or something else. */
  ready(thread: number): void {
    this.status[thread] = Status.Ready;
  }

  finish(thread: number, result: unknown): void {
    this.results[thread] = result;
    this.status[thread] = Status.Finished;
  }

  endUnasked(thread: number): void {
    this.status[thread] = Status.Unasked;
    this.results[thread] = undefined;
  }

  standStill(thread: number, since: number): void {
    this.status[thread] = Status.Still;
    this.results[thread] = undefined;
    this.stillSince[thread] = since;
  }

  /** Will those who stand still do so for ever? Only if each reads what is coherence-last: what else it may read, it will. */
  waitForGood(g: Graph): boolean {
    for (let t = 0; t < this.status.length; t++) {
      if (this.status[t] !== Status.Still) continue;
      const po = g.threads[t]!;
      for (let i = this.stillSince[t]!; i < po.length; i++) {
        const e = po[i]!;
        if (g.kind[e] === Kind.Read && g.sourcePlace(e) !== g.co[g.loc[e]!]!.length - 1) return false;
      }
    }
    return true;
  }

  /** The graph was cut down to its first `n` events: who lost some has to run again. */
  cutTo(g: Graph, n: number): void {
    for (let e = n; e < g.n; e++) this.status[g.thread[e]!] = Status.Ready;
  }

  /**
   * The thread to run next; -1 if none can go on. One that has half an RMW comes first: were the other half to wait, others
   * would take what it took, in a way that does not count as first.
   */
  next(g: Graph): number {
    for (let t = 0; t < this.status.length; t++) if (this.status[t] === Status.Ready && hasHalfRmw(g, t)) return t;
    return this.status.indexOf(Status.Ready);
  }

  haveFinished(): boolean {
    return this.status.every((s) => s === Status.Finished);
  }

  waiting(): number[] {
    return [...this.status.keys()].filter((t) => this.status[t]! >= Status.Still);
  }

  waitsOfItsOwnAccord(thread: number): boolean {
    return this.status[thread] !== Status.Unasked;
  }
}

/** Is the thread's last event the read of an RMW that is to write? */
function hasHalfRmw(g: Graph, thread: number): boolean {
  const po = g.threads[thread]!;
  const e = po.length > 0 ? po[po.length - 1]! : NONE;
  return e !== NONE && g.kind[e] === Kind.Read && g.rmw[e] === 1 && g.partner[e] === NONE;
}
