import { type Design, type DesignError, designWith } from './design.ts';

/** The preset that is asked about unless another is named. */
export const DEFAULT_PRESET = 'v6.12';

/** A design with a name. */
export interface Preset {
  readonly name: string;
  /** Where it is from. */
  readonly doc: string;
  readonly design: Design;
}

const v4_4: Design = {
  forkPinned: 'share',
  forkOrder: 'check-first',
  forkBarrier: 'none',
  forkReads: 'flag-count',
  forkReference: 'after-check',
  forkCandidate: 'cow',
  forkSeqcount: 'none',
  forkSeqEnd: 'wmb',
  forkAllocation: 'preallocated',
  forkNewPage: 'mapped',
  pageTableLock: 'acquire',
  pinCount: 'get',
  pinFlag: 'none',
  pinSeqcount: 'none',
  pteRecheck: 'check',
  pmdRecheck: 'skip',
  headRecheck: 'skip',
  pinReadOnly: 'any',
  pinFile: 'allow',
  pinNullMapping: 'refuse',
  followForce: 'drop-write',
  tryGet: 'full',
  put: 'full',
  tlbFlush: 'broadcast',
  tableFree: 'rcu',
  zapMapcount: 'before-flush',
  zapDirty: 'forced-flush',
  splitBarrier: 'wmb',
  collapseSync: 'flush',
  flushBarrier: 'mb',
  anonExclusive: 'none',
  shareMb: 'none',
  shareWmb: 'none',
  ksmObserver: 'exact',
  unmapFlush: 'batched',
  reuse: 'mapcount',
  uffdDirty: 'unsupported',
  reclaimPinned: 'ignore',
  reclaimOrder: 'freeze-dirty',
  pinDetect: 'none',
  pinMapcount: 'relaxed',
  pinWriteback: 'ignore',
  zapMarker: 'none',
  stablePages: 'wait',
};

const v4_20: Design = { ...v4_4, followForce: 'cow-dirty' };

const v5_8: Design = { ...v4_20, pinCount: 'full', pinReadOnly: 'writable' };

const v5_9: Design = {
  ...v5_8,
  forkPinned: 'copy',
  forkOrder: 'check-first',
  forkReads: 'flag-count',
  pinFlag: 'write',
  pinReadOnly: 'any',
  reuse: 'refcount',
};

const v5_9_rc: Design = { ...v5_9, forkOrder: 'protect-first', forkCandidate: 'writable' };

const v5_11: Design = { ...v5_9, forkSeqcount: 'wmb', pinSeqcount: 'acquire', reclaimPinned: 'before-swap' };

const v5_14: Design = {
  ...v5_11,
  pinFlag: 'test-set',
  pinCount: 'two-step',
  headRecheck: 'check',
  uffdDirty: 'writable',
};

const v5_19: Design = {
  ...v5_14,
  anonExclusive: 'tracked',
  forkCandidate: 'exclusive',
  forkReference: 'before-check',
  pinReadOnly: 'exclusive',
  ksmObserver: 'exact-then-maybe',
  uffdDirty: 'always',
  unmapFlush: 'batched-unless-exclusive',
  reuse: 'exclusive',
};

const v6_1: Design = {
  ...v5_19,
  pinCount: 'two-step-mb',
  pinReadOnly: 'exclusive-rmb',
  pmdRecheck: 'check',
  collapseSync: 'ipi',
  followForce: 'exclusive',
  shareMb: 'mb',
  shareWmb: 'wmb',
  unmapFlush: 'batched',
};

const v6_4: Design = {
  ...v6_1,
  pinReadOnly: 'exclusive-rmb-file',
  zapMapcount: 'after-flush',
  reclaimPinned: 'after-unmap',
};

const v6_5: Design = { ...v6_4, pinFile: 'after-recheck' };

const hasPinnedReview: Design = { ...v5_9_rc, forkReference: 'before-check' };

const sketch2020: Design = {
  ...v5_8,
  forkPinned: 'copy',
  forkReads: 'count',
  forkReference: 'before-check-kept',
  forkCandidate: 'writable',
  forkAllocation: 'under-lock',
  forkNewPage: 'bare',
  reuse: 'refcount',
};

const mapcount2019: Design = {
  ...v4_20,
  pinDetect: 'second',
  pinWriteback: 'back-off',
  zapMarker: 'writable',
};

/** The repairs of the second proposal leave a marker for every entry that is zapped: a walk write-protects, too. */
const mapcountRepair: Design = { ...mapcount2019, zapMarker: 'present' };

/**
 * The kernels that mattered, and the proposals of the posts. The machine is the weakest that each kernel ran on: TLB
 * flushes are broadcast and page tables are freed by RCU (set tlbFlush and tableFree to `ipi` for the classic x86).
 */
