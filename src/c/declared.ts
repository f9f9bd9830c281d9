import type { Declarator, Expression } from '../litmus/ast.ts';
import { primitiveNamed } from '../litmus/c-primitives.ts';
import { eachPart, type Node } from '../litmus/walk.ts';

/** The variables that a function declares, in all its blocks. */
export function declaredIn(body: Node): Declarator[] {
  const found: Declarator[] = [];
  const visit = (node: Node): void => {
    if (node.kind === 'declaration') found.push(...node.declarators);
    eachPart(node, visit);
  };
  visit(body);
  return found;
}

/** The variables of a function to which something may point. */
export function addressTaken(body: Node): Set<string> {
  const found = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === 'unary' && node.operator === '&') {
      const root = rootOf(node.operand);
      if (root !== undefined) found.add(root);
    }
    if (node.kind === 'call') {
      const { parameters } = primitiveNamed(node.callee.name)!;
      for (const [i, argument] of node.arguments.entries()) {
        // What try_cmpxchg() expects may be in a register.
        const isOld = parameters[i] === 'o' && argument.kind === 'unary' && argument.operand.kind === 'name';
        if (!isOld) visit(argument);
        if (parameters[i] === 'l' && argument.kind === 'name') found.add(argument.name);
      }
      return;
    }
    eachPart(node, visit);
  };
  visit(body);
  return found;
}

function rootOf(e: Expression): string | undefined {
  if (e.kind === 'name') return e.name;
  return e.kind === 'member' && !e.arrow ? rootOf(e.object) : undefined;
}
