import type { SourcePlace } from '../../explain/source-place.ts';
import type { Place } from '../../litmus/ast.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import { isAccess } from '../../litmus/primitive.ts';
import { PRIMITIVES } from '../../litmus/primitives.ts';
import { eachPart, type Node } from '../../litmus/walk.ts';

/** A comment after a statement, in its line, that has nothing but a name as the posts use them. */
const LABEL = /^\s*;?\s*(?:\/\*|\/\/)\s*([A-Z]\d+)\s*(?:\*\/\s*)?$/;

/** Finds, for an expression of a litmus test, what a reader takes for the step: mostly the statement around it. */
export class LitmusPlaces {
  private readonly test: LitmusTest;
  private readonly statements: readonly Place[];
  /** Of each file, by its text. */
  private readonly lineStarts = new Map<string, readonly number[]>();
  private readonly made = new Map<string, SourcePlace>();

  constructor(test: LitmusTest) {
    this.test = test;
    const found: Place[] = [];
    for (const { body } of [...test.threads, ...test.functions]) collect(body, found);
    this.statements = found;
  }

  of(place: Place): SourcePlace {
    const key = `${place.start}:${place.end}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const step = this.statements.find((s) => s.start <= place.start && place.end <= s.end) ?? place;
    const { path, text: file, start, end } = this.test.source.locate(step.start, step.end);
    const text = file
      .slice(start, end)
      .replace(/\s+/g, ' ')
      .replace(/[\s;]+$/, '');
    const lineStarts = this.lineStartsOf(file);
    const line = lineAmong(lineStarts, start);
    const column = start - lineStarts[line - 1]! + 1;
    const label = LABEL.exec(file.slice(end, lineStarts[line] ?? file.length))?.[1];
    const made = { file: path, line, column, text, ...(label === undefined ? {} : { label }) };
    this.made.set(key, made);
    return made;
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    const { text, start } = this.test.source.locate(offset, offset + 1);
    return lineAmong(this.lineStartsOf(text), start);
  }

  private lineStartsOf(text: string): readonly number[] {
    const known = this.lineStarts.get(text);
    if (known !== undefined) return known;
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts.set(text, starts);
    return starts;
  }
}

/** The number of the line of an offset, from 1. */
function lineAmong(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** The statements that are a step as a whole: those with one access at most. */
function collect(node: Node, found: Place[]): void {
  switch (node.kind) {
    case 'declaration':
      if (node.declarators.length === 1 && callsIn(node) <= 1) found.push(node);
      break;
    case 'expression':
      if (callsIn(node) <= 1) found.push(node);
      break;
    case 'block':
    case 'labelled':
    case 'if':
    case 'while':
      eachPart(node, (part) => collect(part, found));
      break;
    case 'for':
      collect(node.body, found);
      break;
    default:
      break;
  }
}

/** How many primitives are called in a node that access memory, or are a fence. */
function callsIn(node: Node): number {
  let calls = 0;
  if (node.kind === 'call') {
    const primitive = PRIMITIVES.get(node.callee.name);
    if (primitive !== undefined && (isAccess(primitive) || primitive.kind === 'fence')) calls = 1;
  }
  eachPart(node, (part) => {
    calls += callsIn(part);
  });
  return calls;
}
