import { describe, expect, it } from 'vitest';
import { DirectCpu, runDirect } from '../../src/run/direct.ts';

const X = 1;
const Y = 2;
const cpu = (...words: number[]): DirectCpu => new DirectCpu(0, Float64Array.from([0, ...words, 0, 0]));

describe('a CPU that runs alone', () => {
  it('reads what it wrote', () => {
    const c = cpu();
    c.writeOnce(X, 7);
    expect([c.readOnce(X), c.readPlain(X), c.smpLoadAcquire(Y)]).toEqual([7, 7, 0]);
  });

  it.each([
    ['atomic_add', (c: DirectCpu) => c.atomicAdd(X, 3), 8],
    ['atomic_sub_return', (c: DirectCpu) => c.atomicSubReturn(X, 2), 3],
    ['xchg', (c: DirectCpu) => c.xchg(X, 9), 9],
    ['cmpxchg that succeeds', (c: DirectCpu) => c.cmpxchg(X, 5, 1), 1],
    ['cmpxchg that fails', (c: DirectCpu) => c.cmpxchg(X, 4, 1), 5],
    ['atomic_add_unless that adds', (c: DirectCpu) => c.atomicAddUnless(X, 1, 0), 6],
    ['atomic_add_unless that does not', (c: DirectCpu) => c.atomicAddUnless(X, 1, 5), 5],
    ['set_bit', (c: DirectCpu) => c.setBits(X, 2), 7],
    ['clear_bit', (c: DirectCpu) => c.clearBits(X, 4), 1],
  ])('%s', (_name, op, after) => {
    const c = cpu(5);
    op(c);
    expect(c.readOnce(X)).toBe(after);
  });

  it('keeps whole words above 32 bits in additions', () => {
    const c = cpu(2 ** 40);
    c.atomicAdd(X, 1);
    expect(c.readOnce(X)).toBe(2 ** 40 + 1);
  });

  it('counts events as an execution graph does', () => {
    const c = cpu(5);
    c.readOnce(X);
    c.atomicAdd(X, 1);
    c.cmpxchg(X, 0, 1);
    c.smpMb();
    expect(c.events).toBe(1 + 2 + 1 + 1);
  });

  it('takes choices from whoever started it', () => {
    expect(new DirectCpu(0, new Float64Array(2), (count) => count - 1).choose(3)).toBe(2);
    expect(cpu().choose(3)).toBe(0);
  });
});

describe('what can never go on is a value', () => {
  it.each([
    ['spin_lock', (c: DirectCpu) => c.spinLock(X)],
    ['bit lock', (c: DirectCpu) => c.bitLock(X, 1)],
    ['down_read under a writer', (c: DirectCpu) => c.downRead(X)],
    ['down_write', (c: DirectCpu) => c.downWrite(X)],
    ['a wait', (c: DirectCpu) => c.readWhen(X, 1, 0, 1)],
  ])('%s', (_name, op) => {
    expect(runDirect(() => op(cpu(1)))).toEqual({ kind: 'blocked', wait: { cell: X, value: 1 } });
  });

  it('a grace period within its own section', () => {
    const c = cpu();
    c.rcuReadLock();
    expect(runDirect(() => c.synchronizeRcu())).toEqual({ kind: 'blocked', wait: { cell: -1, value: 1 } });
    c.rcuReadUnlock();
    expect(runDirect(() => c.synchronizeRcu()).kind).toBe('done');
  });

  it('and everything else is done', () => {
    expect(runDirect(() => cpu(3).readOnce(X))).toEqual({ kind: 'done', value: 3 });
    expect(runDirect(() => cpu(0).spinTrylock(X))).toEqual({ kind: 'done', value: true });
    expect(runDirect(() => cpu(1).spinTrylock(X))).toEqual({ kind: 'done', value: false });
    expect(runDirect(() => cpu(2).downRead(X)).kind).toBe('done');
  });

  it('other exceptions pass', () => {
    expect(() => runDirect(() => cpu().readOnce(0))).toThrow(RangeError);
    expect(() => runDirect(() => cpu().readOnce(99))).toThrow('accesses word 99; memory has words 1 to 2');
  });
});
