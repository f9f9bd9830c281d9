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
}

/** A stack of things to try, newest first, six numbers each. Hot: no objects. Benchmark: bench/run.ts. */
export class TodoStack {
  /** The graph that what is pushed now belongs to. */
  level = 0;
  private readonly numbers: number[] = [];

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
}
