import type { Cpu, TrackedCpu } from '../src/cpu/cpu.ts';
import { depsUnion, NO_DEPS } from '../src/cpu/deps.ts';
import { Mode, RmwOp } from '../src/cpu/modes.ts';
import type { Program, ThreadBody } from '../src/program/program.ts';

/** Programs that grow with a number: what other checkers are measured by, and what ours is. */

type Body = (cpu: TrackedCpu, thread: number) => unknown;

/** @param bodies a body for each thread; the CPU is one that is told where values come from */
function program(name: string, initial: readonly number[], bodies: readonly Body[]): Program {
  return {
    name,
    initial,
    threads: bodies.map(
      (body, thread): ThreadBody =>
        (cpu: Cpu) =>
          body(cpu as TrackedCpu, thread),
    ),
    dependencies: 'tracked',
    cellName: (index) => `x${index}`,
  };
}

const same = (n: number, body: Body): readonly Body[] => new Array<Body>(n).fill(body);
const zeros = (n: number): readonly number[] => new Array<number>(n).fill(0);

/** `*cell += *from`, as a relaxed load of each and a relaxed store that depends on both. */
function accumulate(cpu: TrackedCpu, cell: number, from: number): void {
  const a = cpu.readOnce(cell);
  const first = cpu.readDeps();
  const b = cpu.readOnce(from);
  cpu.dataDeps = depsUnion(first, cpu.readDeps());
  cpu.writeOnce(cell, a + b);
}

const X = 0;
const Y = 1;
const Z = 2;

/** Each thread: `k` relaxed fetch_adds of one word. (n k)! / k!^n executions. */
export const fetchAdds = (n: number, k = 1): Program =>
  program(
    `${n} x ${k} fetch_add`,
    zeros(1),
    same(n, (cpu) => {
      for (let i = 0; i < k; i++) cpu.rmw(X, RmwOp.Add, 1, Mode.Once);
    }),
  );

/** Each thread: `k` atomic_inc() of one word, which return nothing. */
export const atomicIncs = (n: number, k = 1): Program =>
  program(
    `${n} x ${k} atomic_inc`,
    zeros(1),
    same(n, (cpu) => {
      for (let i = 0; i < k; i++) cpu.atomicAdd(X, 1);
    }),
  );

/** Each thread: a relaxed fetch_add on each of three words. */
export const fetchAddsOnThreeWords = (n: number): Program =>
  program(
    `${n} x fetch_add of three words`,
    zeros(3),
    same(n, (cpu) => {
      for (const cell of [X, Y, Z]) cpu.rmw(cell, RmwOp.Add, 1, Mode.Once);
    }),
  );

/** Each thread: load, and store the sum. */
export const loadThenStoreSum = (n: number): Program =>
  program(
    `${n} x load; store of the sum`,
    zeros(1),
    same(n, (cpu) => {
      const old = cpu.readOnce(X);
      cpu.dataDeps = cpu.readDeps();
      cpu.writeOnce(X, old + 1);
    }),
  );

/** Two threads write x, read a word that `n` others write, and read x: coherence and little else. */
export const coherenceOfThree = (n: number): Program =>
  program(`coherence, ${n} writers`, zeros(3), [
    (cpu) => {
      cpu.writeOnce(X, 1);
      return [cpu.readOnce(Y), cpu.readOnce(X)];
    },
    (cpu) => {
      cpu.writeOnce(X, 2);
      return [cpu.readOnce(Z), cpu.readOnce(X)];
    },
    ...same(n, (cpu, thread) => {
      cpu.writeOnce(Y, thread);
      cpu.writeOnce(Z, thread);
    }),
  ]);

/** Two threads: `n` times `i += j`, and `n` times `j += i`, from 1 and 1; a third reads both. */
export const fibonacci = (n: number): Program =>
  program(
    `Fibonacci ${n}`,
    [1, 1],
    [
      (cpu) => {
        for (let i = 0; i < n; i++) accumulate(cpu, X, Y);
      },
      (cpu) => {
        for (let i = 0; i < n; i++) accumulate(cpu, Y, X);
      },
      (cpu) => [cpu.readOnce(X), cpu.readOnce(Y)],
    ],
  );

