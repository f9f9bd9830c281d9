import { Fence, Mode } from '../../cpu/modes.ts';
import type { CostKind, Edit, Ordering, Patch, Protocol, Weaker } from '../../explain/edit.ts';
import { isBookkeepingStep } from '../../mm/words/bookkeeping.ts';
import type { ModelName } from '../../models/registry.ts';
import type { Program } from '../../program/program.ts';
import { Access, type AccessKey, type FenceKey, PatchedCpu, type Patches } from './patched-cpu.ts';
import { findRaceSites, type RaceSite } from './race-sites.ts';
import { type RaceCase, RaceSubject } from './race-subject.ts';
import type { FrameMap } from './stack-place.ts';

/** What an edit does to its thread. */
type Change =
  | { readonly what: 'fence'; readonly fences: readonly FenceKey[]; readonly fence: Fence | 'none' }
  | { readonly what: 'mode'; readonly accesses: RaceSite['accesses']; readonly mode: Mode }
  | { readonly what: 'insert'; readonly accesses: RaceSite['accesses']; readonly fence: Fence }
  | {
      readonly what: 'move';
      readonly fences: readonly FenceKey[];
      readonly accesses: RaceSite['accesses'];
      readonly fence: Fence;
    }
  | { readonly what: 'lock'; readonly cell: number }
  | { readonly what: 'without'; readonly fences: readonly Fence[] };

interface RaceEdit extends Edit {
  readonly change: Change;
}

/** How many variants are kept; old ones are not asked for again. */
const MAX_KEPT = 500;

/** A race whose barriers can be taken away, and to which some can be added, on the way between its code and the CPU. */
export class RaceProtocol extends RaceSubject implements Protocol {
  private readonly edits: readonly RaceEdit[];
  private readonly base: RaceProtocol;
  private readonly model: ModelName;
  private patched: Program | undefined;
  private sites: readonly RaceSite[] | undefined;
  private readonly made = new Map<string, RaceProtocol>();

  /** @param model the executions of which are looked at for barriers */
  constructor(
    race: RaceCase,
    frames: FrameMap,
    model: ModelName,
    of?: { base: RaceProtocol; edits: readonly RaceEdit[] },
  ) {
    super(race, frames, of?.base);
    this.model = model;
    this.base = of?.base ?? this;
    this.edits = of?.edits ?? [];
  }

  override get program(): Program {
    if (this.edits.length === 0) return super.program;
    if (this.patched === undefined) {
      const { program } = this.prepared;
      const threads = program.threads.map((body, thread) => {
        const own = this.edits.filter((e) => e.thread === thread);
        if (own.length === 0) return body;
        const cpu = new PatchedCpu(patchesOf(own));
        return (inner: Parameters<typeof body>[0]) => body(cpu.begin(inner));
      });
      this.patched = { ...program, threads, cellName: (index) => program.cellName(index) };
    }
    return this.patched;
  }

  edited(edits: readonly Edit[]): RaceProtocol | undefined {
    if (edits.length === 0 && this.edits.length === 0) return this;
    const key = edits.map((e) => e.id).join('\n');
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const all = [...this.edits, ...(edits as readonly RaceEdit[])];
    const places = all.map(({ thread, change }) => placeOf(thread, change));
    if (new Set(places).size < places.length) return undefined;
    const made = new RaceProtocol(this.race, this.frames, this.model, { base: this.base, edits: all });
    if (this.made.size >= MAX_KEPT) this.made.clear();
    this.made.set(key, made);
    return made;
  }

  patch(): Patch | undefined {
    return undefined;
  }

  private all(): readonly RaceSite[] {
    this.sites ??= findRaceSites(this, this.model);
    return this.sites;
  }

  orderings(): readonly Ordering[] {
    const sites = this.all();
    const all = sites.flatMap((site) => {
      const isMinor = isBookkeepingStep(site.place.kernel?.frames ?? []) || (site.cell >= 0 && this.isMinor(site.cell));
      return orderingOf(site).map((ordering): Ordering => ({ ...ordering, isMinor }));
    });
    return [...all, ...sectionsOf(sites)].sort((a, b) => a.thread - b.thread);
  }

  strengthenings(): readonly Edit[] {
    const sites = this.all();
    const moved = sites.flatMap((site) => movesOf(site, sites));
    // What stands there comes first: of edits that cost the same, the first is taken.
    const isThere = ({ kind }: RaceSite): boolean => kind === 'fence';
    const inOrder = [...sites.filter(isThere), ...sites.filter((site) => !isThere(site))];
    return [...moved, ...inOrder.flatMap((site) => strengtheningsOf(site))];
  }
}

