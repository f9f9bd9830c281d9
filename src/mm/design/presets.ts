import { type Design, type DesignError, designWith } from './design.ts';
import { changesBetween, designAt, type Machine, NEWEST } from './history.ts';
import type { Patch } from './patch.ts';
import { compareReleases, isRelease, type Release } from './release.ts';
import { backportsIn } from './stable.ts';

/** A design with a name. */
export interface Preset {
  readonly name: string;
  /** Where it is from. */
  readonly doc: string;
  /** Whose code it is, or is a change of. */
  readonly release: Release;
  readonly design: Design;
}

/** A preset, maybe with decisions taken otherwise, which are in its name then. */
export type NamedDesign = Pick<Preset, 'name' | 'design'> & {
  readonly release?: Release;
  /** Of a design of one's own: what it has besides decisions. */
  readonly patch?: Patch | undefined;
};

/** A preset that is a kernel. */
export interface Kernel extends Preset {
  /** The weakest machine that it runs on, unless said. */
  readonly machine?: Machine;
  /** No race ends otherwise than under the kernel before. */
  readonly quiet?: true;
}

/** The kernels: their decisions are those that the history of each knob says. */
const KERNELS: readonly Omit<Kernel, 'design'>[] = [
  { name: 'v4.4', release: 'v4.4', doc: 'Linux 4.4: FOLL_PIN does not exist, a forced write may retry as a read' },
  {
    name: 'v4.4-x86',
    release: 'v4.4',
    machine: 'x86',
    doc: 'Linux 4.4 on x86, with a gup.c of its own up to v4.12: a fast walk trusts interrupts alone, and re-checks nothing',
  },
  { name: 'v4.20', release: 'v4.20', doc: 'Linux 4.20: a forced write demands a dirty entry (19be0eaffa3a)' },
  { name: 'v5.7', release: 'v5.7', doc: 'Linux 5.7: a pin counts 1024 (3faa52c03f44)' },
  { name: 'v5.8', release: 'v5.8', doc: 'Linux 5.8: fork ignores pins, reading pins break COW (17839856fd58)' },
  {
    name: 'v5.9-rc',
    release: 'v5.9-rc7',
    doc: 'A 5.9 release candidate (70e806e4e645): fork protects, then looks',
  },
  { name: 'v5.9', release: 'v5.9', doc: 'Linux 5.9: fork looks, then protects; a write fault reuses at refcount 1' },
  { name: 'v5.11', release: 'v5.11', doc: 'Linux 5.11: the same within write_protect_seq (57efa1fe5957)' },
  { name: 'v5.14', release: 'v5.14', doc: 'Linux 5.14: MMF_HAS_PINNED, and a pin counts in two steps (c24d37322548)' },
  {
    name: 'v5.16',
    release: 'v5.16',
    doc: 'Linux 5.16: userfaultfd makes dirty entries that are read-only (9ae0f87d009c)',
  },
  {
    name: 'v5.18',
    release: 'v5.18',
    doc: 'Linux 5.18: a write fault takes pages out of the swap cache (53a05ad9f21d)',
  },
  { name: 'v5.19', release: 'v5.19', doc: 'Linux 5.19: PG_anon_exclusive (6c287605fd56)' },
  { name: 'v6.0', release: 'v6.0', doc: 'Linux 6.0: PMD re-check (70cbc3cc78a9), FOLL_COW is gone (5535be309971)' },
  {
    name: 'v6.1',
    release: 'v6.1',
    doc: 'Linux 6.1: barriers for clearing PG_anon_exclusive (088b8aa537c2), an interrupt before collapse (2ba99c5e0881)',
  },
  {
    name: 'v6.2',
    release: 'v6.2',
    doc: 'Linux 6.2: long-term reading pins of private file pages are reliable (84209e87c696), late map counts (5df397dec7c4)',
  },
  { name: 'v6.3', release: 'v6.3', quiet: true, doc: 'Linux 6.3: migration flushes TLBs in batches (7e12beb8ca2a)' },
  {
    name: 'v6.4',
    release: 'v6.4',
    doc: 'Linux 6.4: faults under the lock of a VMA (0bff0aaea03e), reclaim keeps what is found pinned after unmapping (d824ec2a1546)',
  },
  {
    name: 'v6.5',
    release: 'v6.5',
    doc: 'Linux 6.5: no long-term writing pins of dirty-tracked files (a6e79df92e4a)',
  },
  { name: 'v6.8', release: 'v6.8', doc: 'Linux 6.8: UFFDIO_MOVE (adef440691ba)' },
  {
    name: 'v6.9',
    release: 'v6.9',
    quiet: true,
    doc: 'Linux 6.9: fork copies entries of a large folio in batches (f8d937761d65), a write fault copies its shared pages (cd197c3a2040)',
  },
  { name: 'v6.12', release: 'v6.12', doc: 'Linux 6.12: the sequence count is read with an acquire (d0dd066a0fa2)' },
  {
    name: 'v6.18',
    release: 'v6.18',
    doc: 'Linux 6.18: UFFDIO_MOVE of several pages flushes once, at the end (50944692052b)',
  },
  {
    name: 'v6.19',
    release: 'v6.19',
    quiet: true,
    doc: 'Linux 6.19: a table is taken out of sharing with one interrupt at most (8ce720d5bd91)',
  },
];

