import { type Deps, NO_DEPS } from '../cpu/deps.ts';
import { Mode } from '../cpu/modes.ts';
import type { Evaluate } from './access.ts';
import type { Invocation } from './ast.ts';
import { compile, compileAs } from './compile-expression.ts';
import { type Execute, Flow, OUTERMOST } from './compile-loop.ts';
import { compileList } from './compile-statement.ts';
import { constantOf, type Scope } from './constant.ts';
import { type Frame, ThreadCut, ThreadFault } from './frame.ts';
import { type FunctionLayout, locate, showValue } from './layout.ts';
import type { Machine } from './machine.ts';
import { signatureOf } from './type-of.ts';
import { VOID, valueTypeOf } from './value-type.ts';

/** How deep calls may be nested. */
const MAX_CALLS = 64;

/** A function, compiled when it is called first, as it may call itself. */
export class Callable {
  private compiled: Execute | undefined;

  constructor(
    private readonly scope: Scope,
    readonly own: FunctionLayout,
  ) {}

  private get body(): Execute {
    const { scope, own } = this;
    this.compiled ??= compileList(
      {
        ...scope,
        thread: own.layout,
        targets: OUTERMOST,
        plain: Mode.Plain,
        returns: valueTypeOf(own.definition.returns!),
      },
      own.definition.body.body,
    );
    return this.compiled;
  }

  /** Runs the function. Its arguments, and what each depends on, are those of its parameters. */
  call(m: Machine, values: readonly number[], origins: readonly Deps[]): number {
    const { definition, layout } = this.own;
    const frame = layout.initial.slice() as Frame;
    const own = new Array<Deps>(frame.length).fill(NO_DEPS);
    for (const [i, { name }] of definition.parameters.entries()) {
      const binding = layout.bindings.get(name)!;
      if (binding.kind === 'register') {
        frame[binding.slot] = values[i]!;
        own[binding.slot] = origins[i]!;
      } else if (binding.kind === 'memory') {
        m.cpu.dataDeps = origins[i]!;
        m.cpu.write(binding.location.cell, values[i]!, Mode.Plain);
      }
    }
    return m.call(frame, own, () => {
      if (this.body(m) === Flow.Cut) throw new ThreadCut();
    });
  }
}

/** The call of a function of the program. */
export function compileInvocation(scope: Scope, e: Invocation): Evaluate {
  const { parameters, returns } = signatureOf(scope, e.function)!;
  const values = e.arguments.map((argument, i) => {
    const type = parameters[i];
    return type === undefined ? compile(scope, argument) : compileAs(scope, argument, type);
  });
  const fixed = constantOf(scope, e.function);
  const callee = fixed === undefined ? compile(scope, e.function) : undefined;
  const known = fixed === undefined ? undefined : callableAt(scope, fixed);
  return (m) => {
    let callable = known;
    if (callable === undefined) {
      const address = callee!(m);
      m.branch(true);
      callable = callableAt(scope, address);
      if (callable === undefined) {
        throw new ThreadFault({ place: e, message: `${showValue(scope.layout, address)} is not a function` });
      }
    }
    if (m.depth >= MAX_CALLS) {
      throw new ThreadFault({ place: e, message: `this is the ${MAX_CALLS + 1}th call within one another` });
    }
    const given: number[] = [];
    const origins: Deps[] = [];
    for (const value of values) {
      given.push(value(m));
      origins.push(m.deps);
    }
    const result = callable.call(m, given, origins);
    return returns === VOID ? 0 : result;
  };
}

function callableAt({ layout, callables }: Scope, address: number): Callable | undefined {
  const name = locate(layout, address)?.location.function;
  return name === undefined ? undefined : callables.get(name);
}
