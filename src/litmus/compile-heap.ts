import { depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { Mode, RmwOp } from '../cpu/modes.ts';
import type { Evaluate, ExpressionCompiler } from './access.ts';
import type { Call } from './ast.ts';
import { ThreadCut, ThreadFault } from './frame.ts';
import { addressOf, FREED, type HeapObject, locate, showValue } from './layout.ts';

/*
 * Memory that is allocated. Whoever accesses an object reads its state first (Machine.cell), and whoever frees it writes that:
 * where nothing orders the two, there is an execution in which the access finds that the object is free.
 */

/** The call that allocates: the next of the objects that it may. @param size how many bytes it asks for */
export function compileAllocate(
  call: Call,
  objects: readonly HeapObject[] | undefined,
  size: Evaluate,
  isZeroed: boolean,
): Evaluate {
  if (objects === undefined) {
    return () => {
      throw new ThreadFault({
        place: call,
        message: 'nobody says of what type this is: assign it to a pointer of that type',
      });
    };
  }
  return (m) => {
    const bytes = size(m);
    const before = m.allocated.get(call) ?? 0;
    const object = objects[before];
    // More than there is room for, as in a loop.
    if (object === undefined) throw new ThreadCut();
    const { location, element, count } = object;
    if (bytes < element) {
      throw new ThreadFault({
        place: call,
        message: `this allocates ${bytes} bytes, and ${location.name} has ${element}`,
      });
    }
    if (bytes >= element * (count + 1)) throw new ThreadCut();
    m.allocated.set(call, before + 1);
    if (isZeroed) {
      for (let i = 0; i < location.size; i++) {
        m.cpu.dataDeps = NO_DEPS;
        m.cpu.write(location.cell + i, 0, Mode.Plain);
      }
    }
    m.deps = NO_DEPS;
    return addressOf(location);
  };
}

/** kfree(): of NULL it does nothing. */
export function compileFree(compiler: ExpressionCompiler, call: Call): Evaluate {
  const pointer = compiler.value(call.arguments[0]!);
  return (m) => {
    const address = pointer(m);
    const { deps, cpu } = m;
    if (m.branch(address === 0)) return 0;
    const found = locate(m.layout, address);
    const state = found?.location.state;
    if (state === undefined || found!.offset !== 0) {
      throw new ThreadFault({ place: call, message: `${showValue(m.layout, address)} was not allocated` });
    }
    cpu.addrDeps = deps;
    const before = cpu.rmw(state, RmwOp.Xchg, FREED, Mode.Once);
    m.deps = depsUnion(deps, cpu.readDeps());
    if (before === FREED) m.usedAfterFree(call, `${found!.location.name} is freed twice`);
    return 0;
  };
}
