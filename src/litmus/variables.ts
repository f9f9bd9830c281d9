import { integerOf } from '../cpu/integer.ts';
import type { InitialValue, Proposition, Variable } from './ast.ts';

/** A variable as herd7 writes it: `0:r1`, `[x]`, `a[2]`. */
export function nameOf(v: Variable): string {
  if (v.thread >= 0) return `${v.thread}:${v.name}`;
  return v.index === undefined ? `[${v.name}]` : `${v.name}[${v.index}]`;
}

/** The order in which herd7 prints variables: registers by thread and name, then locations by name, then elements of arrays. */
export function compareVariables(a: Variable, b: Variable): number {
  if (a.thread >= 0 || b.thread >= 0) {
    if (a.thread < 0) return 1;
    if (b.thread < 0) return -1;
    if (a.thread !== b.thread) return a.thread - b.thread;
  } else if ((a.index === undefined) !== (b.index === undefined)) return a.index === undefined ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return (a.index ?? 0) - (b.index ?? 0);
}

/** Calls back for each variable whose value a proposition asks for, and for each whose address it names. */
export function eachVariable(
  p: Proposition,
  variable: (v: Variable) => void,
  address: (v: Variable) => void = () => {},
): void {
  switch (p.kind) {
    case 'value':
      variable(p.variable);
      if (p.value.kind === 'address') address(p.value.of);
      break;
    case 'same':
      variable(p.left);
      variable(p.right);
      break;
    case 'not':
      eachVariable(p.operand, variable, address);
      break;
    case 'and':
    case 'or':
      for (const operand of p.operands) eachVariable(operand, variable, address);
      break;
    case 'implies':
      eachVariable(p.left, variable, address);
      eachVariable(p.right, variable, address);
      break;
  }
}

/** Every variable that a proposition asks for. */
export function variablesOf(p: Proposition): Variable[] {
  const found: Variable[] = [];
  eachVariable(p, (v) => found.push(v));
  return found;
}

/** A proposition as herd7 prints it. */
export function showProposition(p: Proposition, within: 'top' | 'and' | 'or' | 'implies' = 'top'): string {
  switch (p.kind) {
    case 'value':
      return `${nameOf(p.variable)}=${showInitialValue(p.value)}`;
    case 'same':
      return `${nameOf(p.left)}=${nameOf(p.right)}`;
    case 'not':
      return `not (${showProposition(p.operand)})`;
    case 'implies': {
      const text = `${showProposition(p.left, 'implies')} => ${showProposition(p.right, 'implies')}`;
      return within === 'and' || within === 'or' ? `(${text})` : text;
    }
    default: {
      if (p.operands.length === 0) return p.kind === 'and' ? 'true' : 'false';
      const text = p.operands.map((o) => showProposition(o, p.kind)).join(p.kind === 'and' ? ' /\\ ' : ' \\/ ');
      const inside = within === 'implies' || (within === 'and' && p.kind === 'or');
      return inside ? `(${text})` : text;
    }
  }
}

function showInitialValue(value: InitialValue): string {
  if (value.kind === 'number') return String(integerOf(value.value));
  return value.of.index === undefined ? value.of.name : `${value.of.name}[${value.of.index}]`;
}
