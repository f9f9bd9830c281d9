import { NO_DEPS } from '../cpu/deps.ts';
import { wrap } from '../cpu/integer.ts';
import { Mode } from '../cpu/modes.ts';
import { compileStore, type Evaluate } from './access.ts';
import type { Expression, Goto, Statement } from './ast.ts';
import { compile, compileAs, compileTarget } from './compile-expression.ts';
import { compileInitial } from './compile-initial.ts';
import {
  afterLabel,
  beforeLabel,
  compileAgain,
  compileLabelled,
  compileLoop,
  compileSwitch,
  type Execute,
  Flow,
  inLoop,
  inSwitch,
  type Targets,
} from './compile-loop.ts';
import { constantOf, type Scope } from './constant.ts';
import { roundsOf } from './counted.ts';
import { during } from './here.ts';
import { registersThatMatter } from './loop-registers.ts';
import { PRIMITIVES } from './primitives.ts';
import { known } from './thin-air.ts';
import { accessType, typeOf } from './type-of.ts';
import { isScalar, ofKind, promoted } from './value-type.ts';
import { eachPart, type Node } from './walk.ts';

const next: Execute = () => Flow.Next;

/** Compiles statements that follow one another. */
export function compileList(scope: Scope, statements: readonly Statement[]): Execute {
  const list = statements.map((s) => compileStatement(scope, s)).filter((s) => s !== next);
  const [first, second] = list;
  if (first === undefined) return next;
  if (second === undefined) return first;
  return (m) => {
    for (let i = 0; i < list.length; i++) {
      const flow = list[i]!(m);
      if (flow !== Flow.Next) return flow;
    }
    return Flow.Next;
  };
}

function compileStatement(scope: Scope, s: Statement): Execute {
  switch (s.kind) {
    case 'block':
      return compileList(scope, s.body);
    case 'declaration': {
      const stores = s.declarators.flatMap((d) => {
        if (d.initial === undefined) return [];
        const type = accessType(scope, { kind: 'name', start: d.start, end: d.end, name: d.name });
        if (type !== undefined && !isScalar(type)) return compileInitial(scope, d, type, d.initial);
        const target = compileTarget(scope, { kind: 'name', start: d.start, end: d.end, name: d.name });
        return [during(scope.here, d, compileStore(target, compileAs(scope, d.initial, target.type), Mode.Plain))];
      });
      return sequence(stores);
    }
    case 'expression':
      return sequence([compile(scope, s.expression)]);
    case 'if':
      return compileIf(scope, s);
    case 'while': {
      const inside = { ...scope, targets: inLoop(scope.targets) };
      return compileLoop(
        scope.targets,
        scope.unroll,
        known(compile(inside, s.condition)),
        compileStatement(inside, s.body),
        undefined,
        s.bodyFirst,
        s.bodyFirst ? registersAt(scope, s.body, s.condition) : registersAt(scope, s.condition),
        s.bodyFirst ? undefined : registersAt(scope, s.body, s.condition),
      );
    }
    case 'for': {
      const initial = s.initial === undefined ? next : compileStatement(scope, s.initial);
      const inside = { ...scope, targets: inLoop(scope.targets) };
      const condition = s.condition === undefined ? undefined : known(compile(inside, s.condition));
      const step = s.step === undefined ? undefined : compile(inside, s.step);
      const rounds = roundsOf(scope, s);
      const body = compileStatement(inside, s.body);
      const loop =
        rounds === undefined
          ? compileLoop(
              scope.targets,
              scope.unroll,
              condition,
              body,
              step,
              false,
              registersAt(scope, s.condition),
              registersAt(scope, s.body, s.step, s.condition),
            )
          : compileLoop(scope.targets, rounds, condition, body, step, false, undefined, undefined);
      if (initial === next) return loop;
      return (m) => {
        initial(m);
        return loop(m);
      };
    }
    case 'break':
      return () => Flow.Break;
    case 'continue':
      return () => Flow.Continue;
    case 'return': {
      if (s.value === undefined) return () => Flow.Return;
      const value = compileAs(scope, s.value, scope.returns);
      return (m) => {
        m.returned = value(m);
        m.returnedBy = m.deps;
        return Flow.Return;
      };
    }
    case 'switch': {
      const { kind } = typeOf(scope, s.value);
      const cases = s.cases.flatMap((c): [number, number][] =>
        c.value === undefined ? [] : [[wrap(promoted(kind), constantOf(scope, c.value)!), c.at]],
      );
      const inside = { ...scope, targets: inSwitch(scope.targets) };
      return compileSwitch(
        scope.targets,
        known(compileAs(scope, s.value, ofKind(promoted(kind)))),
        cases,
        s.cases.find((c) => c.value === undefined)?.at ?? s.body.length,
        s.body.map((inner) => compileStatement(inside, inner)),
      );
    }
    case 'again': {
      const inside = { ...scope, targets: afterLabel(scope.targets, s.label.name) };
      const body = compileList(inside, s.body);
      return compileAgain(scope.targets, scope.unroll, body, registersAt(scope, ...s.body));
    }
    case 'goto': {
      const target = targetOf(scope.targets, s);
      return (m) => {
        m.leaving = target;
        return Flow.Goto;
      };
    }
    case 'labelled': {
      const targets = beforeLabel(scope.targets, s.label.name);
      return compileLabelled(scope.targets, compileList({ ...scope, targets }, s.body));
    }
    case 'empty':
      return next;
  }
}

