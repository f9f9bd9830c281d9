import { WHOLE } from '../cpu/cpu.ts';
import { depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { applyRmw, Fence, Mode, RmwOp } from '../cpu/modes.ts';
import { compileLoad, compileStore, type Evaluate, type ExpressionCompiler, type Target } from './access.ts';
import type { Call, Expression, Place } from './ast.ts';
import { type Machine, ThreadFault } from './machine.ts';
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
      if (primitive.operand === 'bit') return compileRmw(pointee(), bitMask(compiler, at('n')), primitive);
      return compileRmw(pointee(), primitive.operand === 'one' ? constant(1) : value(), primitive);
    }
    case 'testAndSetBitLock':
      return compileBitLock(pointee(), bitMask(compiler, at('n')));
    case 'testBit':
      return compileTestBit(compileLoad(pointee(), primitive.mode), bitMask(compiler, at('n')));
    case 'plainBit':
      return compilePlainBit(pointee(), bitMask(compiler, at('n')), primitive.op);
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

const constant =
  (value: number): Evaluate =>
  (m) => {
    m.deps = NO_DEPS;
    return value;
  };

function thenFence(store: Evaluate, fence: Fence | undefined): Evaluate {
  if (fence === undefined) return store;
  return (m) => {
    store(m);
    m.cpu.fence(fence);
    return 0;
  };
}

/** The word that a target is, leaving where its address comes from. */
function compileCell(target: Target): Evaluate {
  if (target.kind === 'cell') return constant(target.cell);
  if (target.kind === 'register') throw new Error('a register is not in memory');
  const { address, place } = target;
  return (m) => m.cell(address(m), place);
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

function compileExchange(target: Target, value: Evaluate, mode: Mode): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const v = value(m);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    const old = cpu.rmw(cell, RmwOp.Xchg, v, mode);
    m.deps = cpu.readDeps();
    return old;
  };
}

function compileRmw(target: Target, operand: Evaluate, primitive: Primitive & { kind: 'rmw' }): Evaluate {
  const { op, mode, result } = primitive;
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const by = operand(m);
    const operandDeps = m.deps;
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = operandDeps;
    const old = cpu.rmw(cell, op, by, mode);
    if (result === 'none') return 0;
    // herd7 lets the result depend on the operand as well, even where it is the old value.
    m.deps = depsUnion(cpu.readDeps(), operandDeps);
    switch (result) {
      case 'old':
        return old;
      case 'new':
        return applyRmw(op, old, by);
      case 'newIsZero':
        return applyRmw(op, old, by) === 0 ? 1 : 0;
      case 'newIsNegative':
        return applyRmw(op, old, by) < 0 ? 1 : 0;
      case 'bit':
        return (old & by) === 0 ? 0 : 1;
    }
  };
}

/**
 * What is expected decides whether the write happens: a control dependency. What is written is data, and the value
 * depends on the read alone.
 */
function compileCompareExchange(target: Target, expected: Evaluate, value: Evaluate, mode: Mode): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const want = expected(m);
    const wantDeps = m.deps;
    const v = value(m);
    const old = guarded(m, cell, want, true, RmwOp.Xchg, v, mode, addressDeps, wantDeps);
    m.deps = m.cpu.readDeps();
    return old;
  };
}

/** A read-modify-write of a machine whose operand is the value computed last. @returns the old value */
function guarded(
  m: Machine,
  cell: number,
  want: number,
  equal: boolean,
  op: RmwOp,
  operand: number,
  mode: Mode,
  addressDeps: number,
  wantDeps: number,
): number {
  const { cpu, control } = m;
  cpu.addrDeps = addressDeps;
  cpu.dataDeps = m.deps;
  cpu.ctrlDeps = depsUnion(control, wantDeps);
  const old = cpu.rmwIf(cell, WHOLE, want, equal, op, operand, mode);
  cpu.ctrlDeps = control;
  return old;
}

/** Where try_cmpxchg() finds what it expects, and puts what it found instead. */
function oldValue(compiler: ExpressionCompiler, e: Expression): Target {
  return e.kind === 'unary' && e.operator === '&' ? compiler.target(e.operand) : compiler.pointee(e);
}

function compileTryCompareExchange(target: Target, old: Target, value: Evaluate, mode: Mode): Evaluate {
  const cellOf = compileCell(target);
  const expected = compileLoad(old, Mode.Plain);
  let found = 0;
  let foundDeps = NO_DEPS;
  const update = compileStore(
    old,
    (m) => {
      m.deps = foundDeps;
      return found;
    },
    Mode.Plain,
  );
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const want = expected(m);
    const wantDeps = m.deps;
    const v = value(m);
    const read = guarded(m, cell, want, true, RmwOp.Xchg, v, mode, addressDeps, wantDeps);
    const readDeps = m.cpu.readDeps();
    const deps = depsUnion(readDeps, wantDeps);
    if (read !== want) {
      found = read;
      foundDeps = readDeps;
      const { control } = m;
      m.controlledBy(deps);
      update(m);
      m.setControl(control);
    }
    m.deps = deps;
    return read === want ? 1 : 0;
  };
}

function compileAddUnless(target: Target, by: Evaluate, unless: Evaluate, old: boolean): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const forbidden = unless(m);
    const unlessDeps = m.deps;
    const v = by(m);
    const read = guarded(m, cell, forbidden, false, RmwOp.Add, v, Mode.Full, addressDeps, unlessDeps);
    m.deps = depsUnion(m.cpu.readDeps(), unlessDeps);
    if (old) return read;
    return read === forbidden ? 0 : 1;
  };
}

/** The mask of a bit whose number is computed. Words have 31 bits to set: no mask is negative. */
function bitMask(compiler: ExpressionCompiler, e: Expression): Evaluate {
  const bit = compiler.value(e);
  const place: Place = e;
  return (m) => {
    const n = bit(m);
    if (n < 0 || n > 30) throw new ThreadFault({ place, message: `there is no bit ${n}: bits go from 0 to 30` });
    return 1 << n;
  };
}

function compileBitLock(target: Target, mask: Evaluate): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m);
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = m.deps;
    const maskDeps = m.deps;
    const old = cpu.rmwIf(cell, bit, 0, true, RmwOp.Or, bit, Mode.Acquire);
    m.deps = depsUnion(cpu.readDeps(), maskDeps);
    return (old & bit) === 0 ? 0 : 1;
  };
}

function compileTestBit(load: Evaluate, mask: Evaluate): Evaluate {
  return (m) => {
    const bit = mask(m);
    const maskDeps = m.deps;
    const value = load(m);
    m.deps = depsUnion(m.deps, maskDeps);
    return (value & bit) === 0 ? 0 : 1;
  };
}

function compilePlainBit(target: Target, mask: Evaluate, op: RmwOp): Evaluate {
  const cellOf = compileCell(target);
  return (m) => {
    const cell = cellOf(m);
    const addressDeps = m.deps;
    const bit = mask(m);
    const maskDeps = m.deps;
    const { cpu } = m;
    cpu.addrDeps = addressDeps;
    const old = cpu.read(cell, Mode.Plain);
    const deps = depsUnion(cpu.readDeps(), maskDeps);
    cpu.addrDeps = addressDeps;
    cpu.dataDeps = deps;
    cpu.write(cell, applyRmw(op, old, bit), Mode.Plain);
    m.deps = deps;
    return (old & bit) === 0 ? 0 : 1;
  };
}
