import type { TrackedCpu } from '../cpu/cpu.ts';
import { type Deps, depsUnion, NO_DEPS } from '../cpu/deps.ts';
import { ADDRESS_BASE, add, IntKind, isAddress, multiply, signedKind, subtract } from '../cpu/integer.ts';
import { Fence, Mode } from '../cpu/modes.ts';
import type { Call, Place } from './ast.ts';
import { type Asserted, End, type Fault, type Frame, MIXED_SIZES, ThreadFault } from './frame.ts';
import {
  type CallbackWords,
  cellName,
  FREED,
  type Layout,
  type Location,
  locate,
  SPACING,
  showValue,
  type ThreadStart,
  wordAt,
  wordOf,
} from './layout.ts';
import type { LitmusTest } from './litmus-test.ts';
import type { Source } from './source.ts';
import { sameSize, stride, UNKNOWN, type ValueType } from './value-type.ts';

/** How a word was accessed, and where. */
export interface Access {
  readonly type: ValueType;
  readonly declared: Place;
}

/** What the word of unlocks without a lock holds while there was none. */
export const NEVER_UNLOCKED = 2;

/** How many statements and rounds of loops a thread runs before it is cut. */
export const MAX_STEPS = 1 << 16;

/**
 * The state of one thread while it runs. The value of an expression is returned, and where it comes from is left in
 * {@link Machine.deps}: no pairs are allocated.
 */
export class Machine {
  cpu!: TrackedCpu;
  frame: Frame = [End.Complete];
  /** Where the value of each register comes from. */
  origins: Deps[];
  /** Where the value that was computed last comes from. */
  deps: Deps = NO_DEPS;
  /** The reads that decide whether the current statement is run. */
  control: Deps = NO_DEPS;
  /**
   * For each thing that a jump may leave, by its depth ({@link Targets}), the reads that have decided not to, since it was
   * entered.
   */
  private stayed: Deps[] = [NO_DEPS];
  /** The registers of the thread itself, and where their values come from; {@link frame} may be those of a function. */
  private bottom: Frame = this.frame;
  private readonly own: Deps[];
  /** What has decided, since the current function was called, that the thread does not die. */
  private survivedBy: Deps = NO_DEPS;
  /** How many functions are being called. */
  depth = 0;
  /** What the function that ended last returns, and where that comes from. */
  returned = 0;
  returnedBy: Deps = NO_DEPS;
  /** The depth of what a `goto` leaves that is under way. */
  leaving = 0;
  steps = 0;
  /** The assertions that fired, and the reads that decided that. */
  private readonly fired: Place[] = [];
  private firedBy: Deps = NO_DEPS;
  /** How many read-side sections of RCU it is in. */
  private sections = 0;
  /** How often each call has allocated. */
  readonly allocated = new Map<Call, number>();
  /** Where what was allocated was accessed last. */
  private accessing: Place = { start: 0, end: 0 };
  /** The threads that it may start, and how many it has started. */
  readonly threads: readonly ThreadStart[];
  started = 0;
  /** The callbacks that the thread has called. */
  readonly called = new Set<CallbackWords>();
  /** What each word of memory holds. */
  readonly kinds: readonly IntKind[];
  readonly layout: Layout;
  private readonly source: Source;
  private readonly accessed: Map<Location, Access>;
  private readonly thread: number;
  /** The locks that the thread holds. */
  private readonly held: number[] = [];
  /** The locks of which the thread's last unlock was one without a lock. */
  private readonly strayed = new Set<number>();
  /** How many threads may unlock what they have not locked, so that spin_is_locked() has to ask whether it sees that. */
  private readonly strays: number;

