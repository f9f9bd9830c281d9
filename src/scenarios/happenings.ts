import { cellIndex } from '../cpu/cpu.ts';
import type { Memory } from '../mm/observe/inspect.ts';

/**
 * Whether a race can fail at all: what has happened in some execution of it. A race in which what is judged happens in no
 * execution holds, and says nothing.
 */
export class Happenings {
  /** The names of what has not happened yet; undefined before the first execution. */
  #never: readonly string[] | undefined;
  /** Where the race names nothing: has the judge seen anything of an execution? */
  #looked = false;

  /** Notes what happened in an execution, of a race that names it. */
  note(happened: Readonly<Record<string, boolean>>): void {
    const waiting = this.#never ?? Object.keys(happened);
    this.#never = waiting.filter((name) => happened[name] !== true);
  }

  /** Notes that the judge has seen something. */
  look(): void {
    this.#looked = true;
  }

  /** Is it of no use to watch the judge? */
  get looked(): boolean {
    return this.#looked;
  }

  /** Why the race cannot fail; undefined where it can. */
  get vacuous(): string | undefined {
    if (this.#never !== undefined) {
      return this.#never.length === 0 ? undefined : `in no execution is it ${this.#never.join(', nor ')}`;
    }
    return this.#looked ? undefined : 'in no execution did judge() find anything to look at';
  }
}

/**
 * What a thread returned, for people to compare: lists and plain objects are copied, and the pages of a pin are handles
 * without provenance.
 */
export function plainResult(result: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof result !== 'object' || result === null) return result;
  const known = copies.get(result);
  if (known !== undefined) return known;
  if (Array.isArray(result)) {
    const list: unknown[] = [];
    copies.set(result, list);
    for (const each of result) list.push(plainResult(each, copies));
    return list;
  }
  if (!isPlain(result)) return result;
  const copy: Record<string, unknown> = {};
  copies.set(result, copy);
  const isHold = 'generation' in result;
  for (const [key, value] of Object.entries(result)) {
    const isHandle = isHold && typeof value === 'number' && (key === 'page' || key === 'folio');
    copy[key] = isHandle ? cellIndex(value) : plainResult(value, copies);
  }
  return copy;
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** A result that tells whoever looks at anything in it. That something is not there tells nothing. */
export function watchedResult<R>(result: R, look: () => void): R {
  if (result === undefined || result === null) return result;
  if (typeof result !== 'object' || !(Array.isArray(result) || isPlain(result))) {
    look();
    return result;
  }
  return new Proxy(result, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      const isOwn = Object.hasOwn(target, key);
      const isLength = Array.isArray(target) && key === 'length';
      if (isLength ? value !== 0 : isOwn) return watchedResult(value, look);
      return value;
    },
  });
}

/** What stands behind watched memory, for who may look there without being noticed. */
const behind = new WeakMap<object, Memory>();

/**
 * Memory that tells whoever reads it.
 * @param always also of who asks whether counts are right and locks given back: that is asked of every race
 */
export function watchedMemory(memory: Memory, look: () => void, always: boolean): Memory {
  const seen = watched(memory, look);
  if (!always) behind.set(seen, memory);
  return seen;
}

/** The memory itself. */
export const unwatched = (memory: Memory): Memory => behind.get(memory) ?? memory;

/** An object that tells whoever uses it. */
export function watched<O extends object>(of: O, look: () => void): O {
  return new Proxy(of, {
    get(target, key) {
      look();
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