const v4_20 = designAt('v4.20');
const v5_8 = designAt('v5.8');

const hasPinnedReview: Design = {
  ...designAt('v5.9-rc7'),
  forkCandidate: 'writable',
  forkReference: 'before-check',
};

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
 * The kernels, in their order. The machine is the weakest that each ran on: TLB flushes are broadcast and page tables are
 * freed by RCU (set tlbFlush and tableFree to `ipi` for the classic x86).
 */
export const KERNEL_PRESETS: readonly Kernel[] = KERNELS.map((kernel) => {
  return { ...kernel, design: designAt(kernel.release, kernel.machine) };
});

/**
 * The columns of the table unless all are asked for: the kernels, on the weakest machine, under which some race ends
 * otherwise than under the one before, and that which is asked about unless another is named.
 */
export const COLUMNS: readonly string[] = KERNEL_PRESETS.filter(
  ({ machine, quiet }) => machine === undefined && quiet === undefined,
).map(({ name }) => name);

/** The kernels, and the proposals of the posts. */
export const PRESETS: readonly Preset[] = [
  ...KERNEL_PRESETS,
  {
    name: 'has-pinned-review',
    release: 'v5.9-rc7',
    doc: 'The patch under review in "has_pinned ordering", September 2020: protects, reads flag, then count',
    design: hasPinnedReview,
  },
  {
    name: 'has-pinned-swap',
    release: 'v5.9-rc7',
    doc: 'The repair proposed in "has_pinned ordering", September 2020: reads count, then flag',
    design: { ...hasPinnedReview, forkReads: 'count-flag' },
  },
  {
    name: 'simplified-wp',
    release: 'v5.8',
    doc: 'The trial that "pin, then fork", September 2020, answers (09854ba94c6a): v5.8, but a write fault reuses at refcount 1',
    design: { ...v5_8, pinReadOnly: 'any', reuse: 'refcount' },
  },
  {
    name: 'early-copy-sketch',
    release: 'v5.8',
    doc: 'The sketch of "pin, then fork", 17 September 2020, with the simplified write fault it was written for',
    design: sketch2020,
  },
  {
    name: 'mapcount-first',
    release: 'v4.20',
    doc: 'The first proposal of "mapcount pin detection", January 2019: one walk, pins wait for write-back',
    design: { ...mapcount2019, pinDetect: 'first', pinWriteback: 'wait', zapMarker: 'none' },
  },
  {
    name: 'mapcount-second',
    release: 'v4.20',
    doc: 'The second proposal of "mapcount pin detection", January 2019: a page flag, markers, two walks',
    design: mapcount2019,
  },
  {
    name: 'mapcount-walk-read-walk',
    release: 'v4.20',
    doc: 'A repair of it: the map count is read between the walks',
    design: { ...mapcountRepair, pinDetect: 'walk-read-walk' },
  },
  {
    name: 'mapcount-read-walk-walk',
    release: 'v4.20',
    doc: 'A repair of it: the map count is read before the walks',
    design: { ...mapcountRepair, pinDetect: 'read-walk-walk' },
  },
  {
    name: 'mapcount-walk-walk-read',
    release: 'v4.20',
    doc: 'A repair of it: the map count is read after the walks',
    design: { ...mapcountRepair, pinDetect: 'walk-walk-read' },
  },
  {
    name: 'longterm-file-v7',
    release: 'v6.4',
    doc: 'The file check of "fast long-term pins of file pages", May 2023, as its thread finds it: folio->mapping is read before the re-check, and NULL is not told apart',
    design: { ...designAt('v6.4'), pinFile: 'before-recheck', pinNullMapping: 'accept' },
  },
];

