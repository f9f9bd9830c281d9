import { collapsePin } from './collapse-pin.ts';
import { cowTlb } from './cow-tlb.ts';
import { dirtyCow } from './dirty-cow.ts';
import { exclusivePin } from './exclusive-pin.ts';
import { forkEdges } from './fork-edges.ts';
import { forkFault } from './fork-fault.ts';
import { forkPin } from './fork-pin.ts';
import { forkTlb } from './fork-tlb.ts';
import { forkUnmap } from './fork-unmap.ts';
import { freePin } from './free-pin.ts';
import { hugeDirtyCow } from './huge-dirty-cow.ts';
import { hugetlbUnshare } from './hugetlb-unshare.ts';
import { ksmFlush } from './ksm-flush.ts';
import { lazyfree } from './lazyfree.ts';
import { longtermZone } from './longterm-zone.ts';
import { mapcountPin } from './mapcount-pin.ts';
import { migratePin } from './migrate-pin.ts';
import { mirror } from './mirror.ts';
import { mremapRetract } from './mremap-retract.ts';
import { mremapTlb } from './mremap-tlb.ts';
import { pageMapped } from './page-mapped.ts';
import { pageReuse } from './page-reuse.ts';
import { pinFlag } from './pin-flag.ts';
import { pinForkStore } from './pin-fork-store.ts';
import { readPin } from './read-pin.ts';
import { reclaimDirty } from './reclaim-dirty.ts';
import { reclaimPin } from './reclaim-pin.ts';
import type { Scenario } from './scenario.ts';
import { softDirty } from './soft-dirty.ts';
import { splitPin } from './split-pin.ts';
import { truncate } from './truncate.ts';
import { uffdCow } from './uffd-cow.ts';
import { uffdMove } from './uffd-move.ts';
import { vmsplice } from './vmsplice.ts';
import { writebackDma } from './writeback-dma.ts';
import { zapClean } from './zap-clean.ts';

/** Every race that comes with Holdfast, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  forkPin,
  mapcountPin,
  freePin,
  pinForkStore,
  exclusivePin,
  dirtyCow,
  uffdCow,
  vmsplice,
  readPin,
  writebackDma,
  reclaimPin,
  reclaimDirty,
  splitPin,
  collapsePin,
  zapClean,
  uffdMove,
  lazyfree,
  mirror,
  migratePin,
  hugetlbUnshare,
  forkTlb,
  pinFlag,
  pageMapped,
  forkUnmap,
  forkFault,
  softDirty,
  cowTlb,
  forkEdges,
  pageReuse,
  ksmFlush,
  truncate,
  longtermZone,
  hugeDirtyCow,
  mremapTlb,
  mremapRetract,
];

/** A race by its name, in any case. */
export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name.toLowerCase() === name.toLowerCase());
