import { depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import { compileStore, type Evaluate } from './access.ts';
import type { Expression, Statement } from './ast.ts';
import { compile, compileAs, compileTarget } from './compile-expression.ts';
import { compileLoop, type Execute, Flow } from './compile-loop.ts';
import type { Scope } from './constant.ts';
import { roundsOf } from './counted.ts';
import { during } from './here.ts';
import { registersThatMatter } from './loop-registers.ts';
import { PRIMITIVES } from './primitives.ts';
import { known } from './thin-air.ts';
import { eachPart, type Node } from './walk.ts';

/** Which jumps out of itself a statement may make. */
interface Jumps {
  /** `break` or `return`: what follows the loop's body, in later rounds, depends on not having jumped. */
  readonly leaves: boolean;
  readonly returns: boolean;
  readonly any: boolean;
}

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
        const target = compileTarget(scope, { kind: 'name', start: d.start, end: d.end, name: d.name });
        return [during(scope.here, d, compileStore(target, compileAs(scope, d.initial, target.type), Mode.Plain))];
      });
      return sequence(stores);
    }
    case 'expression':
      return sequence([compile(scope, s.expression)]);
    case 'if':
      return compileIf(scope, s);
    case 'while':
      return compileLoop(
        scope.unroll,
        known(compile(scope, s.condition)),
        compileStatement(scope, s.body),
        undefined,
        s.bodyFirst,
        s.bodyFirst ? registersAt(scope, s.body, s.condition) : registersAt(scope, s.condition),
        s.bodyFirst ? undefined : registersAt(scope, s.body, s.condition),
      );
    case 'for': {
      const initial = s.initial === undefined ? next : compileStatement(scope, s.initial);
      const condition = s.condition === undefined ? undefined : known(compile(scope, s.condition));
      const step = s.step === undefined ? undefined : compile(scope, s.step);
      const rounds = roundsOf(scope, s);
      const body = compileStatement(scope, s.body);
      const loop =
        rounds === undefined
          ? compileLoop(
              scope.unroll,
              condition,
              body,
              step,
              false,
              registersAt(scope, s.condition),
              registersAt(scope, s.body, s.step, s.condition),
            )
          : compileLoop(rounds, condition, body, step, false, undefined, undefined);
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
    case 'return':
      return () => Flow.Return;
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
  const jumps = jumpsOf(s);
  if (!jumps.any) {
    return (m) => {
      const holds = condition(m) !== 0;
      const { control, deps } = m;
      if (deps === NO_DEPS) return holds ? then(m) : otherwise(m);
      const arm = m.cpu.branch(holds) ? then : otherwise;
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
    if (jumps.leaves) m.loopControl = depsUnion(m.loopControl, deps);
    if (jumps.returns) m.threadControl = depsUnion(m.threadControl, deps);
    return arm(m);
  };
}

const registersAt = (scope: Scope, ...parts: (Expression | Statement | undefined)[]): readonly number[] =>
  registersThatMatter(scope.thread, parts);

const NO_JUMPS: Jumps = { leaves: false, returns: false, any: false };
const RETURNS: Jumps = { leaves: true, returns: true, any: true };

/** May a thread die here? */
function isDeadly(node: Node): boolean {
  const primitive = node.kind === 'call' ? PRIMITIVES.get(node.callee.name) : undefined;
  return primitive?.kind === 'assertion' && primitive.ends;
}

/** @param inLoop whether `break` and `continue` belong to a loop within the node asked about */
function jumpsOf(node: Node, inLoop = false): Jumps {
  switch (node.kind) {
    case 'return':
      return RETURNS;
    case 'break':
      return inLoop ? NO_JUMPS : { leaves: true, returns: false, any: true };
    case 'continue':
      return inLoop ? NO_JUMPS : { leaves: false, returns: false, any: true };
    default: {
      let all = isDeadly(node) ? RETURNS : NO_JUMPS;
      const within = inLoop || node.kind === 'while' || node.kind === 'for';
      eachPart(node, (part) => {
        all = both(all, jumpsOf(part, within));
      });
      return all;
    }
  }
}

const both = (a: Jumps, b: Jumps): Jumps => ({
  leaves: a.leaves || b.leaves,
  returns: a.returns || b.returns,
  any: a.any || b.any,
});