/** Each thread: a counter incremented under a spinlock. n! executions. */
export const spinlockCounter = (n: number): Program =>
  program(
    `${n} x counter under a spinlock`,
    zeros(2),
    same(n, (cpu) => {
      cpu.spinLock(Y);
      const old = cpu.readOnce(X);
      cpu.dataDeps = cpu.readDeps();
      cpu.writeOnce(X, old + 1);
      cpu.spinUnlock(Y);
    }),
  );

/** Store buffering in a ring, each thread's accesses under one spinlock. n! executions. */
export const storeBufferingUnderLock = (n: number): Program =>
  program(
    `store-buffering ring of ${n} under a spinlock`,
    zeros(n + 1),
    same(n, (cpu, thread) => {
      cpu.spinLock(n);
      cpu.writeOnce(thread, 1);
      const seen = cpu.readOnce((thread + 1) % n);
      cpu.spinUnlock(n);
      return seen;
    }),
  );

/** Each thread writes its word, and reads the next one's after smp_mb(). 2^n - 1 executions. */
export const storeBufferingRing = (n: number, fenced = true): Program =>
  program(
    `store-buffering ring of ${n}${fenced ? ' with smp_mb' : ''}`,
    zeros(n),
    same(n, (cpu, thread) => {
      cpu.writeOnce(thread, 1);
      if (fenced) cpu.smpMb();
      return cpu.readOnce((thread + 1) % n);
    }),
  );

/** Each thread writes 1 to its word and 2 to the next one's. */
export const twoPlusTwoWrites = (n: number): Program =>
  program(
    `2+2W ring of ${n}`,
    zeros(n),
    same(n, (cpu, thread) => {
      cpu.writeOnce(thread, 1);
      cpu.writeOnce((thread + 1) % n, 2);
    }),
  );

/** Each thread reads its word and writes the next one's: 2^n executions where loads may be buffered, else one fewer. */
export const loadBufferingRing = (n: number): Program =>
  program(
    `load-buffering ring of ${n}`,
    zeros(n),
    same(n, (cpu, thread) => {
      const seen = cpu.readOnce(thread);
      cpu.writeOnce((thread + 1) % n, 1);
      return seen;
    }),
  );

/** A flag handed from thread to thread by release and acquire, data before the first and after the last. 2^n - 1. */
export const messagePassingChain = (n: number): Program =>
  program(`release/acquire chain of ${n}`, zeros(n), [
    (cpu) => {
      cpu.writeOnce(0, 1);
      cpu.smpStoreRelease(1, 1);
    },
    ...same(n - 2, (cpu, thread) => {
      const seen = cpu.smpLoadAcquire(thread);
      cpu.smpStoreRelease(thread + 1, 1);
      return seen;
    }),
    (cpu) => [cpu.smpLoadAcquire(n - 1), cpu.readOnce(0)],
  ]);

/**
 * A store-buffering ring: threads of even number read inside an RCU read-side critical section, the others wait for a
 * grace period between their write and their read. 2^n - 1 executions under the LKMM for an even n.
 */
export const rcuRing = (n: number): Program =>
  program(
    `RCU ring of ${n}`,
    zeros(n),
    same(n, (cpu, thread) => {
      const next = (thread + 1) % n;
      if (thread % 2 === 0) {
        cpu.rcuReadLock();
        cpu.writeOnce(thread, 1);
        const seen = cpu.readOnce(next);
        cpu.rcuReadUnlock();
        return seen;
      }
      cpu.writeOnce(thread, 1);
      cpu.synchronizeRcu();
      return cpu.readOnce(next);
    }),
  );

/** Each thread writes the one word. n! executions. */
export const writers = (n: number): Program =>
  program(
    `${n} writers`,
    zeros(1),
    same(n, (cpu, thread) => {
      cpu.writeOnce(X, thread + 1);
    }),
  );

