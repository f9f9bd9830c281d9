import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { family, leaveInTlb } from './world.ts';

const STORED = 7;

/** A process forks while another thread of it stores through a translation from before, which its TLB still has. */
export const forkTlb = scenario({
  name: 'fork-tlb',
  title: 'fork against a stale TLB',
  why: 'A child that was started to check, or to save, the memory of its parent sees it change.',
  property: 'I9',
  variants: {
    store: { doc: 'the translation is in the TLB of the CPU that stores' },
  },
  layout: () => ({ tlb: true, pages: 6 }),
  setup(cpu, k) {
    const world = family(cpu, k);
    // The CPU that will store has the translation.
    leaveInTlb(cpu, k, world.parent, 0, 0);
    return world;
  },
  threads: ({ k, parent, child }) => ({
    parent: (cpu) => userStore(cpu, k, parent, 0, STORED),
    forker(cpu) {
      dupMmap(cpu, k, parent, child);
      return userLoad(cpu, k, child, 0);
    },
  }),
  happens: ({ results: { forker } }) => ({ 'stored before': forker === STORED, 'stored after': forker !== STORED }),
  judge({ world: { k, parent, child }, results: { forker: before }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    const after = step('child', 'loads', () => userLoad(cpu, k, child, 0));
    if (after !== before) return { property: 'I9', message: `the child loaded ${before}, and now ${after}` };
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, 0));
    if (loaded !== STORED) return { property: 'I18', message: `the parent stored ${STORED}, and loads ${loaded}` };
    return leak;
  },
});
