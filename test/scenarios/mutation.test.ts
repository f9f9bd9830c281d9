import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkCell } from '../../src/fronts/races/check-cell.ts';
import { type Design, designWith, isKnob, KNOBS, knobValues } from '../../src/mm/design/design.ts';
import { designOf } from '../../src/mm/design/presets.ts';
import { LADDER } from '../../src/models/registry.ts';
import { cellWord } from '../../src/report/cell-table.ts';
import { SCENARIOS } from '../../src/scenarios/catalog.ts';

const decisions = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(' ')
      .filter(Boolean)
      .map((each) => each.split('=') as [string, string]),
  );

function design(text: string): Design {
  const [preset = '', ...rest] = text.split(' ');
  const made = designWith(designOf(preset), decisions(rest.join(' ')));
  if ('kind' in made) throw new Error(`no such design: ${text}`);
  return made;
}

function word(row: string, of: Design): string {
  const [name, variant = ''] = row.split(' ');
  const scenario = SCENARIOS.find((each) => each.name === name)!;
  return cellWord(checkCell(scenario, variant, { name: 'it', design: of }, { models: LADDER }));
}

/**
 * A design under which a race holds, one decision taken otherwise, and what breaks the race then. Each is a barrier, a
 * check or an order of the memory manager that somebody relies on.
 */
