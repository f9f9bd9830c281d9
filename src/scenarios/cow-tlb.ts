import { userLoad, userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { FIRST_DATA, family, leaveInTlb, must } from './world.ts';

const STORED = 7;
const THEIRS = 9;

/** A process stores to a page that it shares since a fork, and is given a copy; another thread of it reads through its TLB. */
export const cowTlb = scenario({
  name: 'cow-tlb',
  title: 'copying on write against a stale TLB',
  why: 'Two threads of one process read different pages at one address.',
  property: 'I18',
  variants: {
    read: { doc: 'the translation is in the TLB of the CPU that reads', child: false },
    child: {
      doc: 'as read, and before that CPU reads, the child stores there, to the page that is its alone by then',
      child: true,
    },
  },
  layout: () => ({ tlb: true, pages: 6 }),
  setup(cpu, k, { child: stores }) {
    const world = family(cpu, k);
    must(dupMmap(cpu, k, world.parent, world.child), 'fork');
    userLoad(cpu, k, world.parent, 0);
    leaveInTlb(cpu, k, world.parent, 0, 0);
    return { ...world, stores };
  },
  threads: ({ k, parent, child, stores }) => ({
    reader(cpu) {
      if (stores) userStore(cpu, k, child, 0, THEIRS);
      return userLoad(cpu, k, parent, 0);
    },
    storer: (cpu) => userStore(cpu, k, parent, 0, STORED),
  }),
  happens: ({ results: { reader, storer } }) => ({ 'read before': reader === FIRST_DATA, stored: storer === 0 }),
  judge({ world: { k, parent, child, stores }, results: { reader }, cpu, memory, step }) {
    if (reader === THEIRS) return { property: 'I9', message: `the parent loads ${reader}, which the child stored` };
    // A translation that is left over is one of the things that it finds.
    const leak = quiescent(k, memory, []);
    if (leak !== undefined) return leak;
    const loaded = step('parent', 'loads', () => userLoad(cpu, k, parent, 0));
    const theirs = step('child', 'loads', () => userLoad(cpu, k, child, 0));
    if (loaded === STORED && theirs === (stores ? THEIRS : FIRST_DATA)) return undefined;
    return { property: 'I9', message: `the parent stored ${STORED} and loads ${loaded}, the child loads ${theirs}` };
  },
});