export const presetNamed = (name: string): Preset | undefined =>
  PRESETS.find((preset) => preset.name === name) ?? kernelNamed(name);

/**
 * A kernel that has no column of its own, as people write it: `5.15`, `v6.6`, `6.12.117`. Its decisions are those that the
 * history of each knob says, with what is known to have been taken back to a stable kernel.
 * @returns undefined where the name is none of a release, or that is older or newer than what is known
 */
function kernelNamed(name: string): Kernel | undefined {
  const [, major, minor, stable] = /^v?([1-9]\d?)\.(\d\d?)(?:\.(\d{1,3}))?$/.exec(name) ?? [];
  if (major === undefined) return undefined;
  const release: Release = `v${Number(major)}.${Number(minor)}`;
  const column = KERNEL_PRESETS.filter(
    (kernel) => kernel.machine === undefined && compareReleases(kernel.release, release) <= 0,
  ).at(-1);
  if (column === undefined || !isRelease(release) || compareReleases(release, NEWEST) > 0) return undefined;
  const changed = changesBetween(column.release, release).length;
  const as = `as ${column.name} in all that is modelled${changed === 0 ? '' : ` but ${changed} decision${changed === 1 ? '' : 's'}`}`;
  if (stable === undefined) {
    return { name: release, release, doc: `Linux ${release.slice(1)}: ${as}`, design: designAt(release) };
  }
  const own = `${release}.${Number(stable)}`;
  const backports = backportsIn(release, Number(stable));
  const known =
    backports.length === 0
      ? `; what was taken back to ${own} is not known`
      : `${changed === 0 ? ' but' : ', and'} what is known to have been taken back by then: ${backports.join(', ')}`;
  const design = designAt(release, 'weakest', backports);
  return { name: own, release, doc: `Linux ${own.slice(1)}: ${as}${known}`, design };
}

/** The newest kernel with a column that is older than one; undefined where there is none, or it is no kernel. */
export function columnBefore(name: string): Kernel | undefined {
  const isProposal =
    PRESETS.some((known) => known.name === name) && !KERNEL_PRESETS.some((known) => known.name === name);
  const release = presetNamed(name)?.release;
  if (isProposal || release === undefined) return undefined;
  const columns = KERNEL_PRESETS.filter((kernel) => COLUMNS.includes(kernel.name));
  return columns.filter((kernel) => compareReleases(kernel.release, release) < 0).at(-1);
}

/** What a kernel without a column of its own is like; undefined of another design. */
export function resolvedAs(name: string): string | undefined {
  const preset = PRESETS.some((known) => known.name === name) ? undefined : presetNamed(name);
  return preset === undefined ? undefined : preset.doc;
}

/** The design of a preset. @throws RangeError where there is none of that name */
export function designOf(name: string): Design {
  const preset = presetNamed(name);
  if (preset === undefined) throw new RangeError(`no preset is called ${name}`);
  return preset.design;
}

/** The release whose code the design of a name is, or is a change of; of a name that is none of a preset the newest. */
export const releaseOf = (name: string): Release => presetNamed(name.split(' ')[0]!)?.release ?? NEWEST;

/** The name of a design that differs from a preset: `v6.12 shareMb=mb`. */
export const designName = (preset: string, decisions: Readonly<Record<string, string>>): string =>
  [preset, ...Object.entries(decisions).map(([knob, value]) => `${knob}=${value}`)].join(' ');

/** A preset with decisions taken otherwise, or the first thing wrong with them; undefined where there is no such preset. */
export function presetWith(
  name: string,
  decisions: Readonly<Record<string, string>>,
): NamedDesign | DesignError | undefined {
  const preset = presetNamed(name);
  if (preset === undefined) return undefined;
  const design = designWith(preset.design, decisions);
  if ('kind' in design) return design;
  return { name: designName(preset.name, decisions), design, release: preset.release };
}