  /**
   * @param accessed how words of unknown types have been accessed so far, by all threads
   * @param strays how many threads may unlock what they have not locked
   */
  constructor(
    { layout, source }: LitmusTest,
    thread: number,
    slots: number,
    accessed: Map<Location, Access>,
    strays: number,
  ) {
    this.strays = strays;
    this.layout = layout;
    this.thread = thread;
    this.accessed = accessed;
    this.source = source;
    this.kinds = layout.kinds;
    this.threads = layout.threads[thread]!.starts ?? [];
    this.own = new Array<Deps>(slots).fill(NO_DEPS);
    this.origins = this.own;
  }

  reset(cpu: TrackedCpu, initial: readonly number[]): void {
    this.cpu = cpu;
    this.frame = initial.slice() as Frame;
    this.bottom = this.frame;
    this.origins = this.own;
    this.depth = 0;
    this.survivedBy = NO_DEPS;
    for (let i = 0; i < this.origins.length; i++) this.origins[i] = NO_DEPS;
    this.deps = NO_DEPS;
    this.enter(0);
    this.steps = 0;
    while (this.held.length > 0) this.held.pop();
    this.strayed.clear();
    this.called.clear();
    this.started = 0;
    this.allocated.clear();
    this.sections = 0;
    this.fired.length = 0;
    this.firedBy = NO_DEPS;
    this.control = NO_DEPS;
    cpu.ctrlDeps = NO_DEPS;
    cpu.branchedOn = NO_DEPS;
  }

  /**
   * Runs a function with registers of its own. What it decides is over when it returns, but for what it has decided the
   * thread to die of. @returns what it returns
   */
  call(frame: Frame, origins: Deps[], run: () => void): number {
    const { frame: before, origins: beforeOrigins, stayed, control, survivedBy } = this;
    this.survivedBy = NO_DEPS;
    this.frame = frame;
    this.origins = origins;
    this.stayed = [NO_DEPS];
    this.returned = 0;
    this.returnedBy = NO_DEPS;
    this.depth++;
    run();
    this.depth--;
    this.frame = before;
    this.origins = beforeOrigins;
    this.stayed = stayed;
    this.setControl(control);
    const decided = this.survivedBy;
    this.survivedBy = survivedBy;
    if (decided !== NO_DEPS) {
      this.controlledBy(decided);
      this.survive(decided);
    }
    this.deps = this.returnedBy;
    return this.returned;
  }

  /** What orders, or delimits a section. */
  fence(kind: Fence): void {
    if (kind === Fence.RcuLock) this.sections++;
    if (kind === Fence.RcuUnlock && this.sections > 0) this.sections--;
    this.cpu.fence(kind);
  }

  /**
   * The thread ends in the middle of what it does. A grace period waits for what it was reading, as it would if the section had
   * ended there: nothing that it has seen may depend on its end.
   */
  leaveSections(): void {
    for (; this.sections > 0; this.sections--) this.cpu.fence(Fence.RcuUnlock);
  }

  /** `deps` have decided that the thread does not die. */
  survive(deps: Deps): void {
    this.stay(0, deps);
    this.survivedBy = depsUnion(this.survivedBy, deps);
  }

  /** Tells the CPU which way a branch goes on the value computed last, if that depends on a read. @returns the way to go */
  branch(taken: boolean): boolean {
    if (this.deps === NO_DEPS) return taken;
    this.cpu.branchedOn = depsUnion(this.cpu.branchedOn, this.deps);
    return this.cpu.branch(taken);
  }

  /** From here on `deps` decide what runs. */
  controlledBy(deps: Deps): void {
    this.cpu.branchedOn = depsUnion(this.cpu.branchedOn, deps);
    this.setControl(depsUnion(this.control, deps));
  }

  /** Enters what a jump may leave. */
  enter(depth: number): void {
    this.stayed[depth] = NO_DEPS;
  }

  /** `deps` have decided not to leave what has this depth. */
  stay(depth: number, deps: Deps): void {
    this.stayed[depth] = depsUnion(this.stayed[depth]!, deps);
  }

