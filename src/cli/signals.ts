/** The signals that end a run with what is known by then, and the exit code of each, as a shell has it. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Hears Ctrl-C, and the signals of who wants the run to end: `onSignal` is called at the first. Another one ends the
 * process at once.
 */
export class Signals {
  readonly #hear: (signal: keyof typeof EXIT_CODES) => void;
  #exitCode: number | undefined;

  constructor(onSignal: () => void) {
    this.#hear = (signal) => {
      if (this.#exitCode !== undefined) process.exit(EXIT_CODES[signal]);
      this.#exitCode = EXIT_CODES[signal];
      onSignal();
    };
    for (const signal of SIGNALS) process.on(signal, this.#hear);
  }

  /** The exit code of a run that a signal ended; undefined where none did. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#hear);
  }
}

const SIGNALS = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];
