import { IntKind, wrap } from '../cpu/integer.ts';
import { compute } from './arithmetic.ts';
import type { BinaryOperator, Expression, For, Statement } from './ast.ts';
import { constantOf, type Scope } from './constant.ts';
import { isPointer, typeOf } from './type-of.ts';
import { someNode } from './walk.ts';

/** A loop that counts further than this is bounded like any other. */
const MAX_ROUNDS = 1000;

/**
 * How many rounds a loop makes that counts a register from one constant to another, as
 * `for (int i = 0; i < 4; i++)`, and changes it nowhere else. Undefined for all others.
 */
export function roundsOf(scope: Scope, loop: For): number | undefined {
  const start = startOf(scope, loop);
  const { condition, step } = loop;
  if (start === undefined || condition?.kind !== 'binary' || step === undefined) return undefined;
  const { name } = start;
  const binding = scope.thread.bindings.get(name);
  if (binding?.kind !== 'register' || isPointer(binding.type)) return undefined;
  const { kind } = binding.type;
  const limit =
    condition.left.kind === 'name' && condition.left.name === name ? constantOf(scope, condition.right) : undefined;
  const by = stepOf(scope, step, name);
  if (limit === undefined || by === undefined || assigns(loop.body, name)) return undefined;
  const limitKind = typeOf(scope, condition.right).kind;
  let value = wrap(kind, start.value);
  for (let rounds = 0; rounds <= MAX_ROUNDS; rounds++) {
    if (compute(condition.operator, value, kind, limit, limitKind) === 0) return rounds;
    const stepped = compute(by.operator, value, kind, by.by, by.kind);
    if (stepped === undefined) return undefined;
    value = wrap(kind, stepped);
  }
  return undefined;
}

function startOf(scope: Scope, loop: For): { name: string; value: number } | undefined {
  const { initial } = loop;
  if (initial?.kind === 'declaration' && initial.declarators.length === 1) {
    const d = initial.declarators[0]!;
    const value = d.initial === undefined ? undefined : constantOf(scope, d.initial);
    return value === undefined ? undefined : { name: d.name, value };
  }
  if (initial?.kind !== 'expression') return undefined;
  const e = initial.expression;
  if (e.kind !== 'assignment' || e.operator !== undefined || e.target.kind !== 'name') return undefined;
  const value = constantOf(scope, e.value);
  return value === undefined ? undefined : { name: e.target.name, value };
}

interface Step {
  readonly operator: BinaryOperator;
  readonly by: number;
  readonly kind: IntKind;
}

function stepOf(scope: Scope, e: Expression, name: string): Step | undefined {
  if (e.kind === 'update' && e.target.kind === 'name' && e.target.name === name) {
    return { operator: '+', by: e.by, kind: IntKind.S32 };
  }
  if (e.kind !== 'assignment' || e.target.kind !== 'name' || e.target.name !== name) return undefined;
  if (e.operator !== undefined) return stepBy(scope, e.operator, e.value);
  const { value } = e;
  if (value.kind !== 'binary' || value.left.kind !== 'name' || value.left.name !== name) return undefined;
  return stepBy(scope, value.operator, value.right);
}

function stepBy(scope: Scope, operator: BinaryOperator, e: Expression): Step | undefined {
  const by = constantOf(scope, e);
  return by === undefined ? undefined : { operator, by, kind: typeOf(scope, e).kind };
}

/** May the statement change the register? */
const assigns = (s: Statement, name: string): boolean =>
  someNode(s, (node) => {
    switch (node.kind) {
      case 'declaration':
        return node.declarators.some((d) => d.name === name);
      case 'assignment':
      case 'update':
        return isName(node.target, name);
      case 'unary':
        return node.operator === '&' && isName(node.operand, name);
      default:
        return false;
    }
  });

const isName = (e: Expression, name: string): boolean => e.kind === 'name' && e.name === name;
