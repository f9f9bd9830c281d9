import { Fence, Mode } from '../cpu/modes.ts';
import {
  CO,
  EVERY_SORT,
  type Facts,
  FR,
  ID,
  INIT_PAIRS,
  NOTHING,
  overlapping,
  Pair,
  PO,
  PO_LOC,
  RF,
  Sort,
} from './facts.ts';

const STATIC = { ...NOTHING, isForward: false, isStrict: false, isBackward: false };
const ONWARD = { ...NOTHING, isBackward: false };
const DYNAMIC = { ...ONWARD, isStatic: false };

const pairs = (must: number): Pick<Facts, 'must' | 'may'> => ({ must, may: overlapping(must) });

/** The relations that an execution has, and what is known of them. */
export const RELATIONS: ReadonlyMap<string, Facts> = new Map([
  ['po', { ...ONWARD, ...pairs(PO) }],
  ['addr', { ...ONWARD, must: 0, may: PO | Pair.Fri }],
  ['data', { ...ONWARD, must: 0, may: PO | Pair.Fri }],
  ['ctrl', { ...ONWARD, must: 0, may: PO | Pair.Fri }],
  ['rmw', { ...ONWARD, must: 0, may: PO | Pair.Fri }],
  ['loc', { ...STATIC, ...pairs(PO_LOC | RF | CO | FR | INIT_PAIRS | (ID & ~Pair.IdFence)) }],
  ['int', { ...STATIC, ...pairs(PO | Pair.Rfi | Pair.Coi | Pair.Fri | (ID & ~Pair.IdInit)) }],
  [
    'ext',
    { ...STATIC, must: Pair.Rfe | Pair.Coe | Pair.Fre | INIT_PAIRS, may: Pair.Rfe | Pair.Coe | Pair.Fre | INIT_PAIRS },
  ],
  ['id', { ...NOTHING, isStrict: false, ...pairs(ID) }],
  ['rf', { ...DYNAMIC, ...pairs(RF | Pair.InitR) }],
  ['co', { ...DYNAMIC, ...pairs(CO | Pair.InitW) }],
  ['fr', { ...DYNAMIC, ...pairs(FR) }],
  /** Pairs of accesses with different values. */
  ['different-values', { ...STATIC, isStatic: false, grows: false, must: 0, may: -1 }],
]);

/** Where a model makes its own reads-from: that of all reads but those of locks. */
export const PLAIN_RF: Facts = { ...DYNAMIC, must: 0, may: overlapping(RF | Pair.InitR) };

const set = (must: number, may = must): Facts => ({ ...NOTHING, must, may });
const some = (sort: number): Facts => set(0, sort);
/** Whether a read belongs to an RMW that succeeds depends on what it reads. */
const byValue = (sort: number): Facts => ({ ...some(sort) });

/** The sets of events that every execution has. */
export const SETS: ReadonlyMap<string, Facts> = new Map([
  ['R', set(Sort.R)],
  ['W', set(Sort.W | Sort.Init)],
  ['M', set(Sort.R | Sort.W | Sort.Init)],
  ['IW', set(Sort.Init)],
  ['FW', { ...some(Sort.W | Sort.Init), isStatic: false, isStable: false, grows: false }],
  ['F', some(Sort.Fence)],
  ['RMW', byValue(Sort.R | Sort.W)],
  ['LKR', byValue(Sort.R)],
  ['LKW', some(Sort.W)],
  ['UL', some(Sort.W)],
  ['LF', byValue(Sort.R)],
  ['RL', byValue(Sort.R)],
  ['RU', byValue(Sort.R)],
  ['Failed-RMW', byValue(Sort.R)],
  ['Failed-cmpxchg', byValue(Sort.R)],
]);

/** Where a model makes locks itself, their accesses are in none of these at first. */
export const SETS_WITHOUT_LOCKS: ReadonlyMap<string, Facts> = new Map([
  ['R', some(Sort.R)],
  ['W', set(Sort.Init, Sort.W | Sort.Init)],
  ['M', set(Sort.Init, Sort.R | Sort.W | Sort.Init)],
]);

export const UNIVERSE: Facts = set(EVERY_SORT);

/** How the kernel's primitives are marked: the tags of linux-kernel.def, and the events that have each. */
export interface Tagged {
  readonly sort: number;
  readonly mode?: Mode;
  readonly fence?: Fence;
}

export const TAGS: ReadonlyMap<string, Tagged> = new Map([
  ['once', { sort: Sort.R | Sort.W, mode: Mode.Once }],
  ['acquire', { sort: Sort.R, mode: Mode.Acquire }],
  ['release', { sort: Sort.W, mode: Mode.Release }],
  ['noreturn', { sort: Sort.R, mode: Mode.Noreturn }],
  ['srcu-lock', { sort: Sort.R, mode: Mode.SrcuLock }],
  ['srcu-unlock', { sort: Sort.W, mode: Mode.SrcuUnlock }],
  ['sync-srcu', { sort: Sort.Fence, fence: Fence.SyncSrcu }],
  ['mb', { sort: Sort.Fence, fence: Fence.Mb }],
  ['rmb', { sort: Sort.Fence, fence: Fence.Rmb }],
  ['wmb', { sort: Sort.Fence, fence: Fence.Wmb }],
  ['barrier', { sort: Sort.Fence, fence: Fence.Barrier }],
  ['rcu-lock', { sort: Sort.Fence, fence: Fence.RcuLock }],
  ['rcu-unlock', { sort: Sort.Fence, fence: Fence.RcuUnlock }],
  ['sync-rcu', { sort: Sort.Fence, fence: Fence.SyncRcu }],
  ['before-atomic', { sort: Sort.Fence, fence: Fence.BeforeAtomic }],
  ['after-atomic', { sort: Sort.Fence, fence: Fence.AfterAtomic }],
  ['after-spinlock', { sort: Sort.Fence, fence: Fence.AfterSpinlock }],
  ['after-unlock-lock', { sort: Sort.Fence, fence: Fence.AfterUnlockLock }],
  ['after-srcu-read-unlock', { sort: Sort.Fence, fence: Fence.AfterSrcuReadUnlock }],
]);

/** The name of the set of events that have a tag: `'mb` is `Mb`. */
export const setOfTag = (tag: string): string => tag.charAt(0).toUpperCase() + tag.slice(1);

/** What is known of the set of a tag. */
export const factsOfTag = (tag: string): Facts => some(TAGS.get(tag)?.sort ?? 0);
