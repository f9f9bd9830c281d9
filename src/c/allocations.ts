import type { Call, Expression, FunctionDefinition } from '../litmus/ast.ts';
import { primitiveNamed } from '../litmus/c-primitives.ts';
import { accessType, signatureOf, type Typing } from '../litmus/type-of.ts';
import { type ValueType, VOID, valueTypeOf } from '../litmus/value-type.ts';
import { eachPart, type Node } from '../litmus/walk.ts';

/** The calls of a function that allocate, with the type of what each allocates: that of the pointer which it becomes. */
export function allocationsIn({ body, returns }: FunctionDefinition, typing: Typing): Map<Call, ValueType> {
  const found = new Map<Call, ValueType>();
  const note = (e: Expression | undefined, type: ValueType | undefined): void => {
    if (e?.kind === 'conditional') {
      note(e.then, type);
      note(e.otherwise, type);
    }
    const pointee = type?.pointee;
    if (e?.kind !== 'call' || pointee === undefined || pointee === VOID) return;
    if (primitiveNamed(e.callee.name)?.kind === 'allocate') found.set(e, pointee);
  };
  const visit = (node: Node): void => {
    switch (node.kind) {
      case 'declaration':
        for (const d of node.declarators) note(d.initial, valueTypeOf(d.type));
        break;
      case 'assignment':
        note(node.value, accessType(typing, node.target));
        break;
      case 'cast':
        note(node.operand, valueTypeOf(node.type));
        break;
      case 'return':
        note(node.value, returns?.value);
        break;
      case 'invocation': {
        const types = signatureOf(typing, node.function)?.parameters ?? [];
        for (const [i, argument] of node.arguments.entries()) note(argument, types[i]);
        break;
      }
      case 'call': {
        const { parameters } = primitiveNamed(node.callee.name)!;
        // What is stored becomes what the place that it is stored to holds.
        if (parameters[0] === 'l') note(node.arguments[1], accessType(typing, node.arguments[0]!));
        if (parameters === 'pv') note(node.arguments[1], accessType(typing, pointedTo(node.arguments[0]!)));
        break;
      }
    }
    eachPart(node, visit);
  };
  visit(body);
  return found;
}

const pointedTo = (operand: Expression): Expression => {
  return { kind: 'unary', start: operand.start, end: operand.end, operator: '*', operand };
};
