/** What an event is; `Graph.mode` says how it is marked (a Mode, or a Fence). */
export enum Kind {
  Read = 0,
  Write = 1,
  Fence = 2,
  /** A choice that nothing determines; its value is what was chosen. */
  Choice = 3,
}

/** Whether a read begins an RMW, and when that RMW succeeds. */
export enum Rmw {
  None = 0,
  Always = 1,
  /** Where the guard holds. */
  IfEqual = 2,
  /** Where the guard does not hold. */
  IfNotEqual = 3,
}

/**
 * Must the guard of a read hold for its thread to go on? Where it does not, an RMW that begins with the read does not write;
 * where it does, the RMW succeeds.
 */
export enum Wait {
  No = 0,
  /** A wait. Its thread goes no further while it reads something else. */
  Blocks = 1,
  /** No wait of the program's, but only such executions are asked about. */
  Asked = 2,
  /** As `Asked`, for a value with which its RMW fails. */
  AskedToFail = 3,
}

/** In place of a write: the initial value of the word. */
export const INIT = -1;
/** In place of a write: the read's value was guessed, and its write is found when the execution is complete. */
export const GUESSED = -2;
export const NONE = -1;
