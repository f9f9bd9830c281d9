import { WHOLE } from '../cpu/cpu.ts';
import { Fence, Mode, RmwOp } from '../cpu/modes.ts';
import {
  compileCell,
  compileLoad,
  compileStore,
  constant,
  type Evaluate,
  type ExpressionCompiler,
  type Target,
} from './access.ts';
import type { Call, Expression } from './ast.ts';
import {
  compileAddUnless,
  compileCompareExchange,
  compileExchange,
  compileRmw,
  compileTryCompareExchange,
} from './atomics.ts';
import { bitMask, compileBitLock, compilePlainBit, compileTestBit } from './bits.ts';
import type { Machine } from './machine.ts';
import { PRIMITIVES, type Primitive } from './primitives.ts';

/** Compiles the call of a primitive; one that returns nothing has the value 0. */
export function compileCall(compiler: ExpressionCompiler, call: Call): Evaluate {
  const primitive = PRIMITIVES.get(call.callee.name);
  if (primitive === undefined) throw new Error(`${call.callee.name} was not resolved`);
  const at = (letter: string, nth = 0): Expression => argument(primitive, call, letter, nth);
  const pointee = (): Target => compiler.pointee(at('p'));
  const accessed = (): Target =>
    primitive.parameters.startsWith('l') ? compiler.target(at('l')) : compiler.pointee(at('p'));
  const value = (nth = 0): Evaluate => compiler.value(at('v', nth));

  const mask = (): Evaluate => bitMask(compiler.value(at('n')), at('n'));

  switch (primitive.kind) {
    case 'load':
      return compileLoad(accessed(), primitive.mode);
    case 'store':
      return thenFence(compileStore(accessed(), value(), primitive.mode), primitive.after);
    case 'fence': {
      const { fence } = primitive;
      return (m) => {
        m.cpu.fence(fence);
        return 0;
      };
    }
    case 'synchronizeSrcu': {
      const cell = compileCell(pointee());
      return (m) => {
        m.cpu.fence(Fence.SyncSrcu, cell(m));
        return 0;
      };
    }
    case 'lock':
      return compileAccess(pointee(), (m, cell) => {
        m.cpu.rmwWhen(cell, WHOLE, 0, RmwOp.Xchg, 1, Mode.Lock);
        return 0;
      });
    case 'unlock':
      return compileAccess(pointee(), (m, cell) => {
        m.cpu.write(cell, 0, Mode.Unlock);
        return 0;
      });
    case 'trylock':
      return compileAccess(pointee(), (m, cell) => {
        const old = m.cpu.rmwIf(cell, WHOLE, 0, true, RmwOp.Xchg, 1, Mode.Lock);
        m.deps = m.cpu.readDeps();
        return old === 0 ? 1 : 0;
      });
    case 'isLocked': {
      const load = compileLoad(pointee(), Mode.Once);
      return (m) => (load(m) === 0 ? 0 : 1);
    }
    case 'xchg':
      return compileExchange(pointee(), value(), primitive.mode);
    case 'cmpxchg':
      return compileCompareExchange(pointee(), value(0), value(1), primitive.mode);
    case 'tryCmpxchg':
      return compileTryCompareExchange(pointee(), oldValue(compiler, at('o')), value(), primitive.mode);
    case 'addUnless':
      return primitive.unless === 'zero'
        ? compileAddUnless(pointee(), constant(1), constant(0), primitive.result === 'old')
        : compileAddUnless(pointee(), value(0), value(1), primitive.result === 'old');
    case 'rmw': {
      if (primitive.operand === 'bit') return compileRmw(pointee(), mask(), primitive);
      return compileRmw(pointee(), primitive.operand === 'one' ? constant(1) : value(), primitive);
    }
    case 'testAndSetBitLock':
      return compileBitLock(pointee(), mask());
    case 'testBit':
      return compileTestBit(compileLoad(pointee(), primitive.mode), mask());
    case 'plainBit':
      return compilePlainBit(pointee(), mask(), primitive.op);
    case 'same':
      return value();
    case 'truth': {
      const operand = value();
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
  return e.kind === 'unary' && e.operator === '&' ? compiler.target(e.operand) : compiler.pointee(e);
}