export const PRESETS: readonly Preset[] = [
  { name: 'v4.4', doc: 'Linux 4.4: FOLL_PIN does not exist, a forced write may retry as a read', design: v4_4 },
  { name: 'v4.20', doc: 'Linux 4.20: a forced write demands a dirty entry', design: v4_20 },
  { name: 'v5.8', doc: 'Linux 5.8: pins count 1024, fork ignores them, reading pins break COW', design: v5_8 },
  { name: 'v5.9-rc', doc: 'A 5.9 release candidate (70e806e4e645): fork protects, then looks', design: v5_9_rc },
  { name: 'v5.9', doc: 'Linux 5.9: fork looks, then protects; a write fault reuses at refcount 1', design: v5_9 },
  { name: 'v5.11', doc: 'Linux 5.11: the same within write_protect_seq (57efa1fe5957)', design: v5_11 },
  { name: 'v5.14', doc: 'Linux 5.14: MMF_HAS_PINNED, and a pin counts in two steps', design: v5_14 },
  { name: 'v5.19', doc: 'Linux 5.19: PG_anon_exclusive (6c287605fd56)', design: v5_19 },
  { name: 'v6.1', doc: 'Linux 6.1: barriers for clearing PG_anon_exclusive (088b8aa5), PMD re-check', design: v6_1 },
  { name: 'v6.5', doc: 'Linux 6.5: no long-term writing pins of dirty-tracked files (a6e79df92e4a)', design: v6_5 },
  { name: 'v6.12', doc: 'Linux 6.12: as 6.5 in every decision modelled here', design: v6_5 },
  {
    name: 'has-pinned-review',
    doc: 'The patch under review in "has_pinned ordering", September 2020: protects, reads flag, then count',
    design: hasPinnedReview,
  },
  {
    name: 'has-pinned-swap',
    doc: 'The repair proposed in "has_pinned ordering", September 2020: reads count, then flag',
    design: { ...hasPinnedReview, forkReads: 'count-flag' },
  },
  {
    name: 'simplified-wp',
    doc: 'The trial that "pin, then fork", September 2020, answers (09854ba94c6a): v5.8, but a write fault reuses at refcount 1',
    design: { ...v5_8, pinReadOnly: 'any', reuse: 'refcount' },
  },
  {
    name: 'early-copy-sketch',
    doc: 'The sketch of "pin, then fork", 17 September 2020, with the simplified write fault it was written for',
    design: sketch2020,
  },
  {
    name: 'mapcount-first',
    doc: 'The first proposal of "mapcount pin detection", January 2019: one walk, pins wait for write-back',
    design: { ...mapcount2019, pinDetect: 'first', pinWriteback: 'wait', zapMarker: 'none' },
  },
  {
    name: 'mapcount-second',
    doc: 'The second proposal of "mapcount pin detection", January 2019: a page flag, markers, two walks',
    design: mapcount2019,
  },
  {
    name: 'mapcount-walk-read-walk',
    doc: 'A repair of it: the map count is read between the walks',
    design: { ...mapcountRepair, pinDetect: 'walk-read-walk' },
  },
  {
    name: 'mapcount-read-walk-walk',
    doc: 'A repair of it: the map count is read before the walks',
    design: { ...mapcountRepair, pinDetect: 'read-walk-walk' },
  },
  {
    name: 'mapcount-walk-walk-read',
    doc: 'A repair of it: the map count is read after the walks',
    design: { ...mapcountRepair, pinDetect: 'walk-walk-read' },
  },
  {
    name: 'longterm-file-v7',
    doc: 'The file check of "fast long-term pins of file pages", May 2023, as its thread finds it: folio->mapping is read before the re-check, and NULL is not told apart',
    design: { ...v6_4, pinFile: 'before-recheck', pinNullMapping: 'accept' },
  },
];

export const presetNamed = (name: string): Preset | undefined => PRESETS.find((preset) => preset.name === name);

/** The design of a preset. @throws RangeError where there is none of that name */
export function designOf(name: string): Design {
  const preset = presetNamed(name);
  if (preset === undefined) throw new RangeError(`no preset is called ${name}`);
  return preset.design;
}

/** The name of a design that differs from a preset: `v6.12 shareMb=mb`. */
export const designName = (preset: string, decisions: Readonly<Record<string, string>>): string =>
  [preset, ...Object.entries(decisions).map(([knob, value]) => `${knob}=${value}`)].join(' ');

/** A preset with decisions taken otherwise, or the first thing wrong with them; undefined where there is no such preset. */
export function presetWith(
  name: string,
  decisions: Readonly<Record<string, string>>,
): { readonly name: string; readonly design: Design } | DesignError | undefined {
  const preset = presetNamed(name);
  if (preset === undefined) return undefined;
  const design = designWith(preset.design, decisions);
  return 'kind' in design ? design : { name: designName(name, decisions), design };
}