  /** The reads that have decided not to leave what has this depth, or any that it is in. */
  stayedIn(depth: number): Deps {
    let all = this.stayed[0]!;
    for (let i = 1; i <= depth; i++) all = depsUnion(all, this.stayed[i]!);
    return all;
  }

  setControl(control: Deps): void {
    this.control = control;
    this.cpu.ctrlDeps = control;
  }

  /**
   * The word of memory at an address. Throws {@link ThreadFault} where there is none.
   * @param access the type with which it is accessed; undefined: the word's own
   */
  cell(address: number, place: Place, access: ValueType | undefined): number {
    const from = address - ADDRESS_BASE;
    const index = Math.round(from / SPACING);
    const location = this.layout.locations[index];
    if (location === undefined) {
      throw new ThreadFault({ place, message: `${showValue(this.layout, address)} is not the address of anything` });
    }
    const offset = from - index * SPACING;
    const word = wordAt(location, offset);
    if (access !== undefined) this.checkSize(location, Math.max(0, word), access, place);
    if (word < 0) throw new ThreadFault({ place, message: missed(location, offset) });
    if (location.state !== undefined) this.checkAlive(location, location.state, place);
    return location.cell + word;
  }

  /** Throws {@link ThreadFault} where what was allocated has been freed. The access then depends on that it was not. */
  private checkAlive({ name }: Location, state: number, place: Place): void {
    const { cpu, deps } = this;
    this.accessing = place;
    cpu.addrDeps = deps;
    const isFreed = cpu.read(state, Mode.Once) === FREED;
    this.deps = depsUnion(deps, cpu.readDeps());
    // Nobody need be asked which way to go: a thread that ends here does nothing that it would not do otherwise.
    if (isFreed) this.usedAfterFree(place, `${name} is used after it was freed`);
  }

  /** Throws {@link ThreadFault} for what was freed; no other read decides that. */
  usedAfterFree(place: Place, message: string): never {
    this.deps = NO_DEPS;
    throw new ThreadFault({ place, message });
  }

  /** Throws {@link ThreadFault}, since what was read was never written. */
  unwritten(): never {
    throw new ThreadFault({ place: this.accessing, message: 'this reads what was never written' });
  }

  /** Throws {@link ThreadFault} where an access is not one of a whole word. */
  private checkSize(location: Location, word: number, access: ValueType, place: Place): void {
    const own = wordOf(location, word);
    const { type, declared } = own.type === UNKNOWN ? this.firstAccess(location, access, place) : own;
    if (sameSize(access, type, this.layout.isStrict)) return;
    const name = location.words === undefined ? location.name : cellName(this.layout, location.cell + word);
    const message = mixedSizes(this.source, access, name, type, declared);
    throw new ThreadFault({ place, code: MIXED_SIZES, message });
  }

  /** A sum or difference in which an address counts in the elements of what it points to. */
  looseSum(sign: 1 | -1, kind: IntKind, a: number, b: number): number {
    if (isAddress(a)) {
      const step = this.strideAt(a);
      return isAddress(b) ? (a + sign * b) / step : add(kind, a, multiply(kind, b, sign * step));
    }
    const scaled = isAddress(b) ? multiply(kind, a, this.strideAt(b)) : a;
    return sign > 0 ? add(kind, scaled, b) : subtract(kind, scaled, b);
  }

  private strideAt(address: number): number {
    const found = locate(this.layout, address);
    return found === undefined ? 1 : stride(found.location.type);
  }

  /** As nobody says how large the word is, the first access does. */
  private firstAccess(location: Location, type: ValueType, declared: Place): Access {
    let first = this.accessed.get(location);
    if (first === undefined) {
      first = { type, declared };
      this.accessed.set(location, first);
    }
    return first;
  }

  /** How a word computes that is accessed with a type: one that nobody declares in that, signed. */
  kindOf(cell: number, access: IntKind): IntKind {
    const kind = this.kinds[cell]!;
    return kind === IntKind.Any ? signedKind(access) : kind;
  }

