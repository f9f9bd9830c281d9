/**
 * What is known of a relation, or of a set, in every execution: found once, when the model is read. All of it errs on the
 * side of not knowing.
 */
export interface Facts {
  /** It is a matter of events, program order and dependencies: not of reads-from, coherence or values. */
  readonly isStatic: boolean;
  /** It gains no pair and loses none among the events that there are, when one is added that comes before no other. */
  readonly isStable: boolean;
  /** No pair leads from an event that comes before no other to one that there was before. */
  readonly isForward: boolean;
  /** Forward, and no such event is related to itself. */
  readonly isStrict: boolean;
  /** No pair leads to an event that comes before no other from one that there was before. */
  readonly isBackward: boolean;
  /** More of reads-from and coherence never takes a pair away. */
  readonly grows: boolean;
  /** Kinds of pairs ({@link Pair}), or of events, all of which are in it. */
  readonly must: number;
  /** Kinds of which some may be in it. */
  readonly may: number;
}

/** Kinds of pairs that a model is held against, a bit each: they overlap, and there are others. */
export enum Pair {
  PoLocRR = 1 << 0,
  PoLocRW = 1 << 1,
  PoLocWR = 1 << 2,
  PoLocWW = 1 << 3,
  /** In program order, to different locations. */
  PoRR = 1 << 4,
  PoRW = 1 << 5,
  PoWR = 1 << 6,
  PoWW = 1 << 7,
  /** In program order, with a fence at one end. */
  PoFence = 1 << 8,
  Rfe = 1 << 9,
  Rfi = 1 << 10,
  Coe = 1 << 11,
  Coi = 1 << 12,
  Fre = 1 << 13,
  Fri = 1 << 14,
  /** The same event twice: a read, a write, an initial write, a fence. */
  IdR = 1 << 15,
  IdW = 1 << 16,
  IdInit = 1 << 17,
  IdFence = 1 << 18,
  /** From an initial write. */
  InitR = 1 << 19,
  InitW = 1 << 20,
}

export const EVERY = (1 << 21) - 1;
export const PO_LOC = Pair.PoLocRR | Pair.PoLocRW | Pair.PoLocWR | Pair.PoLocWW;
export const PO_OTHER = Pair.PoRR | Pair.PoRW | Pair.PoWR | Pair.PoWW;
export const PO = PO_LOC | PO_OTHER | Pair.PoFence;
export const RF = Pair.Rfe | Pair.Rfi;
export const CO = Pair.Coe | Pair.Coi;
export const FR = Pair.Fre | Pair.Fri;
export const ID = Pair.IdR | Pair.IdW | Pair.IdInit | Pair.IdFence;
export const INIT_PAIRS = Pair.InitR | Pair.InitW;

/** Kinds of events, for sets. */
export enum Sort {
  R = 1,
  W = 2,
  Init = 4,
  Fence = 8,
}
export const EVERY_SORT = Sort.R | Sort.W | Sort.Init | Sort.Fence;

const ENDS: readonly (readonly [pair: Pair, from: number, to: number])[] = [
  [Pair.PoLocRR, Sort.R, Sort.R],
  [Pair.PoLocRW, Sort.R, Sort.W],
  [Pair.PoLocWR, Sort.W, Sort.R],
  [Pair.PoLocWW, Sort.W, Sort.W],
  [Pair.PoRR, Sort.R, Sort.R],
  [Pair.PoRW, Sort.R, Sort.W],
  [Pair.PoWR, Sort.W, Sort.R],
  [Pair.PoWW, Sort.W, Sort.W],
  [Pair.Rfe, Sort.W, Sort.R],
  [Pair.Rfi, Sort.W, Sort.R],
  [Pair.Coe, Sort.W, Sort.W],
  [Pair.Coi, Sort.W, Sort.W],
  [Pair.Fre, Sort.R, Sort.W],
  [Pair.Fri, Sort.R, Sort.W],
  [Pair.IdR, Sort.R, Sort.R],
  [Pair.IdW, Sort.W, Sort.W],
  [Pair.IdInit, Sort.Init, Sort.Init],
  [Pair.IdFence, Sort.Fence, Sort.Fence],
  [Pair.InitR, Sort.Init, Sort.R],
  [Pair.InitW, Sort.Init, Sort.W],
];

/** The kinds of pairs whose first member is of one of these sorts, or whose second is. */
export const fromSorts = (sorts: number): number => pairsWith((from) => (from & sorts) !== 0);
export const toSorts = (sorts: number): number => pairsWith((_, to) => (to & sorts) !== 0);

function pairsWith(holds: (from: number, to: number) => boolean): number {
  let pairs = 0;
  for (const [pair, from, to] of ENDS) if (holds(from, to)) pairs |= pair;
  return pairs;
}

/** `[S]`. */
export const identityOn = (sorts: number): number => pairsWith((from, to) => from === to && (from & sorts) !== 0) & ID;

/** The sorts of events that a relation has on the diagonal. */
export function sortsOf(pairs: number): number {
  let sorts = 0;
  if ((pairs & Pair.IdR) !== 0) sorts |= Sort.R;
  if ((pairs & Pair.IdW) !== 0) sorts |= Sort.W;
  if ((pairs & Pair.IdInit) !== 0) sorts |= Sort.Init;
  if ((pairs & Pair.IdFence) !== 0) sorts |= Sort.Fence;
  return sorts;
}

/** What a relation that has some of these kinds may have of others, because they overlap. */
export function overlapping(pairs: number): number {
  let all = pairs;
  if ((pairs & Pair.Rfi) !== 0) all |= Pair.PoLocWR;
  if ((pairs & Pair.PoLocWR) !== 0) all |= Pair.Rfi;
  if ((pairs & (Pair.Coi | Pair.PoLocWW)) !== 0) all |= Pair.Coi | Pair.PoLocWW;
  if ((pairs & (Pair.Fri | Pair.PoLocRW)) !== 0) all |= Pair.Fri | Pair.PoLocRW;
  return all;
}

/** Of the empty relation, and of the empty set. */
export const NOTHING: Facts = {
  isStatic: true,
  isStable: true,
  isForward: true,
  isStrict: true,
  isBackward: true,
  grows: true,
  must: 0,
  may: 0,
};

/** Where nothing is known. */
export const ANYTHING: Facts = {
  isStatic: false,
  isStable: false,
  isForward: false,
  isStrict: false,
  isBackward: false,
  grows: false,
  must: 0,
  may: EVERY,
};
