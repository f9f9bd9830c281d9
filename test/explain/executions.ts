import { type Recording, replay, type Trace } from '../../src/explain/trace.ts';
import { explore } from '../../src/explore/explore.ts';
import { TooManyTraces } from '../../src/explore/guesses/budget.ts';
import { type Choices, choicesOf } from '../../src/judge/choices.ts';
import type { ModelName } from '../../src/models/registry.ts';
import type { Program } from '../../src/program/program.ts';

/** Calls back for the first executions of a program under a model; for none where the program is beyond the engine. */
export function eachExecution(
  program: Program,
  model: ModelName,
  most: number,
  visit: (trace: Trace, choices: Choices) => void,
): void {
  const recording: Recording = { program, locate: () => undefined };
  const all: Choices[] = [];
  try {
    explore(program, {
      model,
      maxExecutions: most,
      onExecution({ graph }) {
        all.push(choicesOf(graph));
        return false;
      },
    });
  } catch (error) {
    if (!(error instanceof TooManyTraces)) throw error;
    return;
  }
  for (const choices of all) visit(replay(recording, choices)!.trace, choices);
}
