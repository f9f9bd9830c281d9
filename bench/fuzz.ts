// What is thrown, lost or late when inputs are damaged: `npm run bench:fuzz -- [TEXTS] [FILES] [IDS]`. Texts go through the
// parser and the compiler, files through one run of the command, ids through what replays them. Anything but zeros in the
// last line is a fault.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draw } from '../src/explain/drawing.ts';
import { decodeExecution, encodeExecution, formatId, parseId } from '../src/explain/execution-id.ts';
import { compileLitmus } from '../src/litmus/compile.ts';
import { parseLitmus } from '../src/litmus/parse.ts';
import { CORPUS, CORPUS_MISSING } from '../test/corpus/expected.ts';
import { eachExecution } from '../test/explain/executions.ts';
import { numbersFrom } from '../test/numbers.ts';

const [TEXTS = 20_000, FILES = 1_000, IDS = 10_000] = process.argv.slice(2).map(Number);
/** A text that takes longer than this to be read and compiled, in milliseconds, is a fault. */
const LATE = 1_000;
const SEED = Math.floor(Math.random() * 2 ** 31);
console.log(`seed ${SEED}`);

const below = numbersFrom(SEED);
const oneOf = <T>(items: readonly T[]): T => items[below(items.length)]!;

const litmusIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.litmus'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
const whole = [...litmusIn('examples'), ...(CORPUS_MISSING === undefined ? litmusIn(CORPUS) : [])];

/** A text with one to four faults: a part gone, twice, elsewhere, of another test, or replaced by what should not be there. */
function damaged(): string {
  let text = oneOf(whole);
  for (let faults = 1 + below(4); faults > 0; faults--) {
    const at = below(text.length + 1);
    const length = below(2) === 0 ? 1 + below(4) : below(80);
    const other = oneOf(whole);
    const from = below(other.length);
    const put = oneOf([
      '',
      text.slice(at, at + length).repeat(2),
      other.slice(from, from + length),
      oneOf([
        '(',
        '{',
        ')',
        '}',
        ';',
        '*',
        '0x',
        '"',
        '/*',
        '(*',
        '__proto__',
        '\0',
        '\u202e',
        '9'.repeat(30),
        'for(;;)',
      ]),
      String.fromCharCode(below(0x250)),
    ]);
    text = text.slice(0, at) + put + text.slice(at + (below(3) === 0 ? 0 : length));
  }
  return text;
}

const found = { thrown: 0, late: 0, wrongPlace: 0, lost: 0, crashed: 0 };

/** Does it, and counts what is thrown. */
function guarded(what: string, body: () => void): void {
  const begun = performance.now();
  try {
    body();
  } catch (error) {
    found.thrown++;
    console.log(`${what}\n${error instanceof Error ? error.stack : String(error)}`);
  }
  if (performance.now() - begun > LATE) {
    found.late++;
    console.log(`${Math.round(performance.now() - begun)} ms: ${what}`);
  }
}

let read = 0;
for (let i = 0; i < TEXTS; i++) {
  const text = damaged();
  guarded(text, () => {
    const result = parseLitmus(text, 'fuzz.litmus');
    if (result.ok) {
      compileLitmus(result.test);
      read++;
      return;
    }
    const lines = text.split('\n').length;
    if (result.diagnostics.length === 0 || result.diagnostics.some((d) => d.line > lines)) found.wrongPlace++;
  });
}
console.log(`${TEXTS} texts, ${read} of them litmus tests all the same`);

const folder = mkdtempSync(join(tmpdir(), 'holdfast-'));
mkdirSync(join(folder, 'tests'));
for (let i = 0; i < FILES; i++) writeFileSync(join(folder, 'tests', `${i}.litmus`), damaged());
const asked = ['dist/holdfast.cjs', 'litmus', join(folder, 'tests'), '--format', 'json', '--timeout', '1'];
const { status, signal, stdout } = spawnSync(process.execPath, asked, { encoding: 'utf8', maxBuffer: 2 ** 30 });
const results = stdout
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as { readonly path?: string; readonly kind?: string });
const paths = new Set(results.flatMap(({ path }) => (path === undefined ? [] : [path])));
found.lost = FILES - paths.size;
if (signal !== null || status === null || status === 70 || stdout.includes('HF999')) found.crashed++;
console.log(`${FILES} files: exit code ${status}, ${paths.size} results`);
rmSync(folder, { recursive: true });

const ids: { readonly id: string; readonly program: ReturnType<typeof compileLitmus>['program'] }[] = [];
for (const text of litmusIn('examples')) {
  const parsed = parseLitmus(text, 'x.litmus');
  if (!parsed.ok) throw new Error('an example cannot be read');
  const { program } = compileLitmus(parsed.test);
  eachExecution(program, 'lkmm', 4, (trace, choices) => {
    const execution = encodeExecution(program, trace, choices, draw(program, trace, 'lkmm'), 'lkmm');
    if (execution === undefined) throw new Error('an execution has no id');
    ids.push({ id: formatId({ kind: 'l', digest: 'ABCDEF', execution, name: 'SB' }), program });
  });
}
let decoded = 0;
for (let i = 0; i < IDS; i++) {
  const { id, program } = oneOf(ids);
  let text = id;
  for (let faults = 1 + below(3); faults > 0; faults--) {
    const at = below(text.length + 1);
    text =
      text.slice(0, at) + oneOf(['', 'A', '_', '.', '-', '~1.2', '%', 'zzzzzzzz', '9']) + text.slice(at + below(3));
  }
  guarded(text, () => {
    const parsed = parseId(text);
    if (typeof parsed !== 'string' && decodeExecution(program, parsed.execution) !== undefined) decoded++;
  });
}
console.log(`${IDS} ids, ${decoded} of them executions all the same`);

const sum = Object.values(found).reduce((a, b) => a + b, 0);
console.log(`${JSON.stringify(found)}: ${sum} faults`);
process.exit(sum === 0 ? 0 : 1);