const BREAKS: readonly [holds: string, otherwise: string, row: string, breaks: 'SC' | 'TSO' | 'LKMM'][] = [
  ['v6.12', 'forkPinned=share', 'T0 later', 'SC'],
  ['has-pinned-review forkBarrier=mb', 'forkOrder=check-first', 'T0 first', 'SC'],
  ['has-pinned-review forkBarrier=mb', 'forkBarrier=none', 'T0 first', 'LKMM'],
  ['v6.12 forkReads=count-rmb-flag', 'forkReads=count-flag', 'T0 first', 'LKMM'],
  ['v6.12 forkReads=count-rmb-flag', 'forkReads=flag-count', 'T0 first', 'LKMM'],
  ['v6.12 forkReads=count-rmb-flag', 'forkReads=flag-rmb-count', 'T0 first', 'LKMM'],
  ['v6.12', 'forkReference=after-check', 'T0 later', 'LKMM'],
  ['v6.12', 'forkReference=before-check-kept', 'T3 wait', 'SC'],
  ['v6.12', 'forkCandidate=writable', 'T0 later', 'SC'],
  ['v6.12', 'forkCandidate=cow', 'T0 later', 'SC'],
  ['v6.12', 'forkSeqcount=none', 'T0 later', 'SC'],
  ['v6.12', 'forkSeqcount=bare', 'T0 later', 'LKMM'],
  ['v6.12 forkSeqcount=mb', 'forkSeqcount=wmb', 'T0 first', 'LKMM'],
  ['v6.12', 'forkSeqEnd=none', 'T0 later', 'LKMM'],
  ['v6.12', 'forkNewPage=bare', 'T3 wait', 'SC'],
  ['v6.12 pageTableLock=full', 'pageTableLock=acquire', 'T0 first', 'LKMM'],
  ['v6.12', 'pinCount=get', 'T3 wait', 'SC'],
  ['v6.12', 'pinCount=full', 'split tail', 'SC'],
  ['v6.12', 'pinCount=acquire', 'T4 swap-rw', 'LKMM'],
  ['v6.12', 'pinCount=relaxed', 'T2 zap', 'LKMM'],
  ['v6.12', 'pinCount=two-step', 'T0 later', 'LKMM'],
  ['v6.12', 'pinFlag=none', 'T3 wait', 'SC'],
  ['v6.12', 'pinSeqcount=none', 'T0 later', 'SC'],
  ['v6.12 pinCount=relaxed', 'pinSeqcount=once', 'T0 later', 'LKMM'],
  ['v6.12', 'pteRecheck=skip', 'T2 zap', 'SC'],
  ['v6.12 collapseSync=flush', 'pmdRecheck=skip', 'khugepaged first', 'SC'],
  ['v6.12 pmdRecheck=skip', 'collapseSync=flush', 'khugepaged first', 'SC'],
  ['v6.12', 'headRecheck=skip', 'split tail', 'SC'],
  ['v5.14', 'headRecheck=skip', 'split tail', 'SC'],
  ['v6.12', 'pinReadOnly=any', 'T4 ksm-ro', 'SC'],
  ['v6.12', 'pinReadOnly=writable', 'T4 ksm-ro', 'SC'],
  ['v6.12', 'pinReadOnly=exclusive', 'T4 ksm-ro', 'LKMM'],
  ['v6.12', 'pinReadOnly=exclusive-rmb', 'read-pin file', 'SC'],
  ['v6.12', 'pinFile=allow', 'writeback-dma longterm', 'SC'],
  ['v6.12', 'pinNullMapping=accept', 'T2 truncate', 'SC'],
  ['v6.12', 'pinNullMapping=reread', 'T2 truncate', 'SC'],
  ['v6.12', 'followForce=drop-write', 'dirty-cow untouched', 'SC'],
  ['v6.12', 'followForce=cow-dirty', 'uffd-cow shmem', 'SC'],
  ['v6.12 pinCount=two-step', 'tryGet=relaxed', 'T2 zap', 'LKMM'],
  ['v6.12 rmapDrop=relaxed flushBarrier=none', 'put=relaxed', 'T2 zap', 'LKMM'],
  ['v6.12 rmapDrop=relaxed put=relaxed', 'flushBarrier=none', 'T2 zap', 'LKMM'],
  ['v6.12 put=relaxed flushBarrier=none', 'rmapDrop=relaxed', 'T2 zap', 'LKMM'],
  ['v5.19 tlbFlush=ipi tableFree=ipi', 'tlbFlush=broadcast', 'T4 swap-rw', 'LKMM'],
  ['v6.12', 'inodeFree=at-once', 'T2 inode', 'SC'],
  ['v6.12', 'tableFree=barrier', 'T2 table', 'SC'],
  ['v6.12', 'zapMapcount=before-flush', 'zap-clean store', 'SC'],
  ['v6.12', 'zapDirty=late', 'zap-clean store', 'SC'],
  ['v6.12', 'anonExclusive=none', 'T3 wait', 'SC'],
  ['v6.12', 'shareMb=none', 'T4 swap-rw', 'LKMM'],
  ['v6.12', 'shareMb=none', 'T4 large-rw', 'LKMM'],
  ['v6.12', 'pinCount=two-step', 'T4 large-ro', 'LKMM'],
  ['v6.12', 'shareWmb=none', 'T4 ksm-ro', 'LKMM'],
  ['v5.19', 'ksmObserver=maybe-pinned', 'T4 ksm-rw', 'LKMM'],
  ['v6.12 shareMb=none unmapFlush=now', 'unmapFlush=batched', 'T4 swap-rw', 'LKMM'],
  ['v6.12 shareMb=none migrateFlush=now', 'migrateFlush=batched', 'T4 migrate-rw', 'LKMM'],
  ['v6.12', 'reuse=mapcount', 'vmsplice get', 'SC'],
  ['v5.19', 'reuse=refcount', 'T3 protected', 'SC'],
  ['v5.19', 'reuse=refcount-swapcache', 'T3 protected', 'SC'],
  ['v5.14', 'splitLock=none', 'vmsplice split', 'SC'],
  ['v5.14', 'reuseHuge=refcount', 'read-pin protected-huge', 'SC'],
  ['v5.14', 'uffdDirty=always', 'uffd-cow shmem', 'SC'],
  ['v6.12', 'uffdMove=batched', 'uffd-move first', 'LKMM'],
  ['v6.12 uffdMove=batched-mb', 'uffdMove=batched', 'uffd-move second', 'LKMM'],
  ['v6.12', 'flushBarrier=none', 'uffd-move one', 'LKMM'],
  ['v6.12', 'pinCount=two-step', 'uffd-move one', 'LKMM'],
  ['v5.11', 'reclaimPinned=ignore', 'reclaim pinned', 'SC'],
  ['v5.14', 'reclaimOrder=dirty-freeze', 'reclaim-dirty unlocked', 'SC'],
  ['v6.12', 'lazyfree=clean', 'lazyfree pin', 'SC'],
  ['v6.12', 'lazyfree=counts-clean-no-mb', 'lazyfree pin', 'LKMM'],
  ['v6.12', 'lazyfree=counts-clean-no-rmb', 'lazyfree unpin', 'LKMM'],
  ['v6.12', 'pteRecheck=skip', 'lazyfree pin', 'SC'],
  ['v6.12 mirrorWait=acquire', 'mirrorWait=once', 'mirror zap', 'LKMM'],
  ['v6.12 mirrorWait=acquire', 'mirrorRetry=unlocked', 'mirror migrate', 'SC'],
  ['v6.12', 'mirrorRetry=skip', 'mirror fork', 'SC'],
  ['v6.12 unshareSync=ipi', 'unshareSync=none', 'hugetlb reuse', 'SC'],
  ['v6.12', 'forkFlush=none', 'fork-tlb store', 'SC'],
  ['v6.12', 'pteRecheck=skip', 'migrate anon', 'SC'],
  ['v6.12', 'pinCount=relaxed', 'migrate file', 'LKMM'],
  ['v5.14 rmapDrop=relaxed flushBarrier=none', 'put=relaxed', 'migrate anon', 'LKMM'],
  ['v6.12', 'reuse=mapcount', 'vmsplice swap', 'SC'],
  ['v6.12', 'forkVmaLock=none', 'fork-fault write', 'SC'],
  ['v5.19 forkVmaLock=none', 'faultLock=vma', 'fork-fault write', 'SC'],
  ['v5.11', 'clearRefs=all', 'soft-dirty pinned', 'SC'],
  ['v6.12', 'gatherPut=before-flush', 'page-reuse tlb', 'SC'],
  ['v6.12', 'pteRecheck=skip', 'page-reuse walk', 'SC'],
  ['v6.12', 'forkReference=before-check-kept', 'fork-edges nomem', 'SC'],
  ['v4.20 ksmFlush=pending-rmb', 'ksmFlush=trust', 'ksm-flush pending', 'SC'],
  ['v4.20 ksmFlush=pending-rmb', 'ksmFlush=pending', 'ksm-flush pending', 'LKMM'],
  ['v6.12', 'pinMovable=insist-listed', 'longterm-zone isolated', 'SC'],
  ['v6.12', 'pinMovable=try', 'longterm-zone isolated', 'SC'],
  ['v4.20', 'touchPmd=dirty', 'huge-dirty-cow read', 'SC'],
  ['v6.12', 'mremapFlush=end', 'mremap-tlb truncate', 'SC'],
  ['v6.12', 'mremapTable=trust', 'mremap-retract table', 'SC'],
  ['v6.5', 'retractLock=rmap', 'mremap-retract table', 'SC'],
  ['has-pinned-swap forkReads=count-rmb-flag', 'forkReads=count-flag', 'pin-flag small', 'LKMM'],
  ['has-pinned-swap forkReads=count-rmb-flag', 'pinCount=relaxed', 'pin-flag large', 'LKMM'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinDetect=first', 'T1 pinned', 'SC'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinDetect=second', 'T1 pinned', 'SC'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinDetect=read-walk-walk', 'T1 slow', 'SC'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinDetect=walk-walk-read', 'T1 pinned', 'SC'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinMapcount=relaxed', 'T1 fast', 'LKMM'],
  ['mapcount-walk-read-walk pinMapcount=mb', 'pinMapcount=relaxed', 'page-mapped io', 'LKMM'],
  ['mapcount-walk-read-walk', 'zapMarker=writable', 'T1 pinned', 'SC'],
  ['mapcount-walk-read-walk', 'zapMarker=none', 'T1 pinned', 'SC'],
];

describe('without it, a race breaks', () => {
  it.each(BREAKS)('%s, %s: %s is broken under %s', (base, otherwise, row, breaks) => {
    const strong = design(base);
    expect(word(row, strong)).toBe('holds');
    expect(word(row, { ...strong, ...decisions(otherwise) })).toBe(breaks);
  });
});

/** Decisions that no race needs: docs/races.md says of each why. */
const HARMLESS = [
  'forkReads=count',
  'forkExclusive=before-pins',
  'forkBatch=one',
  'forkAllocation=under-lock',
  'pinFlag=write',
  'pinSeqcount=rmb',
  'pinFile=before-recheck',
  'tryGet=acquire',
  'tableFree=ipi',
  'splitBarrier=none',
  'ksmObserver=exact',
  'unmapFlush=batched-unless-exclusive',
  'reuseLarge=as-small',
  'pteMappedThp=no',
  'mprotectWrite=fault',
  'uffdDirty=unsupported',
  'uffdMove=unsupported',
  'lazyfree=unsupported',
  'mirrorRetry=unsupported',
  'retractLock=unsupported',
  'reclaimPinned=before-swap',
  'pinDetect=none',
  'pinWriteback=ignore',
  'pinWriteback=wait',
  'pinWriteback=back-off',
  'stablePages=change',
];

describe('every value of every knob', () => {
  const races = readFileSync('docs/races.md', 'utf8');
  const needed = new Set(BREAKS.map(([, otherwise]) => otherwise));
  const relied = (knob: keyof Design, value: string): boolean =>
    BREAKS.some(([base, otherwise]) => otherwise.startsWith(`${knob}=`) && design(base)[knob] === value);

  const isAccounted = (knob: keyof Design, value: string): boolean => {
    const setting = `${knob}=${value}`;
    return needed.has(setting) || HARMLESS.includes(setting) || relied(knob, value);
  };

  it.each(Object.keys(KNOBS).filter(isKnob))(
    '%s: all values but one break a race, are relied on, or are harmless',
    (knob) => {
      const rest = knobValues(knob).filter((value) => !isAccounted(knob, value));
      expect(rest.length).toBeLessThanOrEqual(1);
    },
  );

  it.each(HARMLESS)('docs/races.md says why %s is harmless', (setting) => {
    expect(races).toContain(`\`${setting}\``);
  });

  it('what is said to be harmless does not break a race', () => {
    for (const setting of HARMLESS) expect(needed.has(setting)).toBe(false);
  });
});
