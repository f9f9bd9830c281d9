import { knob } from '../knob.ts';

/** What the driver of a device with page tables of its own decides. */
export const DEVICE_KNOBS = {
  mirrorRetry: knob(
    'device',
    'how the driver of a device that mirrors page tables learns that they changed meanwhile',
    {
      unsupported: 'there is no mmu_interval_notifier',
      locked: 'mmu_interval_read_retry() with the lock held that its invalidation takes',
      unlocked: 'mmu_interval_read_retry() before it takes that lock',
      skip: 'not at all',
    },
  ).took('unsupported', ['locked', '99cb252f5e68']),
  mirrorWait: knob('device', 'what mmu_interval_read_begin() orders where it waits for an invalidation', {
    once: 'nothing: wait_event() with READ_ONCE()',
    acquire: 'all that comes after: an acquire',
  }).took('once'),
};
