import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../program/diagnostic.ts';
import { usageDiagnostic } from './usage.ts';

/** A test to run, or why a path that the user gave is none. */
export type Found = { readonly path: string } | { readonly path: string; readonly diagnostic: Diagnostic };

/**
 * The litmus tests that the arguments name, in their order: a file stands for itself whatever its name, a folder for
 * every `.litmus` file below it, sorted by path. Links to folders are not followed below a folder.
 */
export function findTests(arguments_: readonly string[]): Found[] {
  return arguments_.flatMap((path): Found[] => {
    try {
      if (!statSync(path).isDirectory()) return [{ path }];
      const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.litmus'));
      if (names.length > 0) return names.sort().map((name) => ({ path: join(path, name) }));
      const message = `no litmus tests in '${path}'`;
      return [{ path, diagnostic: usageDiagnostic('HF912', message, { help: 'their names end in .litmus' }) }];
    } catch (error) {
      return [{ path, diagnostic: fileDiagnostic(path, error) }];
    }
  });
}

/** Why a file could not be read. */
export function fileDiagnostic(path: string, error: unknown): Diagnostic {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return usageDiagnostic('HF910', `no such file: '${path}'`, { help: `looked for it in ${process.cwd()}` });
  }
  const reason = REASONS[code] ?? message;
  return usageDiagnostic('HF911', `cannot read '${path}': ${reason}`, {});
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ELOOP: 'its links run in a circle',
  EMFILE: 'too many files are open',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
};
