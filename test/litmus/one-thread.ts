import { type CompileOptions, compileLitmus } from '../../src/litmus/compile.ts';
import { End, endOf, type Frame } from '../../src/litmus/frame.ts';
import { showValue } from '../../src/litmus/layout.ts';
import type { LitmusTest } from '../../src/litmus/litmus-test.ts';
import { parseLitmus } from '../../src/litmus/parse.ts';
import { SequentialCpu } from './sequential-cpu.ts';

/** Parses a test that is meant to be right. */
export function parsed(text: string): LitmusTest {
  const result = parseLitmus(text, 'test.litmus');
  if (result.ok) return result.test;
  throw new Error(result.diagnostics.map((d) => `${d.line}:${d.column} ${d.message}`).join('\n'));
}

/** The first thing that is wrong with a test: `line:column code message`. */
export function firstError(text: string): string {
  const result = parseLitmus(text, 'test.litmus');
  if (result.ok) return 'no error';
  const { line, column, code, message } = result.diagnostics[0]!;
  return `${line}:${column} ${code} ${message}`;
}

/** A test of one thread with this body, which may use x, y, z, and pointers p and q. */
export const threadText = (body: string, initial = ''): string =>
  `C one\n{ ${initial} }\nP0(int *x, int *y, int *z, int **p, int **q)\n{\n${body}\n}\nexists (0:r1=0)\n`;

export interface Run {
  /** What the thread did, as {@link SequentialCpu} writes it. */
  readonly log: string[];
  /** The value of a register at the end. */
  register(name: string): number;
  readonly memory: number[];
  /** `complete`, `cut`, or why it stopped. */
  readonly end: string;
}

/** Runs the only thread of a test, alone. */
export function runThread(body: string, initial = '', options: CompileOptions = {}): Run {
  const test = parsed(threadText(body, initial));
  const compiled = compileLitmus(test, options);
  const memory = Array.from(compiled.program.initial);
  const cpu = new SequentialCpu(
    memory,
    (cell) => compiled.program.cellName(cell),
    (value) => showValue(test.layout, value),
  );
  const frame = compiled.program.threads[0]!(cpu) as Frame;
  const end = endOf(frame);
  return {
    log: cpu.log,
    register(name) {
      const binding = test.layout.threads[0]!.bindings.get(name);
      if (binding?.kind !== 'register') throw new Error(`${name} is not a register`);
      return frame[binding.slot]!;
    },
    memory,
    end: end === End.Complete ? 'complete' : end === End.Cut ? 'cut' : 'fired' in end ? end.then : end.message,
  };
}

/** The value of an expression, with r1 = 1, r2 = 2, r3 = 3. */
export const evaluate = (expression: string): number =>
  runThread(`int r1 = 1; int r2 = 2; int r3 = 3; int r0; r0 = ${expression};`).register('r0');
