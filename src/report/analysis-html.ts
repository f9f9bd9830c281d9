import { type Analysis, executionsOf } from '../explain/analysis.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import { analysisText, mendWords } from './analysis-text.ts';
import { executionSvg } from './execution-svg.ts';
import { assumptionWords, markWords, observationWords, reasonWords } from './execution-words.ts';
import { Headings, numberOf } from './headings.ts';
import { escaped } from './markup.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #d8d8d0; --soft: #f5f5f0; --dim: #6b6b66; --hot: #b3261e; --mark: #8a6d00; }
@media (prefers-color-scheme: dark) { :root { --line: #3a3a40; --soft: #232327; --dim: #9a9a94; --hot: #f2776e; --mark: #e0b73b; } }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.35rem; } h3 { font-size: 1rem; } h2 { font-size: 1.1rem; margin-top: 2.2rem; border-top: 1px solid var(--line); padding-top: 1rem; }
pre, code, td { font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 13px; }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; border-radius: 4px; }
table { border-collapse: collapse; } th { text-align: left; padding: .2rem .9rem; }
td { padding: .15rem .9rem; border-top: 1px solid var(--line); vertical-align: top; white-space: pre-wrap; }
td.line { color: var(--dim); text-align: right; } .effect { color: var(--mark); } .note { color: var(--hot); font-family: system-ui, sans-serif; }
tr.call td { font-weight: bold; padding-top: .6rem; } tr.function td { font-style: italic; color: var(--dim); }
tr.folded { display: none; } .all tr.folded { display: table-row; opacity: .65; } tr.on td { background: var(--soft); }
.picture, .steps { overflow-x: auto; } dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; }`;

/** Unfolds steps, and shows on which steps a step under the pointer depends. */
const SCRIPT = `
for (const button of document.querySelectorAll('button[data-fold]')) {
  button.addEventListener('click', () => {
    const all = button.closest('section').classList.toggle('all');
    button.setAttribute('aria-expanded', String(all));
  });
}
for (const row of document.querySelectorAll('tr[data-with]')) {
  const ids = row.dataset.with.split(' ');
  const set = (on) => ids.forEach((id) => document.getElementById(id)?.classList.toggle('on', on));
  row.addEventListener('mouseenter', () => set(true));
  row.addEventListener('mouseleave', () => set(false));
}`;

/** An analysis as one page that needs nothing else: no network, no other file. */
export function analysisHtml(a: Analysis): string {
  const title = `${a.name || a.path}: holdfast ${a.analysis}`;
  const mend = a.kind === 'execution' ? mendWords(a.mend, a.counterexample.columns) : '';
  const sections = executionsOf(a).map(({ title, execution }, i) => section(title, execution, i, mend));
  // What the pictures and tables say is not said again.
  const text = a.kind === 'execution' ? '' : `<pre>${escaped(analysisText(a, 100))}</pre>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${text}
${sections.join('\n')}
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function section(title: string, c: Counterexample, number: number, mend: string): string {
  const rows: [string, string][] = [
    ['Fails', c.failure.message],
    ['Ends with', observationWords(c)],
    ['Parts', c.parting ?? ''],
    ['Needs', assumptionWords(c)],
    ['Why', reasonWords(c)],
    ['Mend', mend],
  ];
  if (c.id !== undefined) rows.push(['Again', `holdfast replay ${c.id}`]);
  const terms = rows
    .filter(([, text]) => text !== '')
    .map(([term, text]) => `<dt>${term}</dt><dd>${escaped(text)}</dd>`);
  const folds = c.folded.length === 0 ? '' : '<p><button data-fold aria-expanded="false">Show all steps</button></p>\n';
  return `<section id="x${number}">
<h2>${escaped(title)}</h2>
<dl>${terms.join('')}</dl>
<div class="picture">${executionSvg(c).trimEnd()}</div>
${afterTable(c)}${folds}${table(c, number)}
</section>`;
}

/** What is done after the race, each deed with its steps. */
function afterTable({ after = [] }: Counterexample): string {
  const deeds = after.filter(({ steps }) => steps.length > 0);
  if (deeds.length === 0) return '';
  const rows = deeds.flatMap(({ who, what, steps }) => {
    const headings = new Headings();
    return [
      `<tr class="call"><td>${escaped(`${who} ${what}`)}</td></tr>`,
      ...steps.flatMap(({ code, effect, place }) => [
        ...headings
          .before(0, place)
          .filter(({ level }) => level === 'function')
          .map(({ text }) => `<tr class="function"><td>${escaped(text)}</td></tr>`),
        `<tr><td>${escaped(code)} <span class="effect">${escaped(effect)}</span></td></tr>`,
      ]),
    ];
  });
  return `<h3>After the race</h3>\n<div class="steps"><table>${rows.join('\n')}</table></div>\n`;
}

function table(c: Counterexample, number: number): string {
  const folded = new Set(c.folded);
  const id = (event: number): string => `x${number}e${event}`;
  const head = c.columns.map((name) => `<th>${escaped(name)}</th>`).join('');
  const headings = new Headings();
  const above = (thread: number, place: SourcePlace | undefined, isFolded: boolean): string[] =>
    headings.before(thread, place).map(({ text, level }) => {
      const cells = c.columns.map((_, t) => `<td>${t === thread ? escaped(text) : ''}</td>`).join('');
      return `<tr class="${level}${isFolded ? ' folded' : ''}"><td class="line"></td>${cells}</tr>`;
    });
  const rows = c.drawing.rows.flatMap((row) => {
    const event = row.kind === 'visible' ? row.event : row.events[row.events.length - 1]!;
    const { code, effect, location, value, label, place } = c.texts[event]!;
    const isFolded = row.kind === 'step' && row.events.every((e) => folded.has(e));
    const notes =
      row.kind === 'step' ? row.marks.map((mark) => `<div class="note">${escaped(markWords(c, mark))}</div>`) : [];
    const text =
      row.kind === 'visible'
        ? `(${escaped(`${location}=${value} is seen`)})`
        : `${escaped(label === undefined ? code : `${label} ${code}`)}${effect === '' ? '' : ` <span class="effect">${escaped(effect)}</span>`}${notes.join('')}`;
    const cells = c.columns.map((_, t) => `<td>${t === row.thread ? text : ''}</td>`).join('');
    const { rf } = c.trace.events[row.kind === 'visible' ? event : row.events[0]!]!;
    const related = rf >= 0 ? ` data-with="${id(rf)}"` : '';
    const own = row.kind === 'step' ? ` id="${id(event)}"` : '';
    const line = row.kind === 'visible' ? '' : escaped(numberOf(c, place));
    const heads = row.kind === 'visible' ? [] : above(row.thread, place, isFolded);
    return [
      ...heads,
      `<tr${own}${isFolded ? ' class="folded"' : ''}${related}><td class="line">${line}</td>${cells}</tr>`,
    ];
  });
  for (const { thread, code, location, value, label, place } of c.waits) {
    const text = `${escaped(label === undefined ? code : `${label} ${code}`)} <span class="effect">${escaped(`waits, ${location}=${value}`)}</span>`;
    const cells = c.columns.map((_, t) => `<td>${t === thread ? text : ''}</td>`).join('');
    rows.push(...above(thread, place, false));
    rows.push(`<tr><td class="line">${escaped(numberOf(c, place))}</td>${cells}</tr>`);
  }
  return `<div class="steps"><table><thead><tr><th></th>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table></div>`;
}
