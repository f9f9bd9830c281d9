import {
  type CellAnswer,
  type CommitName,
  type Decision,
  isDecided,
  isSame,
  type Why,
  type WhyStep,
} from '../../explain/decision.ts';
import { isOver } from '../../judge/search.ts';
import { COMMITS } from '../../mm/design/commits.ts';
import type { Design } from '../../mm/design/design.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import type { InTurns } from '../../program/turns.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { CellMemo } from './cell-memo.ts';
import type { CellResult } from './cell-result.ts';
import type { CellOptions } from './check-cell.ts';
import { changesFrom, differences } from './design-change.ts';

/** A race in one form, and the two designs between which its cell is to be explained. */
export interface WhyRequest {
  readonly scenario: Scenario;
  readonly variant: string;
  readonly from: NamedDesign;
  readonly to: NamedDesign;
}

/** So many cells are decided to find all of the smallest sets, at most. */
const MAX_TRIED = 600;

const answerOf = ({ kind, model }: CellResult): CellAnswer => ({ kind, model });

/**
 * What moved a cell from one design to another: the cell is decided after each change that lies between, in their order, and
 * with sets of them alone. A decision that was not asked for on the way to an answer has no part in it.
 */
export function* whyInTurns({ scenario, variant, from, to }: WhyRequest, options: CellOptions): InTurns<Why> {
  const search = new WhySearch(scenario, variant, options);
  const first = yield* search.decide(from.design);
  const last = yield* search.decide(to.design);
  const asked = new Set<string>([...first.asked, ...last.asked]);
  const steps: WhyStep[] = [];
  let design = from.design;
  let isCut = false;
  for (const { commit, decisions } of changesFrom(from, to)) {
    design = withDecisions(design, decisions);
    const own = decisions.filter(({ knob }) => asked.has(knob));
    const after = yield* search.decide(design);
    for (const knob of after.asked) asked.add(knob);
    isCut ||= !isDecided(after);
    const named: CommitName | undefined = commit === undefined ? undefined : { hash: commit, ...COMMITS[commit] };
    if (own.length > 0) steps.push({ commit: named, decisions: own, after: answerOf(after) });
  }
  const ends = { variant, from: answerOf(first), to: answerOf(last), steps };
  if (!isDecided(first) || !isDecided(last) || isCut) return { ...ends, movers: [], complete: false };
  if (isSame(first, last)) return { ...ends, movers: [], complete: true };
  return { ...ends, ...(yield* search.movers(from.design, first, last, differences(from.design, to.design))) };
}

function withDecisions(design: Design, decisions: readonly Decision[]): Design {
  return { ...design, ...Object.fromEntries(decisions.map(({ knob, value }) => [knob, value])) } as Design;
}

class WhySearch {
  private readonly memo = new CellMemo();
  private tried = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly variant: string,
    private readonly options: CellOptions,
  ) {}

  *decide(design: Design): InTurns<CellResult> {
    yield { words: `${this.scenario.name} ${this.variant}`, done: this.tried++, of: 0 };
    return yield* this.memo.checkInTurns(this.scenario, this.variant, { name: '', design }, this.options);
  }

  /** The smallest sets of decisions with which alone the cell of a design becomes another. */
  *movers(
    design: Design,
    first: CellResult,
    wanted: CellResult,
    all: readonly Decision[],
  ): InTurns<Pick<Why, 'movers' | 'complete'>> {
    const isWanted = (cell: CellResult): boolean => isSame(cell, wanted);
    // One set of which nothing can be left out bounds the size of all that are looked for.
    let one = all.filter(({ knob }) => wanted.asked.some((asked) => asked === knob));
    for (const decision of [...one]) {
      const fewer = one.filter((other) => other !== decision);
      if (isWanted(yield* this.decide(withDecisions(design, fewer)))) one = fewer;
    }
    const movers: (readonly Decision[])[] = [];
    let level: { readonly set: readonly Decision[]; readonly cell: CellResult }[] = [{ set: [], cell: first }];
    const start = this.tried;
    let complete = true;
    for (let size = 1; size <= one.length && movers.length === 0; size++) {
      const seen = new Set<string>();
      const next: typeof level = [];
      for (const { set, cell } of level) {
        // What the cell did not ask for cannot make it another.
        for (const decision of all.filter(({ knob }) => cell.asked.some((asked) => asked === knob))) {
          if (set.includes(decision)) continue;
          const larger = all.filter((other) => other === decision || set.includes(other));
          const key = larger.map(({ knob }) => knob).join();
          if (seen.has(key)) continue;
          seen.add(key);
          if (isOver(this.options) || this.tried - start > MAX_TRIED) {
            return { movers: movers.length > 0 ? movers : [one], complete: false };
          }
          const made = yield* this.decide(withDecisions(design, larger));
          complete &&= isDecided(made);
          if (isWanted(made)) movers.push(larger);
          else next.push({ set: larger, cell: made });
        }
      }
      level = next;
    }
    return { movers: movers.length > 0 ? movers : [one], complete };
  }
}
