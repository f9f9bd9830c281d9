import { count, grouped } from '../report/style.ts';
import { visible } from '../report/visible.ts';
import { stderr } from './terminal.ts';

/** The first line of progress appears after so long, and a new one no sooner than that, in milliseconds. */
const FIRST = 400;
const EVERY = 100;

export interface ProgressState {
  readonly done: number;
  readonly total: number;
  /** What is counted, in the singular. */
  readonly noun: string;
  readonly running: readonly { readonly name: string; readonly executions: number }[];
}

/** One line on the terminal that says how far the run is, and goes away. On anything else, nothing. */
export class Progress {
  readonly #state: () => ProgressState;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #start = performance.now();
  #shown = false;

  constructor(state: () => ProgressState) {
    this.#state = state;
    if (stderr.isTerminal && process.env.TERM !== 'dumb') this.#timer = setInterval(() => this.#show(), EVERY).unref();
  }

  /** Makes room for output; the line comes back with the next tick. */
  hide(): void {
    if (this.#shown) stderr.write('\r\x1b[K');
    this.#shown = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.hide();
  }

  #show(): void {
    if (performance.now() - this.#start < FIRST) return;
    const line = progressLine(this.#state(), (performance.now() - this.#start) / 1000);
    stderr.write(`\r\x1b[K${line.slice(0, stderr.width - 1)}`);
    this.#shown = true;
  }
}

export function progressLine({ done, total, noun, running }: ProgressState, seconds: number): string {
  const tests = total > 1 ? `${grouped(done)} of ${count(total, noun)}, ` : '';
  const busiest = running.reduce((a, b) => (b.executions > a.executions ? b : a), { name: '', executions: 0 });
  const name = visible(busiest.name.slice(busiest.name.lastIndexOf('/') + 1));
  const now = busiest.executions > 0 ? `, ${count(busiest.executions, 'execution')} of ${name}` : '';
  return `${tests}${seconds.toFixed(0)} s${now}`;
}
