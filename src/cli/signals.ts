import { exitCode } from './exit-codes.ts';

/** The signals that end a run with what is known by then. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/**
 * Hears Ctrl-C, and the signals of who wants the run to end: `onSignal` is called at the first. Another one ends the
 * process at once.
 */
export class Signals {
  readonly #hear: (signal: Signal) => void;
  #first: Signal | undefined;

  constructor(onSignal: () => void) {
    this.#hear = (signal) => {
      if (this.#first !== undefined) process.exit(exitCode(signal));
      this.#first = signal;
      onSignal();
    };
    for (const signal of SIGNALS) process.on(signal, this.#hear);
  }

  /** What ended the run; undefined where no signal did. */
  get first(): Signal | undefined {
    return this.#first;
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#hear);
  }
}
