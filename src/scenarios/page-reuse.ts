import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore, userStoreCached } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_WRITE } from '../mm/gup/gup.ts';
import { pinUserPagesFastOnly } from '../mm/gup/pin.ts';
import { madviseDontneed } from '../mm/map/madvise.ts';
import { mmapRegion } from '../mm/map/mmap.ts';
import { generationOf, PAGE_REFCOUNT } from '../mm/memory/page.ts';
import { pteAlloc } from '../mm/memory/page-table.ts';
import { quiescent } from './judging.ts';
import { scenario } from './scenario.ts';
import { ANON_RW, leaveInTlb, mapAndTouch, must, pageAt } from './world.ts';

const STORED = 7;
const SECRET = 9;

/** A page is freed on one CPU and given out on another, while a third still knows it: by its TLB, or in the middle of a fast walk. */
export const pageReuse = scenario({
  name: 'page-reuse',
  title: 'freeing a page for another CPU',
  why: 'What a process writes ends up in the memory of another.',
  property: 'I18',
  variants: {
    tlb: { doc: 'the third CPU stores through a stale translation', walks: false },
    walk: { doc: 'the third CPU pins the page without a lock', walks: true },
  },
  layout: ({ walks }) => ({ pages: 1, pcp: 0, freesToZone: true, tlb: !walks, anonVmas: 2 }),
  setup(cpu, k, { walks }) {
    const mm = k.layout.mm(0);
    const other = k.layout.mm(1);
    mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
    must(mmapRegion(cpu, k, other, { start: 0, end: 1, flags: ANON_RW }), 'mmap');
    pteAlloc(cpu, k, other, 0);
    if (!walks) leaveInTlb(cpu, k, mm, 0, 0);
    const page = pageAt(cpu, k, mm, 0);
    return { k, mm, other, walks, generation: generationOf(cpu.readOnce(page + PAGE_REFCOUNT)) };
  },
  threads: ({ k, mm, other, walks }) => ({
    process(cpu: Cpu) {
      if (walks) return { stored: false, pins: pinUserPagesFastOnly(cpu, k, mm, 0, 1, FOLL_WRITE) };
      return { stored: userStoreCached(cpu, k, mm, 0, STORED), pins: [] };
    },
    zapper: (cpu) => madviseDontneed(cpu, k, mm, 0, 1),
    // Where there is no memory yet, the fault fails.
    other: (cpu) => userStore(cpu, k, other, 0, SECRET),
  }),
  happens: ({ results: { process, other } }) => ({
    'known to the third': process.stored || process.pins.length > 0,
    'given out again': other === 0,
  }),
  judge({ world: { k, other, generation }, results, cpu, memory, step }) {
    const { pins } = results.process;
    const [pin] = pins;
    const leak = quiescent(k, memory, pins);
    if (pin !== undefined && pin.generation !== generation) {
      const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
      return { property: 'I3', message: `the pinned page belongs to another by now, and contains ${seen}` };
    }
    if (results.other !== 0) return leak;
    const loaded = step('the other process', 'loads', () => userLoad(cpu, k, other, 0));
    if (loaded === SECRET) return leak;
    return { property: 'I18', message: `the other process stored ${SECRET}, and loads ${loaded}` };
  },
});
