import type { Cpu } from '../cpu/cpu.ts';
import { userStore } from '../mm/fault/user.ts';
import { dupMmap } from '../mm/fork/fork.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { getUserPagesFast, pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { munmap } from '../mm/map/mmap.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { FIRST_DATA, family } from './world.ts';

const SECRET = 7;

/**
 * CVE-2020-29374: a child keeps a reference on a page that it shares with its parent, unmaps the page, and reads through
 * the reference what the parent stores later.
 */
export const vmsplice = scenario({
  name: 'vmsplice',
  title: 'a child that keeps reading (CVE-2020-29374)',
  why: 'A sandboxed child reads the secrets of the process that started it, which never agreed to share anything after the fork.',
  property: 'I9',
  variants: {
    get: { doc: 'the child uses get_user_pages_fast(), as vmsplice() does', take: getUserPagesFast },
    pin: { doc: 'the child uses pin_user_pages_fast()', take: pinUserPagesFast },
  },
  setup(cpu, k, { take }) {
    const world = family(cpu, k);
    dupMmap(cpu, k, world.parent, world.child);
    return { ...world, take };
  },
  threads: ({ k, parent, child, address, take }) => ({
    child: (cpu: Cpu) => {
      const { pins } = take(cpu, k, child, address, 1, 0);
      munmap(cpu, k, child, address, address + 1);
      return pins;
    },
    parent: (cpu: Cpu) => userStore(cpu, k, parent, address, SECRET),
  }),
  judge({ world: { k }, results, cpu, memory, step }) {
    const [got] = results.child;
    if (got === undefined) return { property: 'I21', message: 'the child could not take the page' };
    const leak = quiescent(k, memory, [got]);
    const seen = step('child', 'reads through its reference', () => deviceRead(cpu, got));
    if (seen !== FIRST_DATA)
      return { property: 'I9', message: `the child reads ${seen}, stored by the parent after the fork` };
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, got);
    return quiescent(k, memory, []);
  },
});