/** Each thread writes the one word `k` times and reads it `k` times. With k = 1: (n!)^2 executions. */
export const writesThenReads = (n: number, k = 1): Program =>
  program(
    `${n} x (${k} writes, ${k} reads)`,
    zeros(1),
    same(n, (cpu, thread) => {
      for (let i = 0; i < k; i++) cpu.writeOnce(X, thread * k + i + 1);
      let seen = 0;
      for (let i = 0; i < k; i++) seen = seen * 100 + cpu.readOnce(X);
      return seen;
    }),
  );

/** Each thread: cmpxchg(x, 0, its number). n executions. */
export const compareExchanges = (n: number): Program =>
  program(
    `${n} x cmpxchg`,
    zeros(1),
    same(n, (cpu, thread) => cpu.cmpxchg(X, 0, thread + 1)),
  );

/** Thread i stores one more than the word before its own; a reader looks for the last zero. (n + 3) 2^(n - 2). */
export const lastZero = (n: number): Program =>
  program(`last zero ${n}`, zeros(n + 1), [
    (cpu) => {
      let last = n;
      while (cpu.smpLoadAcquire(last) !== 0) last--;
      return last;
    },
    ...same(n, (cpu, thread) => {
      const before = cpu.smpLoadAcquire(thread - 1);
      cpu.dataDeps = cpu.readDeps();
      cpu.smpStoreRelease(thread, before + 1);
    }),
  ]);

const WRITABLE = 1;
const PIN = 1024;

/**
 * `n` CPUs pin a page by its page-table entry while another write-protects the entry and looks for pins. A pinner adds
 * its pin, and takes it back where the entry has changed meanwhile.
 */
export const pinners = (n: number): Program =>
  program(
    `${n} pinners and a forker`,
    [WRITABLE, 0],
    [
      ...same(n, (cpu) => {
        const before = cpu.readOnce(X);
        const outer = cpu.readDeps();
        if ((before & WRITABLE) === 0) return false;
        cpu.ctrlDeps = outer;
        cpu.rmw(Y, RmwOp.Add, PIN, Mode.Once);
        cpu.smpMb();
        const changed = cpu.readOnce(X) !== before;
        if (changed) {
          cpu.ctrlDeps = depsUnion(outer, cpu.readDeps());
          cpu.rmw(Y, RmwOp.Sub, PIN, Mode.Once);
        }
        cpu.ctrlDeps = NO_DEPS;
        return !changed;
      }),
      (cpu) => {
        cpu.rmw(X, RmwOp.Andnot, WRITABLE, Mode.Once);
        cpu.smpMb();
        return cpu.readOnce(Y);
      },
    ],
  );

/** The same without a condition: pin with atomic_add_return(), smp_mb(), and look again. */
export const pinnersWithoutConditions = (n: number): Program =>
  program(
    `${n} pinners and a forker, no conditions`,
    [WRITABLE, 0],
    [
      ...same(n, (cpu) => {
        const before = cpu.readOnce(X);
        cpu.atomicAddReturn(Y, PIN);
        cpu.smpMb();
        return [before, cpu.readOnce(X)];
      }),
      (cpu) => {
        cpu.writeOnce(X, 0);
        cpu.smpMb();
        return cpu.readOnce(Y);
      },
    ],
  );

/** All of them, by name. */
export const FAMILIES = {
  fetchAdds,
  atomicIncs,
  fetchAddsOnThreeWords,
  loadThenStoreSum,
  coherenceOfThree,
  fibonacci,
  spinlockCounter,
  storeBufferingUnderLock,
  storeBufferingRing,
  twoPlusTwoWrites,
  loadBufferingRing,
  messagePassingChain,
  rcuRing,
  writers,
  writesThenReads,
  compareExchanges,
  lastZero,
  pinners,
  pinnersWithoutConditions,
} satisfies Record<string, (n: number, ...more: never[]) => Program>;
