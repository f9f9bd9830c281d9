import type { Counterexample } from '../explain/counterexample.ts';
import { cycleOf, windowsOf } from '../explain/reason.ts';
import { modelWords, placeWords, type SourcePlace } from '../explain/source-place.ts';
import { Kind } from '../graph/event.ts';

/** An execution as a graph for Graphviz: a column for each CPU, and reads-from, coherence and from-reads across. */
export function executionDot(c: Counterexample, name = 'execution'): string {
  const { trace, texts, columns } = c;
  const folded = new Set(c.folded);
  const shown = [...trace.events.keys()].filter((e) => !folded.has(e));
  const onCycle = new Set(cycleOf(c.reason).map(({ from, to }) => `${from} ${to}`));
  const lines = [
    `digraph ${quoted(name)} {`,
    '  rankdir=TB;',
    '  node [shape=box, fontname="monospace", fontsize=10];',
  ];
  lines.push('  edge [fontname="sans-serif", fontsize=9];', '  splines=true;');
  for (const [thread, column] of columns.entries()) {
    const events = shown.filter((e) => trace.events[e]!.thread === thread);
    lines.push(`  subgraph cluster_${thread} {`, `    label=${quoted(column)};`, '    color=gray;');
    for (const e of events) lines.push(`    e${e} [label=${quoted(labelOf(e))}];`);
    for (const [i, wait] of c.waits.entries()) {
      if (wait.thread !== thread) continue;
      const words = [wait.code, `waits, ${wait.location}=${wait.value}`, ...whereOf(c, wait.place)];
      lines.push(`    w${i} [label=${quoted(words.join('\n'))}, color=red];`);
      const last = events.at(-1);
      if (last !== undefined) lines.push(`    e${last} -> w${i} [label="po", color=gray, fontcolor=gray, weight=10];`);
    }
    for (const [i, e] of events.entries()) {
      const next = events[i + 1];
      if (next !== undefined) lines.push(`    e${e} -> e${next} [label="po", color=gray, fontcolor=gray, weight=10];`);
    }
    lines.push('  }');
  }
  const isShown = new Set(shown);
  const edge = (from: number, to: number, relation: keyof typeof COLOURS): void => {
    if (!isShown.has(from) || !isShown.has(to)) return;
    const width = onCycle.has(`${from} ${to}`) ? ', penwidth=2.5' : '';
    const colour = COLOURS[relation];
    lines.push(
      `  e${from} -> e${to} [label="${relation}", color=${colour}, fontcolor=${colour}, constraint=false${width}];`,
    );
  };
  for (const e of shown) {
    const { kind, rf, cell } = trace.events[e]!;
    const co = trace.co.find((writes) => trace.events[writes[0]!]!.cell === cell) ?? [];
    if (kind === Kind.Read) {
      if (rf >= 0) edge(rf, e, 'rf');
      const next = co[co.indexOf(rf) + 1];
      if (next !== undefined && next !== trace.events[e]!.partner) edge(e, next, 'fr');
    } else if (kind === Kind.Write) {
      const next = co[co.indexOf(e) + 1];
      if (next !== undefined) edge(e, next, 'co');
    }
  }
  for (const { from, to, relation, missing } of cycleOf(c.reason)) {
    if (relation !== 'po' || !isShown.has(from) || !isShown.has(to)) continue;
    const style = missing
      ? 'color=red, fontcolor=red, style=dashed, label="not ordered"'
      : 'color=black, label="ordered"';
    lines.push(`  e${from} -> e${to} [${style}, penwidth=2.5, constraint=false];`);
  }
  for (const { from, to } of windowsOf(c.reason)) {
    if (!isShown.has(from) || !isShown.has(to)) continue;
    const style = 'color=red, fontcolor=red, style=dashed, label="not one step"';
    lines.push(`  e${from} -> e${to} [${style}, penwidth=2.5, constraint=false];`);
  }
  lines.push(...afterLines(c));
  return `${[...lines, '}'].join('\n')}\n`;

  function labelOf(e: number): string {
    const { label, code, location, value, place } = texts[e]!;
    const { kind } = trace.events[e]!;
    const effect = kind === Kind.Read ? `R ${location}=${value}` : kind === Kind.Write ? `W ${location}=${value}` : '';
    const head = [label, code].filter((part) => part !== undefined && part !== '').join(' ');
    return [head, effect, ...whereOf(c, place)].filter((part) => part !== '').join('\n');
  }
}

/** What is done after the race, one step after the other. */
function afterLines(c: Counterexample): string[] {
  const steps = (c.after ?? []).flatMap(({ who, what, steps }) => {
    return steps.map(({ code, effect, place }) => ({ words: [`${who} ${what}`, code, effect], place }));
  });
  if (steps.length === 0) return [];
  const nodes = steps.map(({ words, place }, i) => {
    const where = place?.function === undefined ? [] : [placeWords(place)];
    return `    a${i} [label=${quoted([...words, ...where].join('\n'))}];`;
  });
  const chain = steps.length < 2 ? [] : [`    ${steps.map((_, i) => `a${i}`).join(' -> ')} [color=gray, weight=10];`];
  return ['  subgraph cluster_after {', '    label="After the race";', '    color=gray;', ...nodes, ...chain, '  }'];
}

/** Where a step stands: the line, or the function of the kernel, and what it is a part of. */
function whereOf(c: Counterexample, place: SourcePlace | undefined): string[] {
  if (place === undefined) return [];
  if (place.kernel === undefined) return [`line ${place.line}`];
  const { call } = place.kernel;
  const where = place.function === undefined ? [call] : [`${placeWords(place)}`, `in ${call}`];
  return c.saysSource === true ? [...where, modelWords(place)] : where;
}

const COLOURS = { rf: 'darkgreen', co: 'blue', fr: 'darkorange' } as const;

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
