import type { TextChange } from '../../explain/edit.ts';
import type { Call, Place, Statement } from '../../litmus/ast.ts';
import type { StatementSite } from './litmus-sites.ts';

/** The text of a litmus test as edits see it: what stands where, and the changes that put something there or take it away. */
export class EditText {
  constructor(private readonly text: string) {}

  /** What stands at a place. */
  slice(place: Place): string {
    const { start, end } = this.span(place);
    return this.text.slice(start, end);
  }

  /** A place with the parentheses that belong to it: an expression does not count those at its ends. */
  span({ start, end }: Place): { start: number; end: number } {
    let [from, to] = [start, end];
    for (;;) {
      let depth = 0;
      let least = 0;
      for (let at = from; at < to; at++) {
        if (this.text[at] === '(') depth++;
        else if (this.text[at] === ')') least = Math.min(least, --depth);
      }
      if (least === 0 && depth === 0) return { start: from, end: to };
      if (least < 0) from = this.text.lastIndexOf('(', from - 1);
      else to = this.text.indexOf(')', to) + 1;
      // A parenthesis in a comment has none that belongs to it.
      if (from < 0 || to === 0) return { start, end };
    }
  }

  /** A statement as people name it. */
  step(s: Statement): string {
    const head = s.kind === 'if' || s.kind === 'while' ? { start: s.start, end: s.condition.end } : s;
    const text = this.slice(head)
      .replace(/\s+/g, ' ')
      .replace(/[\s;]+$/, '');
    return head === s ? text.replace(/^[A-Za-z_][\w\s*]* = (?=.*[(*])/, '') : `${text})`;
  }

  /** A statement with the semicolon at its end. */
  private whole({ start, end }: Statement): { start: number; end: number } {
    return { start, end: end + (/^\s*;/.exec(this.text.slice(end))?.[0].length ?? 0) };
  }

  /** A call with another name. */
  renamed(call: Call, name: string): string {
    return name + this.text.slice(call.callee.end, call.end);
  }

  /** Takes a statement away. */
  without({ statement, block }: StatementSite): TextChange {
    return { ...this.whole(statement), text: block === undefined ? ';' : '' };
  }

  /** Puts something before a statement, on a line of its own where that has one. */
  inserted({ statement, block }: StatementSite, text: string): TextChange[] {
    const { start, end } = this.whole(statement);
    if (block === undefined) {
      return [
        { start, end: start, text: `{ ${text} ` },
        { start: end, end, text: ' }' },
      ];
    }
    const indent = this.indentOf(start);
    return [{ start, end: start, text: indent === undefined ? `${text} ` : `${text}${this.newline(start)}${indent}` }];
  }

  /** How the line before an offset ends, and so must those that are added. */
  private newline(offset: number): string {
    return this.text[this.text.lastIndexOf('\n', offset - 1) - 1] === '\r' ? '\r\n' : '\n';
  }

  /** What stands before an offset in its line, if that is blank. */
  private indentOf(offset: number): string | undefined {
    const before = this.text.slice(this.text.lastIndexOf('\n', offset - 1) + 1, offset);
    return /^\s*$/.test(before) ? before : undefined;
  }
}
