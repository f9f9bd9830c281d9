import { arithmetic } from './arithmetic.ts';
import type { BinaryOperator, Expression, For, Statement } from './ast.ts';
import { constantOf, type Scope } from './constant.ts';

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
function assigns(s: Statement, name: string): boolean {
  const expression = (e: Expression | undefined): boolean => e !== undefined && changes(e, name);
  switch (s.kind) {
    case 'block':
      return s.body.some((inner) => assigns(inner, name));
    case 'declaration':
      return s.declarators.some((d) => d.name === name || expression(d.initial));
    case 'expression':
      return changes(s.expression, name);
    case 'if':
      return (
        changes(s.condition, name) || assigns(s.then, name) || (s.otherwise !== undefined && assigns(s.otherwise, name))
      );
    case 'while':
      return changes(s.condition, name) || assigns(s.body, name);
    case 'for':
      return (
        (s.initial !== undefined && assigns(s.initial, name)) ||
        expression(s.condition) ||
        expression(s.step) ||
        assigns(s.body, name)
      );
    default:
      return false;
  }
}

function changes(e: Expression, name: string): boolean {
  switch (e.kind) {
    case 'assignment':
      return (e.target.kind === 'name' && e.target.name === name) || changes(e.target, name) || changes(e.value, name);
    case 'update':
      return (e.target.kind === 'name' && e.target.name === name) || changes(e.target, name);
    case 'unary':
      return (e.operator === '&' && e.operand.kind === 'name' && e.operand.name === name) || changes(e.operand, name);
    case 'binary':
    case 'logical':
    case 'comma':
      return changes(e.left, name) || changes(e.right, name);
    case 'conditional':
      return changes(e.condition, name) || changes(e.then, name) || changes(e.otherwise, name);
    case 'call':
      return e.arguments.some((arg) => changes(arg, name));
    case 'member':
      return changes(e.object, name);
    case 'index':
      return changes(e.object, name) || changes(e.index, name);
    case 'cast':
      return changes(e.operand, name);
    case 'number':
    case 'name':
      return false;
  }
}
