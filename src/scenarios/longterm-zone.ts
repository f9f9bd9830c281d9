import type { Cpu } from '../cpu/cpu.ts';
import { userLoad, userStore } from '../mm/fault/user.ts';
import { deviceRead } from '../mm/gup/dma.ts';
import { FOLL_LONGTERM, FOLL_WRITE, type GupResult } from '../mm/gup/gup.ts';
import { folioIsLongtermPinnable } from '../mm/gup/longterm.ts';
import { pinUserPagesFast, unpinUserPage } from '../mm/gup/pin.ts';
import { folioAddLru, folioIsolateLru, folioPutbackLru } from '../mm/reclaim/lru.ts';
import { quiescent } from './judging.ts';
import { scenario, type Threads, type Variant } from './scenario.ts';
import { ANON_RW, mapAndTouch, pageAt } from './world.ts';

const STORED = 7;

interface Pinning extends Threads {
  readonly pinner: (cpu: Cpu) => GupResult;
}

interface Listed extends Variant {
  readonly listed: boolean;
}

/** A long-term pin of a page that must stay movable: it has to be moved elsewhere first, if nobody else has it in hand. */
export const longtermZone = scenario({
  name: 'longterm-zone',
  title: 'long-term pins and memory that must stay movable',
  why: 'A page that is pinned for ever in ZONE_MOVABLE or CMA keeps memory from being unplugged, and a camera from its buffer.',
  property: 'I27',
  variants: {
    isolated: { doc: 'compaction has the page off its list for a moment', listed: true },
    unlisted: { doc: 'a driver has mapped a page that was never on a list; nothing races', listed: false },
  } as Readonly<Record<string, Listed>>,
  absent: ({ pinMovable }) =>
    pinMovable === 'allow' ? 'a fast long-term pin does not look where a page is before v5.7' : undefined,
  layout: () => ({ mms: 1, movablePages: 1, pcp: 0 }),
  setup(cpu, k, { listed }) {
    const mm = k.layout.mm(0);
    mapAndTouch(cpu, k, mm, { start: 0, end: 1, flags: ANON_RW });
    const page = pageAt(cpu, k, mm, 0);
    if (listed) folioAddLru(cpu, page);
    return { k, mm, page, listed };
  },
  threads({ k, mm, page, listed }): Pinning {
    const pinner = (cpu: Cpu): GupResult => pinUserPagesFast(cpu, k, mm, 0, 1, FOLL_WRITE | FOLL_LONGTERM);
    if (!listed) return { pinner };
    return {
      pinner,
      compaction(cpu) {
        if (folioIsolateLru(cpu, page)) folioPutbackLru(cpu, k, page);
      },
    };
  },
  happens: ({ results: { pinner } }) => ({ pinned: pinner.pins.length > 0 }),
  judge({ world: { k, mm }, results: { pinner }, cpu, memory, step }) {
    const [pin] = pinner.pins;
    if (pin === undefined) return quiescent(k, memory, []);
    if (!folioIsLongtermPinnable(k, pin.folio)) {
      return { property: 'I27', message: 'the page is pinned for long, and in memory that must stay movable' };
    }
    const leak = quiescent(k, memory, pinner.pins);
    step('process', `stores ${STORED}`, () => userStore(cpu, k, mm, 0, STORED));
    const loaded = step('process', 'loads', () => userLoad(cpu, k, mm, 0));
    const seen = step('device', 'reads through the pin', () => deviceRead(cpu, pin));
    if (seen !== loaded) return { property: 'I4', message: `the process loads ${loaded}, and the device sees ${seen}` };
    if (leak !== undefined) return leak;
    unpinUserPage(cpu, k, pin);
    return quiescent(k, memory, []);
  },
});
