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
  /** Of a model, where the step is in what it is a model of. */
  readonly kernel?: KernelPlace;
  /** Of a model, the places from which it was called, to tell one use of a function from another. */
  readonly path?: string;
}

/** Where a step of a model is in the kernel. */
export interface KernelPlace {
  /** The call of a program, a driver or a kernel thread that it is a part of, and what tells two of the same apart. */
  readonly call: string;
  readonly callAt: string;
  /** The file of the function; undefined of what no function does, but hardware. */
  readonly file: string | undefined;
  /** The functions of the model that were running, the innermost first. */
  readonly frames: readonly string[];
}

/** Where a step stands: the line of a litmus test; of a model the kernel function and its file. */
export function placeWords(place: SourcePlace): string {
  const { line, function: name, kernel } = place;
  if (kernel === undefined) return `line ${line}`;
  return name === undefined ? kernel.call || modelWords(place) : `${name}(), ${kernel.file}`;
}

/** Where the code of a model is: `gup-fast.ts:98`. */
export const modelWords = ({ file, line }: SourcePlace): string => `${file.replace(/^.*[/\\]/, '')}:${line}`;
