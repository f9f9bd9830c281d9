import type { Diagnostic } from '../program/diagnostic.ts';
import { Refused } from '../program/refused.ts';
import { ScenarioError } from '../scenarios/scenario-error.ts';
import { isOfUser, scenarioDiagnostic } from './scenario-place.ts';
import { stderr } from './terminal.ts';
import { VERSION } from './version.ts';

/** Whatever was thrown: what is wrong with a race or a model of the user, else an error of ours. */
export function thrownDiagnostic(error: unknown, file = ''): Diagnostic {
  if (error instanceof Refused) return error.diagnostic;
  return error instanceof ScenarioError && isOfUser(error.stacks)
    ? scenarioDiagnostic(error.code, error.message, error.stacks)
    : internalDiagnostic(error, file);
}

/** An error of ours. `HOLDFAST_DEBUG=1` shows its stack, for whoever looks into the report. */
export function internalDiagnostic(error: unknown, file = ''): Diagnostic {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  if (process.env.HOLDFAST_DEBUG === '1') stderr.print(`${stack}\n`);
  return {
    code: 'HF999',
    severity: 'error',
    message: `internal error: ${name}: ${message.split('\n')[0]}`,
    file,
    line: 0,
    column: 0,
    length: 1,
    sourceLine: '',
    help: `please report it with the version, holdfast ${VERSION} on Node ${process.version}, and what shows it`,
  };
}
