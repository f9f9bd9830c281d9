import { NO_DEPS } from '../cpu/deps.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import {
  compileCell,
  compileLoad,
  compileStore,
  constant,
  type Evaluate,
  type ExpressionCompiler,
  stored,
  type Target,
} from './access.ts';
import type { Call, Expression } from './ast.ts';
import {
  compileCompareExchange,
  compileExchange,
  compileRmw,
  compileRmwIf,
  compileTryCompareExchange,
  type Operand,
} from './atomics.ts';
import { bitMask, compilePlainBit, compileTestBit } from './bits.ts';
import { primitiveNamed } from './c-primitives.ts';
import { compileCallback } from './compile-callback.ts';
import { compileFree } from './compile-heap.ts';
import { compileJoin, compileStart } from './compile-start.ts';
import { ThreadDeath } from './frame.ts';
import { BIT, compileIsLocked, compileLock, compileTrylock, compileUnlock } from './locks.ts';
import type { Primitive } from './primitive.ts';
import { known } from './thin-air.ts';
import { lvalueOf } from './type-of.ts';

/** Compiles the call of a primitive; one that returns nothing has the value 0. */
export function compileCall(compiler: ExpressionCompiler, call: Call): Evaluate {
  const primitive = primitiveNamed(call.callee.name);
  if (primitive === undefined) throw new Error(`${call.callee.name} was not resolved`);
  const { parameters } = primitive;
  const at = (letter: string, nth = 0): Expression => argument(primitive, call, letter, nth);
  const pointee = (): Target => compiler.pointee(at('p'), compiler.wordType(call));
  /** A lock, and what else is one word whatever its type. */
  const object = (): Target => compiler.pointee(at('p'), undefined);
  const accessed = (): Target => {
    const lvalue = lvalueOf(primitive, call);
    return lvalue === undefined
      ? compiler.pointee(call.arguments[0]!, compiler.wordType(call))
      : compiler.target(lvalue);
  };
  const valueFor = (target: Target, nth = 0): Evaluate => compiler.as(at('v', nth), target.type);
  const mask = (target: Target): Operand => bitMask(compiler.value(at('n')), target.type.kind, at('n'));
  const amount = (of: 'value' | number, target: Target): Evaluate => (of === 'value' ? valueFor(target) : constant(of));
  /** A lock, with the mask of its bit if it is one. */
  const lock = (): [Target, Operand] => {
    if (!parameters.includes('n')) return [object(), constant(0)];
    const target = pointee();
    return [target, mask(target)];
  };

  switch (primitive.kind) {
    case 'load':
      return compileLoad(accessed(), primitive.mode);
    case 'loadUntil':
      return compiler.loadUntil(compileLoad(pointee(), primitive.mode), call, at('p'), at('c'));
    case 'store':
      return thenFence(compileStore(accessed(), valueFor(accessed()), primitive.mode), primitive.after);
    case 'fence': {
      const { fence } = primitive;
      const flags = compileFlags(compiler, call, primitive);
      return (m) => {
        flags?.(m);
        m.fence(fence);
        return 0;
      };
    }
    case 'synchronizeSrcu': {
      const cell = compileCell(object());
      return (m) => {
        m.cpu.fence(Fence.SyncSrcu, cell(m));
        return 0;
      };
    }
    case 'callback':
      return compileCallback(compiler, call);
    case 'lock':
      return after(compileFlags(compiler, call, primitive), compileLock(primitive.lock, ...lock()));
    case 'unlock':
      return after(compileFlags(compiler, call, primitive), compileUnlock(primitive.lock, ...lock()));
    case 'trylock': {
      const take = compileTrylock(primitive.lock, ...lock(), false);
      return after(compileFlags(compiler, call, primitive), take);
    }
    case 'testAndSetBitLock':
      return compileTrylock(BIT, ...lock(), true);
    case 'isLocked':
      return compileIsLocked(primitive.lock, object());
    case 'xchg': {
      const target = pointee();
      return compileExchange(target, valueFor(target), primitive.mode);
    }
    case 'cmpxchg': {
      const target = pointee();
      return compileCompareExchange(target, valueFor(target, 0), valueFor(target, 1), primitive.mode);
    }
    case 'tryCmpxchg': {
      const target = pointee();
      const old = oldValue(compiler, at('o'));
      return compileTryCompareExchange(target, old, valueFor(target), primitive.mode, at('o'));
    }
    case 'rmw': {
      const target = pointee();
      const { operand } = primitive;
      if (operand === 'bit') return compileRmw(target, mask(target), primitive);
      const by = amount(operand, target);
      return compileRmw(target, (m, cell) => stored(m, cell, target.type.kind, by(m)), primitive);
    }
    case 'rmwIf': {
      const target = pointee();
      const { operand, guard } = primitive;
      const wanted = guard.want === 'value' ? valueFor(target, 1) : constant(guard.want);
      return compileRmwIf(target, amount(operand, target), wanted, primitive, call);
    }
    case 'testBit':
      return compileTestBit(pointee(), mask(pointee()), primitive.mode);
    case 'plainBit':
      return compilePlainBit(pointee(), mask(pointee()), primitive.op);
    case 'truth': {
      const truth = compiler.value(at('v'));
      return (m) => (truth(m) === 0 ? 0 : 1);
    }
    case 'assertion':
      return compileAssertion(primitive.ends, parameters === '' ? constant(1) : compiler.value(at('v')), call);
    case 'assertHeld': {
      const cell = compileCell(object());
      return (m) => {
        if (!m.holds(cell(m))) m.fire(call);
        return 0;
      };
    }
    case 'dataRace':
      return compiler.unraced(at('v'));
    case 'startThread':
      return primitive.isHandleReturned
        ? compileStart(compiler, call, { function: 0, argument: 1 }, undefined)
        : compileStart(compiler, call, { function: 2, argument: 3 }, pointee());
    case 'joinThread':
      return compileJoin(compiler, call);
    case 'allocate':
      return compiler.allocate(call, primitive.isZeroed);
    case 'free':
      return compileFree(compiler, call);
    case 'nothing':
      return constant(0);
  }
}

