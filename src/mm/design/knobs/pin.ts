import { knob } from '../knob.ts';

/** What a pin decides, fast or slow. */
export const PIN_KNOBS = {
  pinCount: knob('pin', 'how a pin counts on a small page', {
    get: 'as any reference: +1, ordered as tryGet says',
    full: '+1024 in one fully ordered conditional RMW',
    acquire: '+1024 in one conditional RMW with acquire ordering',
    relaxed: '+1024 in one relaxed conditional RMW',
    'two-step': '+1, ordered as tryGet says, then a relaxed +1023',
    'two-step-mb': 'as two-step, then smp_mb__after_atomic()',
  }).took('get', ['full', '3faa52c03f44'], ['two-step', 'c24d37322548'], ['two-step-mb', '088b8aa537c2']),
  pinFlag: knob('pin', 'how a pinner records in its mm that it pins', {
    none: 'it does not',
    write: 'stores has_pinned = 1 every time',
    'test-set': 'tests MMF_HAS_PINNED and sets it where it is clear',
  }).took('none', ['write', '008cfe4418b3'], ['test-set', 'a458b76a4171']),
  pinSeqcount: knob('pin', 'how a fast pin first reads write_protect_seq', {
    none: 'it does not, and does not read it again',
    acquire: 'smp_load_acquire()',
    rmb: 'READ_ONCE(), then smp_rmb()',
    once: 'READ_ONCE(), without a barrier',
  }).took('none', ['rmb', '57efa1fe5957'], ['acquire', 'd0dd066a0fa2']),
  pteRecheck: knob('pin', 'whether a fast walk reads the PTE again after taking its reference', {
    check: 'it does, and backs off where the entry changed',
    skip: 'it does not',
  }).tookButOnX86('check', 'skip', ['check', 'e585513b76f7']),
  pmdRecheck: knob('pin', 'whether a fast walk reads the PMD again as well', {
    check: 'it does, before the PTE',
    skip: 'it does not',
  }).took('skip', ['check', '70cbc3cc78a9']),
  headRecheck: knob('pin', 'whether a reference re-checks that the page still belongs to the folio', {
    check: 'it does, and tries again where the page was split off',
    'back-off': 'it does, and gives up where the page was split off, so a fast walk leaves it to the slow path',
    skip: 'it does not',
  }).took('skip', ['back-off', 'c24d37322548'], ['check', 'ece1ed7bfa12']),
  pinReadOnly: knob('pin', 'what a pin for reading demands of the mapping', {
    any: 'takes whatever is mapped',
    writable: 'demands a writable entry, and breaks COW otherwise',
    exclusive: 'an anonymous page must be exclusive, or it is unshared',
    'exclusive-rmb': 'as exclusive, with smp_rmb() before the flag is read',
    'exclusive-rmb-file': 'as exclusive-rmb, and a long-term pin unshares file pages of COW mappings too',
  }).took(
    'any',
    ['writable', '17839856fd58'],
    ['any', 'a308c71bf1e6'],
    ['exclusive', 'a7f226604170'],
    ['exclusive-rmb', '088b8aa537c2'],
    ['exclusive-rmb-file', '84209e87c696'],
  ),
  pinFile: knob('pin', 'what a fast long-term pin for writing does with pages of files', {
    allow: 'takes them',
    'after-recheck': 'reads folio->mapping after the PTE re-check, and refuses files with dirty tracking',
    'before-recheck': 'reads folio->mapping before the PTE re-check',
  }).took('allow', ['after-recheck', 'a6e79df92e4a']),
  pinNullMapping: knob('pin', 'what that file check does where folio->mapping is NULL', {
    refuse: 'leaves it to the slow path',
    accept: 'takes the page',
    reread: 'leaves it to the slow path, and reads folio->mapping again to follow it',
  }).took('refuse'),
  pinMovable: knob('pin', 'what a long-term pin does with pages of memory that must stay movable', {
    allow: 'takes them',
    try: 'moves them elsewhere where it can, and takes them where it cannot',
    insist:
      'moves them elsewhere, tries again where somebody else has them off their list, and fails where they cannot be moved',
    'insist-listed': 'as insist, but takes them where all of them are off their lists',
  }).took(
    'allow',
    ['try', 'df3a0a21b698'],
    ['insist', 'd1e153fea2a8'],
    ['insist-listed', '1aaf8c122918'],
    ['insist', '517f496e1e61'],
  ),
  followForce: knob('pin', 'when a forced write may follow an entry that is not writable', {
    'drop-write': 'after a fault broke COW it retries as a read',
    'cow-dirty': 'after a fault broke COW, where the entry is dirty',
    exclusive: 'where the page is anonymous and exclusive',
  }).took('drop-write', ['cow-dirty', '19be0eaffa3a'], ['exclusive', '5535be309971']),
};
