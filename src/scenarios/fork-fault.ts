import { handleUserFault } from '../mm/fault/fault.ts';
import { userLoad, userStoreCached } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { FIRST_DATA, family, leaveInTlb } from './world.ts';

const STORED = 7;

/**
 * A process forks; one thread of it stores to a page through the translation that its TLB has from before, another to another word of
 * the page without one, so that it faults on the entry which fork has write-protected.
 */
export const forkFault = scenario({
  name: 'fork-fault',
  title: 'fork against page faults under per-VMA locks',
  why: 'What a thread stores while another forks is lost: compilers and language runtimes crashed.',
  property: 'I18',
  variants: {
    write: { doc: 'one thread stores through a stale translation, another faults to write' },
  },
  layout: () => ({ tlb: true, vmaLocks: true, pages: 8, tables: 6 }),
  setup(cpu, k) {
    const world = family(cpu, k);
    leaveInTlb(cpu, k, world.parent, 0, 0);
    return world;
  },
  threads: ({ k, parent, child }) => ({
    storer: (cpu) => userStoreCached(cpu, k, parent, 0, STORED),
    faulter: (cpu) => handleUserFault(cpu, k, parent, 0, true),
    forker: (cpu) => dupMmap(cpu, k, parent, child),
  }),
  happens: ({ results: { storer, forker } }) => ({ stored: storer, forked: forker === 0 }),
  judge({ world: { k, parent }, results: { storer }, cpu, memory, step }) {
    const leak = quiescent(k, memory, []);
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, 0));
    const right = storer ? STORED : FIRST_DATA;
    if (loaded === right) return leak;
    const where = storer ? ': the store went to the page of the child' : '';
    return { property: 'I18', message: `the parent stored ${right}, and loads ${loaded}${where}` };
  },
});