  /**
   * The word that lock operations on a word use in its place: whatever is done to a lock otherwise (and is flagged), or
   * its initial value, is nothing to them, as in lock.cat of the LKMM.
   */
  lock(cell: number): number {
    return cell + this.layout.memory.length;
  }

  /** The thread has taken a lock. */
  hold(lock: number): void {
    this.held.push(lock);
  }

  /**
   * The thread gives a lock back. @returns the word to write to: one of its own where the thread does not hold the lock,
   * for lock.cat gives an unlock without a lock no place in coherence, and nobody takes the lock from it
   */
  release(lock: number): number {
    const at = this.held.indexOf(lock);
    if (at < 0) {
      this.strayed.add(lock);
      return this.strayWord(lock, this.thread);
    }
    this.strayed.delete(lock);
    this.held.splice(at, 1);
    return lock;
  }

  private strayWord(lock: number, thread: number): number {
    return lock + (1 + thread) * this.layout.memory.length;
  }

  /**
   * What spin_is_locked() reads of a lock: 0 where it is free. It may also see an unlock without a lock, of its own thread if
   * that was the last, or of another; nothing else is ordered by that.
   */
  readLock(lock: number): number {
    const { cpu } = this;
    const address = this.deps;
    let word = lock;
    if (this.strays > 0 && !this.held.includes(lock)) {
      const seen = cpu.choose(1 + this.strays) - 1;
      if (seen === this.thread && !this.strayed.has(lock)) cpu.abandon();
      if (seen >= 0) word = this.strayWord(lock, seen);
    }
    cpu.addrDeps = address;
    const value = cpu.read(word, Mode.Once);
    if (value === NEVER_UNLOCKED) cpu.abandon();
    return value;
  }

  /** An assertion fires, since the value computed last is not as it must be. */
  fire(place: Place): void {
    this.fired.push(place);
    this.firedBy = depsUnion(this.firedBy, depsUnion(this.deps, this.control));
  }

  /** Does the thread hold the lock of a word? */
  holds(cell: number): boolean {
    return this.held.includes(this.lock(cell));
  }

  /** The run is over. @param place where the thread stands */
  end(then: Asserted['then'], place: Place): void {
    const { bottom: frame, fired, firedBy: deps, held, layout } = this;
    const [kept] = held;
    // herd7 knows nothing against it.
    if (then === 'complete' && kept !== undefined && layout.isStrict === true) {
      this.fault({ place, message: `it ends and still holds ${cellName(layout, kept - layout.memory.length)}` });
      return;
    }
    if (fired.length > 0) {
      frame[0] = End.Asserted;
      frame.ending = { fired: [...fired], then, deps };
    } else if (then === 'cut') {
      frame[0] = End.Cut;
    }
  }

  /** The run ends with what has no meaning. */
  fault(fault: Fault): void {
    this.bottom[0] = End.Fault;
    this.bottom.ending = fault;
  }
}

/** Says of an address that there is no word. */
function missed({ name, words, type, size }: Location, offset: number): string {
  const end = words === undefined ? size * stride(type) : stride(type);
  if (offset < 0 || offset >= end) return `this points outside of ${name}`;
  return words === undefined
    ? `this points between two elements of ${name}`
    : `this points between two members of ${name}`;
}

/** Says of an access how large it is, and how large its word, and where that is written. */
function mixedSizes(
  source: Source,
  access: ValueType,
  name: string,
  type: ValueType,
  declared: Place | undefined,
): string {
  const bytes = (t: ValueType): string => `${t.size} byte${t.size === 1 ? '' : 's'} (${t.name})`;
  const line = declared === undefined ? '' : `, as ${source.lineWords(declared.start)} says`;
  return `this accesses ${bytes(access)} of ${name}, which has ${bytes(type)}${line}`;
}
