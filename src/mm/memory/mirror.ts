/**
 * The words of a device that mirrors an address space, and of the notifier that tells it of changes: struct
 * mmu_notifier_subscriptions of the mm; and of the driver its lock, its mmu_interval_notifier, and the page table of the
 * device, an entry for each address.
 */

export const NOTIFIER_LOCK = 0;
/** invalidate_seq: odd while entries are being invalidated. */
export const NOTIFIER_SEQ = 1;
/** invalidate_seq of an mm that was never invalidated; that of a new subscription is one less. */
export const FIRST_SEQ = 2;
/** active_invalidate_ranges. */
export const NOTIFIER_ACTIVE = 2;
export const NOTIFIER_FIELDS = ['lock', 'invalidate_seq', 'active'] as const;

export const MIRROR_LOCK = 0;
/** The sequence of the last invalidation that the driver was told of. */
export const MIRROR_SEQ = 1;
/** The first entry of the device's page table: a PTE, or 0. */
export const MIRROR_PTES = 2;
