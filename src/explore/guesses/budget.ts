import type { InTurns } from '../../program/turns.ts';

/** The analysis met a limit: load buffering cannot be excluded, nor explored. */
export class TooManyTraces extends Error {}

/** Time is over: with more of it there may be an answer. */
export class OutOfTime extends TooManyTraces {}

/** Whoever waits has had enough: nothing is known, and the analysis can be taken up again from its start. */
export class Stopped extends TooManyTraces {}

/** The most runs of threads in all: a second or so. */
const MAX_RUNS = 1 << 17;

/** What the search for buffered loads may spend. Throws {@link TooManyTraces} once that is spent. Others have turns. */
export class Budget {
  private runs = 0;
  private steps = 0;
  /** Whether others should have their turn, see {@link turn}: some times in ten milliseconds. */
  isDue = false;

  /** @param isOver whether a limit of time was hit */
  constructor(private readonly isOver: () => boolean) {}

  /** Pays for a run of a thread. */
  run(): void {
    if (++this.runs > MAX_RUNS) throw new TooManyTraces('the threads have too many traces');
    this.step(64);
  }

  /** Pays for so much of other work; the unit is about a microsecond. */
  step(cost = 1): void {
    this.steps += cost;
    if (this.steps < 4096) return;
    this.steps = 0;
    this.isDue = true;
    if (this.isOver()) throw new OutOfTime('out of time');
  }

  /** The turn of others. Throws {@link Stopped}. */
  *turn(): InTurns<void> {
    this.isDue = false;
    if ((yield) === true) throw new Stopped('whoever waits has had enough');
  }
}