/** Two edits of the same place exclude each other. */
const placeOf = (thread: number, change: Change): string => {
  switch (change.what) {
    case 'fence':
    case 'move':
      return `${thread} fence ${change.fences.join()}`;
    case 'mode':
      return `${thread} mode ${accessWords(change.accesses)}`;
    case 'insert':
      return `${thread} insert ${accessWords(change.accesses)} ${change.fence}`;
    case 'lock':
      return `${thread} lock ${change.cell}`;
    case 'without':
      return `${thread} without ${change.fences.join()}`;
  }
};

const accessWords = (accesses: RaceSite['accesses']): string => accesses.map(({ key, nth }) => `${key}.${nth}`).join();

function patchesOf(edits: readonly RaceEdit[]): Patches {
  const fences = new Map<FenceKey, Fence | 'none'>();
  const modes = new Map<AccessKey, { nth: number; mode: Mode }[]>();
  const inserted = new Map<AccessKey, { nth: number; fence: Fence }[]>();
  const locks = new Set<number>();
  const without = new Set<Fence>();
  for (const { change } of edits) {
    if (change.what === 'fence') for (const key of change.fences) fences.set(key, change.fence);
    else if (change.what === 'mode') {
      const { mode } = change;
      for (const { key, nth } of change.accesses) modes.set(key, [...(modes.get(key) ?? []), { nth, mode }]);
    } else if (change.what === 'insert' || change.what === 'move') {
      const { fence } = change;
      if (change.what === 'move') for (const key of change.fences) fences.set(key, 'none');
      for (const { key, nth } of change.accesses) inserted.set(key, [...(inserted.get(key) ?? []), { nth, fence }]);
    } else if (change.what === 'lock') locks.add(change.cell);
    else for (const fence of change.fences) without.add(fence);
  }
  return { fences, modes, inserted, locks, without };
}

// --- what is there ---------------------------------------------------------------------------------------------------

function edit(site: RaceSite, cost: CostKind | undefined, words: string, change: Change): RaceEdit {
  const { thread, place } = site;
  return { id: `${placeOf(thread, change)} ${words}`, thread, cost, isSwap: false, words, place, change };
}

const WEAKER: Readonly<Partial<Record<Fence, readonly (readonly [string, Fence])[]>>> = {
  [Fence.Mb]: [
    ['smp_wmb()', Fence.Wmb],
    ['smp_rmb()', Fence.Rmb],
  ],
  [Fence.AfterAtomic]: [
    ['smp_wmb()', Fence.Wmb],
    ['smp_rmb()', Fence.Rmb],
  ],
  [Fence.BeforeAtomic]: [
    ['smp_wmb()', Fence.Wmb],
    ['smp_rmb()', Fence.Rmb],
  ],
  [Fence.Rmb]: [],
  [Fence.Wmb]: [],
  [Fence.AfterSpinlock]: [],
  [Fence.AfterUnlockLock]: [],
  [Fence.SyncRcu]: [['smp_mb()', Fence.Mb]],
};

/** How an access is marked less, the least first. */
function weakerModes({ kind, mode }: RaceSite): readonly Mode[] {
  if (kind === Access.Read) return mode === Mode.Acquire ? [Mode.Once] : [];
  if (kind === Access.Write) return mode === Mode.Release ? [Mode.Once] : [];
  if (mode === Mode.Full) return [Mode.Once, Mode.Acquire, Mode.Release];
  return mode === Mode.Acquire || mode === Mode.Release ? [Mode.Once] : [];
}

const SUFFIX: Readonly<Partial<Record<Mode, string>>> = {
  [Mode.Once]: 'relaxed',
  [Mode.Acquire]: 'acquire',
  [Mode.Release]: 'release',
  [Mode.Full]: 'full barrier',
};

function orderingOf(site: RaceSite): Ordering[] {
  const { thread, place, words, kind } = site;
  if (kind === 'fence') {
    const others = WEAKER[site.mode as Fence];
    if (others === undefined) return [];
    const made = (name: string, fence: Fence | 'none'): Weaker => ({
      words: name,
      edit: edit(site, undefined, `${name} for ${words}`, { what: 'fence', fences: site.fences, fence }),
    });
    const weaker = [made('nothing', 'none'), ...others.map(([name, fence]) => made(name, fence))];
    return [{ words, kind: site.mode === Fence.SyncRcu ? 'rcu' : 'barrier', thread, place, weaker }];
  }
  const weaker = weakerModes(site).map((mode): Weaker => {
    const change = { what: 'mode', accesses: site.accesses, mode } as const;
    return { words: SUFFIX[mode]!, edit: edit(site, undefined, `${words}: ${SUFFIX[mode]}`, change) };
  });
  return weaker.length === 0
    ? []
    : [{ words: `${words}, ${SUFFIX[site.mode as Mode]}`, kind: 'suffix', thread, place, weaker }];
}

