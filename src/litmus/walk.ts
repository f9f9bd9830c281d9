import type { Expression, Statement } from './ast.ts';

export type Node = Expression | Statement;

/** Visits the expressions of which an expression is made directly, in the order of the text. */
export function eachOperand(e: Expression, visit: (operand: Expression) => void): void {
  switch (e.kind) {
    case 'number':
    case 'name':
    case 'text':
    case 'statements': // its parts are statements
      return;
    case 'unary':
    case 'cast':
      visit(e.operand);
      return;
    case 'binary':
    case 'logical':
    case 'comma':
      visit(e.left);
      visit(e.right);
      return;
    case 'conditional':
      visit(e.condition);
      visit(e.then);
      visit(e.otherwise);
      return;
    case 'assignment':
      visit(e.target);
      visit(e.value);
      return;
    case 'update':
      visit(e.target);
      return;
    case 'call':
      for (const argument of e.arguments) visit(argument);
      return;
    case 'invocation':
      visit(e.function);
      for (const argument of e.arguments) visit(argument);
      return;
    case 'list':
      for (const { value } of e.items) visit(value);
      return;
    case 'member':
      visit(e.object);
      return;
    case 'index':
      visit(e.object);
      visit(e.index);
      return;
  }
}

/** Visits the expressions and statements of which a node is made directly, in the order of the text. */
export function eachPart(node: Node, visit: (part: Node) => void): void {
  switch (node.kind) {
    case 'break':
    case 'continue':
    case 'goto':
    case 'empty':
      return;
    case 'return':
      if (node.value !== undefined) visit(node.value);
      return;
    case 'switch':
      visit(node.value);
      for (const statement of node.body) visit(statement);
      return;
    case 'block':
    case 'labelled':
    case 'again':
    case 'statements':
      for (const statement of node.body) visit(statement);
      return;
    case 'declaration':
      for (const { initial } of node.declarators) if (initial !== undefined) visit(initial);
      return;
    case 'expression':
      visit(node.expression);
      return;
    case 'if':
      visit(node.condition);
      visit(node.then);
      if (node.otherwise !== undefined) visit(node.otherwise);
      return;
    case 'while':
      if (!node.bodyFirst) visit(node.condition);
      visit(node.body);
      if (node.bodyFirst) visit(node.condition);
      return;
    case 'for':
      if (node.initial !== undefined) visit(node.initial);
      if (node.condition !== undefined) visit(node.condition);
      if (node.step !== undefined) visit(node.step);
      visit(node.body);
      return;
    default:
      eachOperand(node, visit);
  }
}

/** Is it so of the node, or of anything in it? */
export function someNode(node: Node, is: (node: Node) => boolean): boolean {
  if (is(node)) return true;
  let found = false;
  eachPart(node, (part) => {
    if (!found) found = someNode(part, is);
  });
  return found;
}
