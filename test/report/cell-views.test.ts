import { describe, expect, it } from 'vitest';
import type { CellResult } from '../../src/fronts/races/cell-result.ts';
import { cellCsv } from '../../src/report/cell-csv.ts';
import { cellHtml } from '../../src/report/cell-html.ts';
import { cellMarkdown } from '../../src/report/cell-markdown.ts';
import type { Asked } from '../../src/report/cell-matrix.ts';

const EVERY = {
  model: 'lkmm',
  property: 'I4',
  promise: 'it stays',
  executions: 7,
  blocked: 0,
  seconds: 0.0123,
  asked: [],
} as const;

const holds = (scenario: string, variant: string, design: string): CellResult => {
  return { ...EVERY, scenario, variant, design, kind: 'holds' };
};
const broken = (scenario: string, variant: string, design: string, message: string): CellResult => {
  const failure = { property: 'I4', message, steps: [] };
  return { ...EVERY, scenario, variant, design, kind: 'violated', model: 'sc', failure };
};

const OURS: readonly CellResult[] = [
  broken('T0', 'first', 'v5.9', '"the child", the page'),
  holds('T0', 'first', 'v6.12 shareMb=mb'),
  broken('T0', 'later', 'v5.9', 'the child has the page'),
  { ...holds('T0', 'later', 'v6.12 shareMb=mb'), kind: 'absent', reason: 'it is gone' },
  broken('T0', 'first', 'has-pinned-swap', 'the child has the page'),
  holds('T0', 'later', 'has-pinned-swap'),
];

const ASKED: Asked = {
  races: [{ name: 'T0', title: 'fork against a fast pin' }],
  designs: ['v5.9', 'v6.12 shareMb=mb'],
  notes: [],
  command: ({ scenario, design, variant }) => `holdfast show ${scenario} --design ${design} --variant ${variant}`,
};

/** Names that a user's race may have, which a reader of some format would take for more. */
const HOSTILE = [
  'a|b',
  'back\\|slash\\',
  '<img src=x onerror=alert(1)>',
  '[a](javascript:x)',
  '`code` **bold** __proto__',
  'line\nof its own\r\n| x |',
  'a"b,"c',
  '"><script>alert(1)</script>',
  '\x1b[31mred\u202eb',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '\t=1',
  '&lt;b&gt;',
];
/** What a terminal would obey, or a reader would not see. */
const HIDDEN = /(?!\r|\n)[\p{Cc}\p{Cf}\u2028\u2029]/u;

describe('Markdown', () => {
  /** The cells of a row as a reader sees them: split at each pipe that no backslash escapes. */
  const cellsOf = (line: string): string[] =>
    (line.match(/(?:\\.|[^\\|])+/g) ?? []).map((cell) => cell.trim().replace(/\\(.)/g, '$1'));

  it('has the tables of the text, and what the words mean', () => {
    expect(cellMarkdown(OURS, ASKED)).toBe(`| Race | Variants | v5.9 | v6.12 shareMb=mb |
| --- | --- | --- | --- |
| T0 fork against a fast pin | first | SC | holds |
|  | later | SC | - |

**Proposals**

| Race | Proposal | Outcome |
| --- | --- | --- |
| T0 | has-pinned-swap | SC: first; holds: later |

- **holds**: no execution of the LKMM breaks it, so none of SC, TSO, arm64, RISC-V or Power does
- **SC**: broken by an interleaving, on any machine
- **-**: the race does not exist there

6 cells, 42 executions

A cell explained: holdfast show T0 --design v5.9 --variant first
`);
  });

  it('says what is wrong, and which kernel another is like', () => {
    const diagnostic = { code: 'HF943', severity: 'error', message: 'it *threw*', file: '' } as const;
    const place = { line: 1, column: 1, length: 1, sourceLine: '' };
    const wrong: CellResult = {
      ...holds('T0', 'first', 'v5.15'),
      kind: 'error',
      diagnostics: [{ ...diagnostic, ...place }],
    };
    const text = cellMarkdown([wrong], { ...ASKED, designs: ['v5.15'], notes: ['Linux 5.15: as v5.14'] });
    expect(text).toContain('| error |');
    expect(text).toContain('- HF943: it \\*threw\\*');
    expect(text).toContain('- Linux 5.15: as v5.14');
  });

  it.each(HOSTILE)('%j is a name like others', (name) => {
    const text = cellMarkdown([broken(name, 'one', 'v5.9', 'no'), holds(name, name, 'v5.9'), holds('B', name, name)]);
    expect(text).not.toMatch(HIDDEN);
    expect(text).not.toMatch(/(?<!\\)[<`&]/);
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    for (const row of rows) expect(cellsOf(row)).toHaveLength(4);
  });
});

describe('CSV', () => {
  /** The records of RFC 4180. */
  const recordsOf = (text: string): string[][] =>
    text
      .trimEnd()
      .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
      .map((line) =>
        [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
          ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
        ),
      );

  it('has a row for each cell', () => {
    expect(cellCsv(OURS.slice(0, 2))).toBe(
      [
        'race,variant,design,outcome,model,property,executions,seconds,message',
        'T0,first,v5.9,violated,sc,I4,7,0.012,"Broken under SC: ""the child"", the page. I4: it stays."',
        'T0,first,v6.12 shareMb=mb,holds,lkmm,I4,7,0.012,Holds under the LKMM. I4: it stays.',
        '',
      ].join('\r\n'),
    );
  });

  it.each(HOSTILE)('%j is a name like others, and no formula', (name) => {
    const text = cellCsv([broken(name, name, 'v5.9', name), holds('B', 'b', name)]);
    expect(text).not.toMatch(HIDDEN);
    const records = recordsOf(text);
    expect(records.map((record) => record.length)).toEqual([9, 9, 9]);
    for (const field of records.flat()) expect(field).not.toMatch(/^\s*[=+@-]/);
    expect(records[1]![0]!.startsWith("'")).toBe(/^[=+@-]/.test(name));
  });
});

describe('HTML', () => {
  it('says of each cell what was found, and how to see more', () => {
    const page = cellHtml(OURS, ASKED);
    expect(page).toContain(
      '<td class="bad" title="T0 first, v5.9&#10;Broken under SC: &quot;the child&quot;, the page. I4: it stays.&#10;holdfast show T0 --design v5.9 --variant first">SC</td>',
    );
    expect(page.match(/<td class="[a-z]+" title="/g)).toHaveLength(OURS.length);
    expect(page).toContain('<dt>holds</dt>');
    expect(page).not.toMatch(/(href|src)=|@import|url\(/);
  });

  it.each(HOSTILE)('%j is a name like others', (name) => {
    const page = cellHtml([broken(name, name, name, name)], { ...ASKED, designs: [], notes: [name] });
    expect(page).not.toMatch(HIDDEN);
    expect(page).not.toMatch(/<(img|a|b)[ >]|<script>alert/);
    for (const [, attributes] of page.matchAll(/<td( [^>]*)>/g)) {
      expect(attributes).toMatch(/^ class="bad" title="[^"<>]*"$/);
    }
  });
});
