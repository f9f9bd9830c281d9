import { type Analysis, executionsOf } from '../explain/analysis.ts';
import type { Counterexample } from '../explain/counterexample.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import { analysisText, mendWords } from './analysis-text.ts';
import { executionSvg } from './execution-svg.ts';
import { assumptionWords, markWords, observationWords, reasonWords } from './execution-words.ts';
import { Headings, numberOf } from './headings.ts';
import { escaped } from './markup.ts';
import { page } from './page.ts';

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
  return page(title, '', [text, ...sections].join('\n'), SCRIPT);
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
