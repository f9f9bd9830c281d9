import { bitsOf, type IntKind, isAddress, isSmall } from '../cpu/integer.ts';
import type { Expression, FunctionDefinition } from './ast.ts';
import type { ThreadLayout } from './layout.ts';
import type { Primitive } from './primitive.ts';
import { PRIMITIVES } from './primitives.ts';
import { type Typing, typeOf } from './type-of.ts';
import { widens } from './value-type.ts';
import { eachPart, type Node } from './walk.ts';

/** A value that a register must hold, or a read return. */
export interface Wanted {
  readonly value: number;
  readonly by: 'filter' | 'condition';
}

/**
 * The reads that must return a certain value if registers are to hold what a condition wants: those whose value is
 * assigned, as it is, to a register that is assigned to nowhere else and is not in a loop.
 * @param wanted by slot, what the registers of the thread must hold, and who says so
 * @returns by the expression of the read, what it must return
 */
export function expectedReads(
  thread: FunctionDefinition,
  typing: Typing,
  wanted: ReadonlyMap<number, Wanted>,
): Map<Expression, Wanted> {
  const { thread: layout } = typing;
  const expected = new Map<Expression, Wanted>();
  if (wanted.size === 0) return expected;
  const sources = new Map<string, (Expression | undefined)[]>();
  visit(thread.body, false, (name, source) => sources.set(name, [...(sources.get(name) ?? []), source]));
  for (const [name, assigned] of sources) {
    const binding = layout.bindings.get(name);
    const [source] = assigned;
    if (binding?.kind !== 'register' || assigned.length !== 1 || source === undefined) continue;
    const want = wanted.get(binding.slot);
    if (want === undefined || !isSingleRead(source, layout)) continue;
    const { kind } = typeOf(typing, source);
    if (widens(kind, binding.type.kind) && isSameInAll(want.value, kind)) expected.set(source, want);
  }
  return expected;
}

/** Is it the same value in every type of this size? So it does not matter which one the word has. */
const isSameInAll = (value: number, kind: IntKind): boolean =>
  isAddress(value) || (value >= 0 && value < 2 ** (bitsOf(kind) - 1) && isSmall(value));

/** Tells of every change of a variable by name: the expression assigned once, or undefined for any other change. */
function visit(node: Node, inLoop: boolean, assigns: (name: string, source: Expression | undefined) => void): void {
  switch (node.kind) {
    case 'assignment':
      if (node.target.kind === 'name') {
        assigns(node.target.name, node.operator === undefined && !inLoop ? node.value : undefined);
      }
      break;
    case 'update':
      if (node.target.kind === 'name') assigns(node.target.name, undefined);
      break;
    case 'unary':
      if (node.operator === '&' && node.operand.kind === 'name') assigns(node.operand.name, undefined);
      break;
    case 'declaration':
      for (const { name, initial } of node.declarators) {
        if (initial !== undefined) assigns(name, inLoop ? undefined : initial);
      }
      break;
  }
  const loop = inLoop || node.kind === 'while' || node.kind === 'for';
  eachPart(node, (part) => visit(part, loop, assigns));
}

/** Is it one read of memory and nothing else, at an address that takes no other? */
function isSingleRead(e: Expression, layout: ThreadLayout): boolean {
  if (e.kind === 'cast') return false;
  if (e.kind === 'call') {
    const primitive = PRIMITIVES.get(e.callee.name);
    const [argument] = e.arguments;
    if (primitive === undefined || argument === undefined || !returnsWhatItReads(primitive)) return false;
    if (!e.arguments.slice(1).every((a) => a.kind === 'number')) return false;
    return primitive.parameters === 'l' ? isPlace(argument, layout) : isKnown(argument, layout);
  }
  return isPlace(e, layout);
}

const returnsWhatItReads = (primitive: Primitive): boolean =>
  primitive.kind === 'load' ||
  primitive.kind === 'cmpxchg' ||
  primitive.kind === 'xchg' ||
  (primitive.kind === 'rmw' && primitive.result === 'old');

const isPlace = (e: Expression, layout: ThreadLayout): boolean =>
  e.kind === 'name'
    ? layout.bindings.get(e.name)?.kind === 'memory'
    : e.kind === 'unary' && e.operator === '*' && isKnown(e.operand, layout);

const isKnown = (e: Expression, layout: ThreadLayout): boolean =>
  e.kind === 'name'
    ? layout.bindings.get(e.name)?.kind !== 'memory'
    : e.kind === 'unary' && e.operator === '&' && isPlace(e.operand, layout);