/** Spinlocks and read-side sections of RCU, for each thread as a whole. */
function sectionsOf(sites: readonly RaceSite[]): Ordering[] {
  const found = new Map<string, Ordering>();
  for (const site of sites) {
    const { thread, place, kind, mode, cell, words } = site;
    const isLock = kind === Access.Rmw && mode === Mode.Lock;
    const isRcu = kind === 'fence' && mode === Fence.RcuLock;
    if (!isLock && !isRcu) continue;
    const name = isLock ? `${thread} lock ${cell}` : `${thread} rcu`;
    if (found.has(name)) continue;
    const change: Change = isLock
      ? { what: 'lock', cell }
      : { what: 'without', fences: [Fence.RcuLock, Fence.RcuUnlock] };
    const weaker = [{ words: 'nothing', edit: edit(site, undefined, `without ${words}`, change) }];
    const isMinor = isLock || isBookkeepingStep(place.kernel?.frames ?? []);
    found.set(name, { words, kind: isLock ? 'lock' : 'rcu', isMinor, thread, place, weaker });
  }
  return [...found.values()];
}

// --- what could be ---------------------------------------------------------------------------------------------------

/** A barrier of its own could stand before another access of the same function. */
function movesOf(site: RaceSite, sites: readonly RaceSite[]): RaceEdit[] {
  const { kind, mode, thread, words, fences } = site;
  const fence = mode as Fence;
  if (kind !== 'fence' || ![Fence.Mb, Fence.Rmb, Fence.Wmb].includes(fence)) return [];
  return sites.flatMap((other) => {
    const isElsewhere = other.kind !== 'fence' && other.thread === thread && !other.isFenced && inOneCall(site, other);
    if (!isElsewhere || other.after === 'nothing') return [];
    const change = { what: 'move', fences, accesses: other.accesses, fence } as const;
    return [edit(other, 'move', `${words} moved before ${other.words}`, change)];
  });
}

/** Are two steps in the same function, in the same call that a program makes? */
const inOneCall = ({ place: a }: RaceSite, { place: b }: RaceSite): boolean =>
  a.function !== undefined && a.function === b.function && a.kernel?.callAt === b.kernel?.callAt;

function strengtheningsOf(site: RaceSite): RaceEdit[] {
  const { kind, mode, words, accesses, fences, after, isFenced, previous } = site;
  if (kind === 'fence') {
    if (mode !== Fence.Wmb && mode !== Fence.Rmb) return [];
    const change = { what: 'fence', fences, fence: Fence.Mb } as const;
    return [edit(site, 'mb-instead', `smp_mb() for ${words}`, change)];
  }
  const made: RaceEdit[] = [];
  if (after !== 'nothing') {
    const insert = (name: string, fence: Fence, cost: CostKind): void => {
      const where = name.includes('__after_') ? `after ${previous}` : `before ${words}`;
      made.push(edit(site, cost, `${name} ${where}`, { what: 'insert', accesses, fence }));
    };
    insert('smp_wmb()', Fence.Wmb, 'wmb');
    insert('smp_rmb()', Fence.Rmb, 'rmb');
    // What stands there can be one instead.
    if (!isFenced) insert('smp_mb()', Fence.Mb, 'mb');
    if (after === 'rmw') insert('smp_mb__after_atomic()', Fence.AfterAtomic, 'atomic-mb');
    if (after === 'lock') insert('smp_mb__after_spinlock()', Fence.AfterSpinlock, 'lock-mb');
  }
  const strengthen = (stronger: Mode, cost: CostKind): void => {
    const change = { what: 'mode', accesses, mode: stronger } as const;
    made.push(edit(site, cost, `${words}: ${SUFFIX[stronger]}`, change));
  };
  if (kind === Access.Read && mode === Mode.Once) strengthen(Mode.Acquire, 'acquire');
  if (kind === Access.Write && mode === Mode.Once) strengthen(Mode.Release, 'release');
  if (kind === Access.Rmw && mode === Mode.Once) {
    strengthen(Mode.Acquire, 'rmw-acquire');
    strengthen(Mode.Release, 'rmw-release');
  }
  if (kind === Access.Rmw && (mode === Mode.Once || mode === Mode.Acquire || mode === Mode.Release)) {
    strengthen(Mode.Full, 'rmw-full');
  }
  return made;
}
