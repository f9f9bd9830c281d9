import type { Name, Statement } from './ast.ts';
import { someNode } from './walk.ts';

/** A label, and before which statement of its block it stands. */
export interface LabelAt {
  readonly label: Name;
  readonly at: number;
}

/** A part of a block that a `goto` leaves, forward to its end or back to its beginning. */
interface Span {
  readonly kind: 'labelled' | 'again';
  readonly label: Name;
  readonly from: number;
  readonly to: number;
}

/**
 * The statements of a block, where what jumps to a label of the block may leave is one statement each: what stands before
 * the label, and what follows it as far as the last jump back.
 */
export function withLabels(body: readonly Statement[], labels: readonly LabelAt[]): readonly Statement[] {
  if (labels.length === 0) return body;
  const spans: Span[] = [];
  for (const { label, at } of labels) {
    const jumps = body.map((s) => someNode(s, (node) => node.kind === 'goto' && node.label.name === label.name));
    const last = jumps.lastIndexOf(true);
    if (last >= at) spans.push({ kind: 'again', label, from: at, to: last + 1 });
    const first = jumps.indexOf(true);
    if (first >= 0 && first < at) spans.push({ kind: 'labelled', label, from: first, to: at });
  }
  return nested(
    body,
    0,
    body.length,
    spans.map((span) => widened(span, spans)),
  );
}

/** What is left forward may begin earlier, so that it has all of what is begun anew in it, or is within it. */
function widened(span: Span, spans: readonly Span[]): Span {
  if (span.kind === 'again') return span;
  let { from } = span;
  for (const { kind, from: begin, to } of spans) {
    if (kind === 'again' && begin < from && from < to && to < span.to) from = begin;
  }
  return { ...span, from };
}

function nested(body: readonly Statement[], from: number, to: number, spans: readonly Span[]): Statement[] {
  const made: Statement[] = [];
  const inside = spans
    .filter((span) => from <= span.from && span.to <= to)
    .sort((a, b) => a.from - b.from || b.to - a.to || Number(b.kind === 'labelled') - Number(a.kind === 'labelled'));
  for (let at = from; at < to; ) {
    const next = inside.find((span) => span.from >= at);
    if (next === undefined || next.from > at) {
      const end = next?.from ?? to;
      made.push(...body.slice(at, end));
      at = end;
      continue;
    }
    const rest = inside.filter((span) => span !== next && span.from >= next.from && span.to <= next.to);
    const parts = nested(body, next.from, next.to, rest);
    const place = { start: parts[0]?.start ?? next.label.start, end: parts.at(-1)?.end ?? next.label.end };
    made.push({ kind: next.kind, ...place, label: next.label, body: parts });
    at = next.to;
  }
  return made;
}
