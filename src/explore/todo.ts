import { NONE } from '../graph/event.ts';

/** What is left to try. `check`: the result may be inconsistent, and has to be looked at. */
export enum Todo {
  /** Let the read `event` take its value from the place `argument` of its location's coherence order. */
  ReadFrom = 0,
  /** Put the write `event` at the place `argument` of its coherence order. */
  Place = 1,
  /** Let the read `argument` take its value from the later write `event`. */
  Revisit = 2,
  /** Let the choice `event` be `argument`. */
  Choose = 3,
  /** Let the guessed read `event` return the value numbered `argument`. */
  Guess = 4,
  /** Let the threads go on as they are. Of the executions that come of that, `argument` have been visited. */
  GoOn = 5,
}

/** How many numbers make one thing to try; the second of them is its level. */
export const ENTRY = 6;
export const LEVEL = 1;
const CUT = 2;

/** A stack of things to try, newest first, six numbers each. Hot: no objects. Benchmark: bench/run.ts. */
export class TodoStack {
  /** The graph that what is pushed now belongs to. */
  level = 0;
  private numbers: number[] = [];

  /** What {@link pop} took off last. */
  what: Todo = Todo.ReadFrom;
  at = 0;
  cut = 0;
  event = 0;
  argument = 0;
  check = false;

  isEmpty(): boolean {
    return this.numbers.length === 0;
  }

  /** @param cut how many events of the graph to keep first */
  push(what: Todo, cut: number, event: number, argument: number, check: boolean): void {
    this.numbers.push(what, this.level, cut, event, argument, check ? 1 : 0);
  }

  /** Takes the newest off, into the fields. */
  pop(): void {
    const { numbers } = this;
    this.check = numbers.pop()! === 1;
    this.argument = numbers.pop()!;
    this.event = numbers.pop()!;
    this.cut = numbers.pop()!;
    this.at = numbers.pop()!;
    this.what = numbers.pop()! as Todo;
  }

  /** What is left to try, as {@link restore} takes it. */
  written(): number[] {
    return this.numbers.slice();
  }

  /** Makes this what was left to try; the graph of no level is worked on. */
  restore(numbers: readonly number[]): void {
    this.numbers = [...numbers];
    this.level = NONE;
  }

  /** Of each level on which something is left to try, how many events of its graph are kept for that; 0 of the others. */
  cuts(): number[] {
    const cuts: number[] = [];
    for (let at = 0; at < this.numbers.length; at += ENTRY) {
      const level = this.numbers[at + LEVEL]!;
      while (cuts.length <= level) cuts.push(0);
      // What is newer keeps as many, or more.
      cuts[level] = this.numbers[at + CUT]!;
    }
    return cuts;
  }
}
