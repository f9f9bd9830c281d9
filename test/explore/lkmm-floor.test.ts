import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explore } from '../../src/explore/explore.ts';
import { GUESSED, INIT, Kind, Rmw } from '../../src/graph/event.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { lkmmConsistent } from '../../src/models/lkmm.ts';
import { LkmmFloor } from '../../src/models/lkmm-floor.ts';
import { numbersFrom } from '../numbers.ts';
import { print } from '../oracle/print.ts';
import { toProgram } from '../oracle/small-program.ts';
import { SEED } from '../seed.ts';
import { Coverage } from './coverage.ts';
import { programWith } from './paired-programs.ts';

const floor = new LkmmFloor();

/** The reads that are no halves of RMWs. What comes after one in its thread changes nothing of what is claimed. */
const reads = (g: Graph): number[] =>
  g.slots.flat().filter((e) => g.kind[e] === Kind.Read && g.rmwKind[e] === Rmw.None);

/** The places that the floor refuses to a read although the LKMM, asked in full, does not; and how many it refuses. */
function refused(g: Graph, r: number): { wrong: number; all: number } {
  const [source, value] = [g.rf[r]!, g.value[r]!];
  const co = g.co[g.loc[r]!]!;
  let [wrong, all] = [0, 0];
  for (let place = -1; place < floor.lowestPlace(g, r, co.length); place++, all++) {
    g.setRf(r, place < 0 ? INIT : co[place]!, 0);
    if (lkmmConsistent(g, r)) wrong++;
  }
  g.setRf(r, source, value);
  return { wrong, all };
}

test('where a read may not read is so by the whole model', { timeout: 60_000 }, () => {
  const below = numbersFrom(SEED);
  const coverage = new Coverage();
  let all = 0;
  for (let seed = SEED; seed < SEED + 250; seed++) {
    fc.assert(
      fc.property(programWith(coverage.next(below)), (small) => {
        explore(toProgram(small), {
          model: 'lkmm',
          maxExecutions: 100,
          onExecution({ graph }) {
            for (const r of reads(graph)) {
              if (graph.rf[r] === GUESSED) continue;
              const found = refused(graph, r);
              expect(found.wrong, print(small)).toBe(0);
              all += found.all;
            }
            return false;
          },
        });
      }),
      { seed, numRuns: 1 },
    );
  }
  expect(all).toBeGreaterThan(50);
});
