import { WHOLE } from '../cpu/cpu.ts';
import { Fence, Mode, RmwOp } from '../cpu/modes.ts';
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
  compileAddUnless,
  compileCompareExchange,
  compileExchange,
  compileRmw,
  compileTryCompareExchange,
  type Operand,
} from './atomics.ts';
import { bitMask, compileBitLock, compilePlainBit, compileTestBit } from './bits.ts';
import type { Machine } from './machine.ts';
import { PRIMITIVES, type Primitive } from './primitives.ts';

/** Compiles the call of a primitive; one that returns nothing has the value 0. */
export function compileCall(compiler: ExpressionCompiler, call: Call): Evaluate {
  const primitive = PRIMITIVES.get(call.callee.name);
  if (primitive === undefined) throw new Error(`${call.callee.name} was not resolved`);
  const at = (letter: string, nth = 0): Expression => argument(primitive, call, letter, nth);
  const pointee = (): Target => compiler.pointee(at('p'), compiler.wordType(call));
  /** A lock, and what else is one word whatever its type. */
  const object = (): Target => compiler.pointee(at('p'), undefined);
  const accessed = (): Target => (primitive.parameters.startsWith('l') ? compiler.target(at('l')) : pointee());
  const valueFor = (target: Target, nth = 0): Evaluate => compiler.as(at('v', nth), target.type);
  const mask = (target: Target): Operand => bitMask(compiler.value(at('n')), target.type.kind, at('n'));

  switch (primitive.kind) {
    case 'load':
      return compileLoad(accessed(), primitive.mode);
    case 'store':
      return thenFence(compileStore(accessed(), valueFor(accessed()), primitive.mode), primitive.after);
    case 'fence': {
      const { fence } = primitive;
      return (m) => {
        m.cpu.fence(fence);
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
    case 'lock':
      return compileAccess(object(), (m, cell) => {
        const lock = m.lock(cell);
        m.cpu.rmwWhen(lock, WHOLE, 0, RmwOp.Xchg, 1, Mode.Lock);
        m.hold(lock);
        return 0;
      });
    case 'unlock':
      return compileAccess(object(), (m, cell) => {
        m.cpu.write(m.release(m.lock(cell)), 0, Mode.Unlock);
        return 0;
      });
    case 'trylock':
      return compileAccess(object(), (m, cell) => {
        const lock = m.lock(cell);
        const old = m.cpu.rmwIf(lock, WHOLE, 0, true, RmwOp.Xchg, 1, Mode.Lock);
        m.deps = m.cpu.readDeps();
        if (old !== 0) return 0;
        m.hold(lock);
        return 1;
      });
    case 'isLocked':
      return compileAccess(object(), (m, cell) => {
        const value = m.cpu.read(m.lock(cell), Mode.Once);
        m.deps = m.cpu.readDeps();
        return value === 0 ? 0 : 1;
      });
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
    case 'addUnless': {
      const target = pointee();
      return primitive.unless === 'zero'
        ? compileAddUnless(target, constant(1), constant(0), primitive.result === 'old')
        : compileAddUnless(target, valueFor(target, 0), valueFor(target, 1), primitive.result === 'old');
    }
    case 'rmw': {
      const target = pointee();
      if (primitive.operand === 'bit') return compileRmw(target, mask(target), primitive);
      const by = primitive.operand === 'one' ? constant(1) : valueFor(target);
      return compileRmw(target, (m, cell) => stored(m, cell, target.type.kind, by(m)), primitive);
    }
    case 'testAndSetBitLock':
      return compileBitLock(pointee(), mask(pointee()));
    case 'testBit':
      return compileTestBit(pointee(), mask(pointee()), primitive.mode);
    case 'plainBit':
      return compilePlainBit(pointee(), mask(pointee()), primitive.op);
    case 'truth': {
      const operand = compiler.value(at('v'));
      return (m) => (operand(m) === 0 ? 0 : 1);
    }
  }
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

/** An access without operands. */
function compileAccess(target: Target, access: (m: Machine, cell: number) => number): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    m.cpu.addrDeps = m.deps;
    return access(m, cell);
  };
}

/** Where try_cmpxchg() finds what it expects, and puts what it found instead. */
function oldValue(compiler: ExpressionCompiler, e: Expression): Target {
  return e.kind === 'unary' && e.operator === '&'
    ? compiler.target(e.operand)
    : compiler.pointee(e, compiler.typeOf(e).pointee);
}
