import { arithmetic } from './arithmetic.ts';
import type { BinaryOperator, Expression, For, Statement } from './ast.ts';
import { constantOf, type Scope } from './constant.ts';
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
  if (scope.thread.bindings.get(name)?.kind !== 'register') return undefined;
  const limit =
    condition.left.kind === 'name' && condition.left.name === name ? constantOf(scope, condition.right) : undefined;
  const by = stepOf(scope, step, name);
  if (limit === undefined || by === undefined || assigns(loop.body, name)) return undefined;
  let value = start.value;
  for (let rounds = 0; rounds <= MAX_ROUNDS; rounds++) {
    if (arithmetic(condition.operator, value, limit) === 0) return rounds;
    const stepped = arithmetic(by.operator, value, by.by);
    if (stepped === undefined) return undefined;
    value = stepped;
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

function stepOf(scope: Scope, e: Expression, name: string): { operator: BinaryOperator; by: number } | undefined {
  if (e.kind === 'update' && e.target.kind === 'name' && e.target.name === name) return { operator: '+', by: e.by };
  if (e.kind !== 'assignment' || e.target.kind !== 'name' || e.target.name !== name) return undefined;
  if (e.operator !== undefined) {
    const by = constantOf(scope, e.value);
    return by === undefined ? undefined : { operator: e.operator, by };
  }
  const { value } = e;
  if (value.kind !== 'binary' || value.left.kind !== 'name' || value.left.name !== name) return undefined;
  const by = constantOf(scope, value.right);
  return by === undefined ? undefined : { operator: value.operator, by };
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