/**
 * BUG_ON() or WARN_ON(): a value that must be 0. What follows one at which the thread may end depends on its not having
 * ended, as what follows a `return` within an `if`.
 */
function compileAssertion(ends: boolean, value: Evaluate, call: Call): Evaluate {
  const condition = known(value);
  if (!ends) {
    return (m) => {
      const fires = condition(m) !== 0;
      if (fires) m.fire(call);
      return fires ? 1 : 0;
    };
  }
  return (m) => {
    const fires = m.branch(condition(m) !== 0);
    if (fires) {
      m.fire(call);
      throw new ThreadDeath();
    }
    const { deps } = m;
    m.controlledBy(deps);
    m.survive(deps);
    m.deps = NO_DEPS;
    return 0;
  };
}

/**
 * What a lock does about interrupts, for the thread itself: spin_lock_irqsave() gives its flags a value, and
 * spin_unlock_irqrestore() has them computed.
 */
function compileFlags(compiler: ExpressionCompiler, call: Call, { parameters }: Primitive): Evaluate | undefined {
  const flags = call.arguments[/[fv]/.exec(parameters)?.index ?? -1];
  if (flags === undefined) return undefined;
  return parameters.includes('f')
    ? compileStore(compiler.target(flags), constant(0), Mode.Plain)
    : compiler.value(flags);
}

function after(first: Evaluate | undefined, then: Evaluate): Evaluate {
  if (first === undefined) return then;
  return (m) => {
    first(m);
    return then(m);
  };
}

/** The argument for the nth parameter of a kind. */
function argument(primitive: Primitive, call: Call, letter: string, nth: number): Expression {
  let index = -1;
  for (let i = 0; i <= nth; i++) index = primitive.parameters.indexOf(letter, index + 1);
  return call.arguments[index]!;
}

function thenFence(store: Evaluate, fence: Fence | undefined): Evaluate {
  if (fence === undefined) return store;
  return (m) => {
    store(m);
    m.cpu.fence(fence);
    return 0;
  };
}

/** Where try_cmpxchg() finds what it expects, and puts what it found instead. */
function oldValue(compiler: ExpressionCompiler, e: Expression): Target {
  return e.kind === 'unary' && e.operator === '&'
    ? compiler.target(e.operand)
    : compiler.pointee(e, compiler.typeOf(e).pointee);
}
