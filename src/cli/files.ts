import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../program/diagnostic.ts';
import { usageDiagnostic } from './usage.ts';

/** What stands for standard input where a path is asked for. */
export const STANDARD_INPUT = '-';

/** The most bytes that are read of a file: far more than a test may have, and no burden. */
const MAX_BYTES = 4 << 20;

/** A test to run, or why a path that the user gave is none. */
export type Found = { readonly path: string } | { readonly path: string; readonly diagnostic: Diagnostic };

/**
 * The litmus tests that the arguments name, in their order: a file stands for itself whatever its name, a folder for
 * every `.litmus` file below it, sorted by path. Links to folders are not followed below a folder. A file to which
 * several paths lead is there once, by the first of them.
 */
export function findTests(arguments_: readonly string[]): Found[] {
  const seen = new Set<string>();
  return arguments_.flatMap((path): Found[] => {
    try {
      if (path === STANDARD_INPUT) return isNew(path, seen) ? [{ path }] : [];
      if (!statSync(path).isDirectory()) return isNew(realpathSync(path), seen) ? [{ path }] : [];
      const below = testsBelow(path, '').sort((a, b) => (a.path < b.path ? -1 : 1));
      if (below.length === 0) {
        const message = `no litmus tests in '${path}'`;
        return [{ path, diagnostic: usageDiagnostic('HF912', message, { help: 'their names end in .litmus' }) }];
      }
      return below.filter((found) => 'diagnostic' in found || isNew(found.real, seen));
    } catch (error) {
      return [{ path, diagnostic: fileDiagnostic(path, error) }];
    }
  });
}

function isNew(real: string, seen: Set<string>): boolean {
  if (seen.has(real)) return false;
  seen.add(real);
  return true;
}

/** The tests below a folder, each with the path behind all links. */
function testsBelow(folder: string, below: string): (Found & { readonly real: string })[] {
  const here = join(folder, below);
  let entries: ReturnType<typeof entriesOf>;
  try {
    entries = entriesOf(here);
  } catch (error) {
    if (below === '') throw error;
    return [{ path: here, real: here, diagnostic: fileDiagnostic(here, error) }];
  }
  const realHere = realpathSync(here);
  return entries.flatMap((entry) => {
    const path = join(here, entry.name);
    if (entry.isDirectory()) return testsBelow(folder, join(below, entry.name));
    if (!entry.name.endsWith('.litmus')) return [];
    if (!entry.isSymbolicLink()) return [{ path, real: join(realHere, entry.name) }];
    try {
      return statSync(path).isDirectory() ? [] : [{ path, real: realpathSync(path) }];
    } catch {
      // What is wrong with it is said when it is read.
      return [{ path, real: path }];
    }
  });
}

const entriesOf = (folder: string) => readdirSync(folder, { withFileTypes: true });

/**
 * The text of a file, or of standard input, or why there is none. Regular files only: a pipe or a device may never end.
 */
export function readText(path: string): string | Diagnostic {
  try {
    if (path === STANDARD_INPUT) return readAll(path, 0);
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = fstatSync(descriptor);
      return refused(path, stats) ?? readAll(path, descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return fileDiagnostic(path, error);
  }
}

/** Why a file is not even read: what it is, or its size. */
export function refused(path: string, stats: Stats): Diagnostic | undefined {
  if (!stats.isFile()) {
    const kind = stats.isDirectory()
      ? 'a folder'
      : stats.isFIFO()
        ? 'a pipe'
        : stats.isSocket()
          ? 'a socket'
          : 'a device';
    const help = stats.isFIFO() ? { help: 'a pipe can be standard input: holdfast litmus - < PIPE' } : {};
    return usageDiagnostic('HF911', `cannot read '${path}': it is ${kind}`, help);
  }
  return stats.size > MAX_BYTES ? tooLarge(path, `${stats.size} bytes`) : undefined;
}

const tooLarge = (path: string, size: string): Diagnostic =>
  usageDiagnostic('HF103', `'${path}' is too large, with ${size}`, { expected: `at most ${MAX_BYTES} bytes` });

function readAll(path: string, descriptor: number): string | Diagnostic {
  const chunks: Buffer[] = [];
  for (let size = 0; ; ) {
    const chunk = Buffer.allocUnsafe(1 << 16);
    const read = readSome(descriptor, chunk);
    if (read === 0) break;
    size += read;
    if (size > MAX_BYTES) return tooLarge(path, `more than ${MAX_BYTES} bytes`);
    chunks.push(chunk.subarray(0, read));
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.includes(0)) {
    return usageDiagnostic('HF913', `'${path}' is a binary file`, { expected: 'text, in UTF-8' });
  }
  return bytes.toString('utf8');
}

/** Standard input may be a pipe that does not wait by itself. */
function readSome(descriptor: number, chunk: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, chunk);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN' && code !== 'EINTR') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Why a file could not be read. */
export function fileDiagnostic(path: string, error: unknown): Diagnostic {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return usageDiagnostic('HF910', `no such file: '${path}'`, { help: `looked for it in ${process.cwd()}` });
  }
  return usageDiagnostic('HF911', `cannot read '${path}': ${REASONS.get(code) ?? message}`, {});
}

const REASONS = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links run in a circle'],
  ['EMFILE', 'too many files are open'],
  ['ENXIO', 'it is a socket'],
]);
