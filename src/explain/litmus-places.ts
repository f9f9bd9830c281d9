import type { Expression, Place, Statement } from '../litmus/ast.ts';
import type { LitmusTest } from '../litmus/litmus-test.ts';
import { PRIMITIVES } from '../litmus/primitives.ts';
import type { SourcePlace } from './source-place.ts';

/** A comment after a statement, in its line, that has nothing but a name as the posts use them. */
const LABEL = /^\s*;?\s*(?:\/\*|\/\/)\s*([A-Z]\d+)\s*(?:\*\/\s*)?$/;

/** Finds, for an expression of a litmus test, what a reader takes for the step: mostly the statement around it. */
export class LitmusPlaces {
  private readonly test: LitmusTest;
  private readonly statements: readonly Place[];
  private readonly lineStarts: readonly number[];
  private readonly made = new Map<string, SourcePlace>();

  constructor(test: LitmusTest) {
    this.test = test;
    const found: Place[] = [];
    for (const thread of test.threads) collect(thread.body, found);
    this.statements = found;
    const starts = [0];
    const { text } = test.source;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.lineStarts = starts;
  }

  of(place: Place): SourcePlace {
    const key = `${place.start}:${place.end}`;
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const step = this.statements.find((s) => s.start <= place.start && place.end <= s.end) ?? place;
    const { source, path } = this.test;
    const text = source.text
      .slice(step.start, step.end)
      .replace(/\s+/g, ' ')
      .replace(/[\s;]+$/, '');
    const line = this.lineOf(step.start);
    const column = step.start - this.lineStarts[line - 1]! + 1;
    const label = LABEL.exec(source.text.slice(step.end, this.lineStarts[line] ?? source.text.length))?.[1];
    const made = { file: path, line, column, text, ...(label === undefined ? {} : { label }) };
    this.made.set(key, made);
    return made;
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }
}

/** The statements that are a step as a whole: those with one access at most. */
function collect(s: Statement, found: Place[]): void {
  switch (s.kind) {
    case 'block':
      for (const inner of s.body) collect(inner, found);
      break;
    case 'declaration':
      if (s.declarators.length === 1 && callsIn(s.declarators[0]!.initial) <= 1) found.push(s);
      break;
    case 'expression':
      if (callsIn(s.expression) <= 1) found.push(s);
      break;
    case 'if':
      collect(s.then, found);
      if (s.otherwise !== undefined) collect(s.otherwise, found);
      break;
    case 'while':
    case 'for':
      collect(s.body, found);
      break;
    default:
      break;
  }
}

/** How many primitives an expression calls that access memory. */
export function callsIn(e: Expression | undefined): number {
  if (e === undefined) return 0;
  switch (e.kind) {
    case 'number':
    case 'name':
      return 0;
    case 'unary':
    case 'cast':
      return callsIn(e.operand);
    case 'binary':
    case 'logical':
    case 'comma':
      return callsIn(e.left) + callsIn(e.right);
    case 'conditional':
      return callsIn(e.condition) + callsIn(e.then) + callsIn(e.otherwise);
    case 'assignment':
      return callsIn(e.target) + callsIn(e.value);
    case 'update':
      return callsIn(e.target);
    case 'member':
      return callsIn(e.object);
    case 'index':
      return callsIn(e.object) + callsIn(e.index);
    case 'call': {
      const kind = PRIMITIVES.get(e.callee.name)?.kind;
      const own = kind === 'same' || kind === 'truth' ? 0 : 1;
      return e.arguments.reduce((sum, argument) => sum + callsIn(argument), own);
    }
  }
}
