import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { explore } from '../src/explore/explore.ts';
import { MODELS, type ModelName } from '../src/models/registry.ts';
import type { Program } from '../src/program/program.ts';
import { FAMILIES } from './families.ts';

/*
 * Visits every execution of the families, each in a process of its own, and prints what that took beside what other
 * checkers take (CPU seconds on two shared cores; bench/reference.json).
 *
 *     npm run bench -- [--model sc|tso|lkmm] [--limit SECONDS] [part of a family's name]
 */

interface Reference {
  readonly tool: string;
  readonly seconds: number;
  /** The tool was stopped after that time. */
  readonly unfinished?: boolean;
}

interface Row {
  readonly family: keyof typeof FAMILIES;
  readonly sizes: readonly number[];
  readonly references: readonly Reference[];
  readonly aim?: { readonly seconds?: number; readonly perSecond?: number };
}

interface Measured {
  readonly name: string;
  readonly kind: string;
  readonly executions: number;
  /** CPU seconds of the exploration alone, the start of the process not counted: the first time, and once more. */
  readonly cold: number;
  readonly warm: number;
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
}

const rows = JSON.parse(readFileSync('bench/reference.json', 'utf8')) as readonly Row[];

function option(name: string, otherwise: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv.splice(at, 2)[1]!;
}

const model = option('model', 'lkmm') as ModelName;
const limit = Number(option('limit', '60'));
const only = option('row', '');
if (!(MODELS as readonly string[]).includes(model)) {
  console.error(`No model '${model}'; there are ${MODELS.join(', ')}`);
  process.exit(2);
}

if (only === '') table(process.argv[2] ?? '');
else console.log(JSON.stringify(measure(rows[Number(only)]!)));

function measure({ family, sizes }: Row): Measured {
  const make = FAMILIES[family] as (...sizes: readonly number[]) => Program;
  const program = make(...sizes);
  const once = (): { kind: string; executions: number; seconds: number } => {
    const start = process.cpuUsage();
    const { kind, executions } = explore(program, {
      model,
      deadline: Date.now() + limit * 1000,
      onExecution: () => false,
    });
    const { user, system } = process.cpuUsage(start);
    return { kind, executions, seconds: (user + system) / 1e6 };
  };
  const { kind, executions, seconds } = once();
  const warm = once().seconds;
  const peak = process.resourceUsage().maxRSS * 1024;
  return { name: program.name, kind, executions, cold: seconds, warm, peak };
}

function table(part: string): void {
  const columns = ['executions', 'CPU s', 'warm', 'per s, warm', 'MB', 'aim', 'others: CPU s (ratio)'];
  console.log(`${'family'.padEnd(44)}${columns.map((c, i) => (i < 6 ? c.padStart(12) : `   ${c}`)).join('')}`);
  rows.forEach((row, i) => {
    if (!row.family.toLowerCase().includes(part.toLowerCase())) return;
    const arguments_ = [process.argv[1]!, '--row', `${i}`, '--model', model, '--limit', `${limit}`];
    const measured = JSON.parse(execFileSync(process.execPath, arguments_, { encoding: 'utf8' })) as Measured;
    const { name, kind, executions, cold, warm, peak } = measured;
    const cells = [
      kind === 'complete' ? `${executions}` : `>${executions}`,
      cold.toFixed(3),
      warm.toFixed(3),
      `${Math.round(executions / warm)}`,
      (peak / 1e6).toFixed(0),
      reached(row, measured),
    ];
    const others = row.references.map((reference) => compare(reference, cold)).join(', ');
    console.log(`${name.padEnd(44)}${cells.map((c) => c.padStart(12)).join('')}   ${others}`.trimEnd());
  });
}

function reached({ aim }: Row, { kind, executions, cold, warm }: Measured): string {
  if (aim === undefined) return '';
  const met = aim.seconds === undefined ? executions / warm >= aim.perSecond! : cold <= aim.seconds;
  const wanted = aim.seconds === undefined ? `${aim.perSecond! / 1000}k` : `${aim.seconds} s`;
  return `${wanted} ${met && kind === 'complete' ? 'met' : 'MISSED'}`;
}

function compare({ tool, seconds, unfinished }: Reference, ours: number): string {
  const more = unfinished === true ? '>' : '';
  return `${tool} ${more}${seconds} (${more}${(seconds / ours).toFixed(1)}x)`;
}
