/** Where a step comes from, for people. */
export interface SourcePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** The step as the source writes it, on one line. */
  readonly text: string;
  /** The name that a comment beside it gives it, as in A1. */
  readonly label?: string;
  /** The kernel function that the step belongs to, where it is a model of one. */
  readonly function?: string;
  /** Of a model, the places from which it was called, to tell one use of a function from another. */
  readonly path?: string;
}

/** Where a step stands: the line of a litmus test; of a model the kernel function, and where it is. */
export function placeWords({ file, line, function: name }: SourcePlace): string {
  return name === undefined ? `line ${line}` : `${name}() at ${file.replace(/^.*[/\\]/, '')}:${line}`;
}
