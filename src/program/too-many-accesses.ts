/**
 * A thread wants more memory accesses in one execution than it may have, or far more barriers and choices: it may never end.
 * Thrown through its body, so that the stack says where it is.
 */
export class TooManyAccesses extends Error {
  constructor(
    most: number,
    readonly thread: number,
    /** How many events it had made. */
    readonly made: number,
    /** What its reads and choices returned until then, in program order. */
    readonly values: readonly number[],
  ) {
    super(`makes more than ${most} memory accesses`);
    this.name = 'TooManyAccesses';
  }
}