function sequence(list: readonly Evaluate[]): Execute {
  const [first, second] = list;
  if (first === undefined) return next;
  if (second === undefined) {
    return (m) => {
      first(m);
      return Flow.Next;
    };
  }
  return (m) => {
    for (const evaluate of list) evaluate(m);
    return Flow.Next;
  };
}

/**
 * The arms are controlled by what the condition read; what follows is not, unless an arm may jump away from it. (Linux
 * 6.12, tools/memory-model/Documentation/control-dependencies.txt)
 */
function compileIf(scope: Scope, s: Statement & { kind: 'if' }): Execute {
  const condition = known(compile(scope, s.condition));
  const then = compileStatement(scope, s.then);
  const otherwise = s.otherwise === undefined ? next : compileStatement(scope, s.otherwise);
  const jumps = [...targetsOf(scope.targets, s)];
  if (jumps.length === 0) {
    return (m) => {
      const holds = condition(m) !== 0;
      const { control, deps } = m;
      if (deps === NO_DEPS) return holds ? then(m) : otherwise(m);
      const arm = m.branch(holds) ? then : otherwise;
      m.controlledBy(deps);
      const flow = arm(m);
      m.setControl(control);
      return flow;
    };
  }
  return (m) => {
    const arm = m.branch(condition(m) !== 0) ? then : otherwise;
    const { deps } = m;
    m.controlledBy(deps);
    for (const depth of jumps) m.stay(depth, deps);
    return arm(m);
  };
}

const registersAt = (scope: Scope, ...parts: (Expression | Statement | undefined)[]): readonly number[] =>
  registersThatMatter(scope.thread, parts);

/** May a thread die here? */
function isDeadly(node: Node): boolean {
  const primitive = node.kind === 'call' ? PRIMITIVES.get(node.callee.name) : undefined;
  return primitive?.kind === 'assertion' && primitive.ends;
}

const targetOf = ({ labels }: Targets, { label }: Goto): number => labels.get(label.name)!;

/** The depths of what the jumps in a node may leave, of all that is around the node. */
function targetsOf(targets: Targets, node: Node, found = new Set<number>(), inner = false): Set<number> {
  switch (node.kind) {
    case 'return':
      found.add(0);
      break;
    case 'again': {
      const { depth, labels } = targets;
      const own = { ...targets, labels: new Map([...labels, [node.label.name, depth + 2]]) };
      for (const part of node.body) targetsOf(own, part, found, inner);
      break;
    }
    case 'switch':
      // `continue` is that of the loop around it.
      targetsOf(targets, node.value, found, inner);
      for (const part of node.body) targetsOf({ ...targets, loop: targets.depth + 1 }, part, found, inner);
      break;
    case 'break':
      if (!inner) found.add(targets.loop);
      break;
    case 'continue':
      if (!inner) found.add(targets.round);
      break;
    case 'goto':
      if (targets.labels.has(node.label.name)) found.add(targetOf(targets, node));
      break;
    default:
      if (isDeadly(node)) found.add(0);
      eachPart(node, (part) => {
        targetsOf(targets, part, found, inner || node.kind === 'while' || node.kind === 'for');
      });
  }
  return found;
}
