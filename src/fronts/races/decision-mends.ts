import {
  type CellAnswer,
  type Decision,
  type DecisionMend,
  type DecisionMends,
  isDecided,
  isFailing,
  isHolding,
  type VariantAnswer,
} from '../../explain/decision.ts';
import { isOver, type Limits } from '../../judge/search.ts';
import { type Design, type KnobName, knobValues } from '../../mm/design/design.ts';
import { KERNEL_PRESETS, type Kernel, type NamedDesign } from '../../mm/design/presets.ts';
import { compareReleases } from '../../mm/design/release.ts';
import { type ModelName, upTo } from '../../models/registry.ts';
import type { InTurns } from '../../program/turns.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { CellMemo } from './cell-memo.ts';
import { DecisionLeads, type Verdict } from './decision-leads.ts';
import { decisionOf, differences } from './design-change.ts';

/** A race in some of its forms under a design, to be mended in all of them at once. */
export interface MendRequest {
  readonly scenario: Scenario;
  readonly variants: readonly string[];
  readonly design: NamedDesign;
}

export interface MendOptions extends Limits {
  readonly model: ModelName;
  /** The most decisions that are taken otherwise. */
  readonly maxEdits: number;
}

/** So many sets are looked at for one answer, and so many explorations are made, at most. */
const MAX_SETS = 3000;
const MAX_TRIED = 300;

/** Decisions taken otherwise. */
type Taken = Readonly<Partial<Record<KnobName, string>>>;

/**
 * The smallest sets of decisions that mend a race. Each failing execution asks for some decisions, and one of them is taken
 * otherwise by every set that forbids it; so the sets are built up along failing executions, one decision more at a time.
 */
export function* decisionMendsInTurns(request: MendRequest, options: MendOptions): InTurns<DecisionMends> {
  return yield* new MendSearch(request, options).run();
}

class MendSearch {
  private readonly leads: ReadonlyMap<string, DecisionLeads>;
  private readonly cells = new CellMemo();
  private isCut = false;

  constructor(
    private readonly request: MendRequest,
    private readonly options: MendOptions,
  ) {
    const { scenario, variants, design } = request;
    const made = (variant: string): DecisionLeads =>
      new DecisionLeads(scenario, variant, design.patch, options.model, options);
    this.leads = new Map(variants.map((variant) => [variant, made(variant)]));
  }

  *run(): InTurns<DecisionMends> {
    const before = yield* this.answers({}, this.request.variants);
    const there = before.filter(({ answer }) => answer.kind !== 'absent');
    const names = (list: readonly VariantAnswer[]): string[] => list.map(({ variant }) => variant);
    const holding = names(there.filter(({ answer }) => isHolding(answer)));
    const broken = names(there.filter(({ answer }) => isFailing(answer)));
    this.isCut ||= !before.every(({ answer }) => isDecided(answer));
    const mends: DecisionMend[] = [];
    const byKernel = yield* this.byKernel(holding, broken);
    const known = new Set<string>();
    if (byKernel !== undefined) {
      const { taken, kernel } = byKernel;
      known.add(keyOf(taken));
      mends.push({ decisions: this.decisions(taken), after: yield* this.answers(taken, names(there)), kernel });
    }
    for (const taken of yield* this.mending(holding, broken)) {
      if (known.has(keyOf(taken))) continue;
      mends.push({ decisions: this.decisions(taken), after: yield* this.answers(taken, names(there)) });
    }
    return { before, mends: mends.sort(byKernels), complete: !this.isCut, tried: this.tried };
  }

  /** What the first later kernel does in which the most of what is broken holds, and what else has to, as far as it takes that. */
  private *byKernel(
    holding: readonly string[],
    broken: readonly string[],
  ): InTurns<{ readonly taken: Taken; readonly kernel: string } | undefined> {
    const { design, release } = this.request.design;
    let best: { readonly kernel: Kernel; readonly mended: readonly string[] } | undefined;
    for (const kernel of KERNEL_PRESETS) {
      const isLater = release !== undefined && compareReleases(kernel.release, release) > 0;
      if (!isLater || kernel.machine !== undefined || best?.mended.length === broken.length) continue;
      if (this.isOver()) return undefined;
      const mended: string[] = [];
      for (const variant of broken) {
        if ((yield* this.verdict(kernel.design, () => false, [variant])).kind === 'holds') mended.push(variant);
      }
      if (mended.length > (best?.mended.length ?? 0)) best = { kernel, mended };
    }
    if (best === undefined) return undefined;
    const { kernel, mended } = best;
    let left = differences(design, kernel.design);
    const takes = (decisions: readonly Decision[]): Taken =>
      Object.fromEntries(decisions.map(({ knob, value }) => [knob, value]));
    const suffices = function* (this: MendSearch, decisions: readonly Decision[]): InTurns<boolean> {
      const taken = takes(decisions);
      return (yield* this.verdict(this.with(taken), (knob) => knob in taken, [...holding, ...mended])).kind === 'holds';
    }.bind(this);
    if (!(yield* suffices(left))) return undefined;
    for (const decision of left) {
      if (this.isOver()) return undefined;
      const fewer = left.filter((other) => other !== decision);
      if (yield* suffices(fewer)) left = fewer;
    }
    return { taken: takes(left), kernel: kernel.name };
  }

  /** The smallest sets that mend all that is broken; where there are none, those that mend all that can be mended at all. */
  private *mending(holding: readonly string[], broken: readonly string[]): InTurns<readonly Taken[]> {
    if (broken.length === 0) return [];
    const all = yield* this.search([...holding, ...broken]);
    if (all.length > 0 || broken.length === 1) return all;
    const own: Taken[] = [];
    const mendable: string[] = [];
    for (const variant of broken) {
      const sets = yield* this.search([...holding, variant]);
      if (sets.length > 0) mendable.push(variant);
      own.push(...sets);
    }
    const most =
      mendable.length > 1 && mendable.length < broken.length ? yield* this.search([...holding, ...mendable]) : [];
    return most.length > 0 ? most : unique(own);
  }

  /** The smallest sets with which all of some forms hold. */
  private *search(variants: readonly string[]): InTurns<readonly Taken[]> {
    let level: Taken[] = [{}];
    const seen = new Set<string>();
    const start = this.tried;
    let visited = 0;
    for (let size = 0; level.length > 0; size++) {
      const found: Taken[] = [];
      const next: Taken[] = [];
      for (const taken of level) {
        if (this.isOver() || ++visited > MAX_SETS || this.tried - start > MAX_TRIED) {
          this.isCut = true;
          return found;
        }
        const verdict = yield* this.verdict(this.with(taken), (knob) => knob in taken, variants);
        if (verdict.kind === 'undecided') this.isCut = true;
        if (verdict.kind === 'holds') found.push(taken);
        if (verdict.kind !== 'fails' || size === this.options.maxEdits || found.length > 0) continue;
        for (const larger of this.largerThan(taken, Object.keys(verdict.lead) as KnobName[])) {
          const key = keyOf(larger);
          if (!seen.has(key)) next.push(larger);
          seen.add(key);
        }
      }
      if (found.length > 0) return found;
      level = next;
    }
    return [];
  }

  /** A set with one decision more, each of those that a failing execution asks for. */
  private *largerThan(taken: Taken, asked: readonly KnobName[]): Generator<Taken> {
    for (const knob of asked) {
      if (knob in taken) continue;
      for (const value of knobValues(knob)) {
        if (value !== this.request.design.design[knob]) yield { ...taken, [knob]: value };
      }
    }
  }

  /** Whether all forms hold, or what breaks one of them. */
  private *verdict(
    design: Design,
    isTaken: (knob: KnobName) => boolean,
    variants: readonly string[],
  ): InTurns<Verdict> {
    const open: DecisionLeads[] = [];
    let undecided: Verdict | undefined;
    for (const variant of variants) {
      const known = this.leads.get(variant)!.known(design, isTaken);
      if (known?.kind === 'fails') return known;
      if (known === undefined) open.push(this.leads.get(variant)!);
    }
    for (const leads of open) {
      const again = leads.again(design);
      if (again !== undefined) return again;
    }
    for (const leads of open) {
      const verdict = yield* leads.decide(design);
      if (verdict.kind === 'fails') return verdict;
      if (verdict.kind === 'undecided') undecided = verdict;
    }
    return undecided ?? { kind: 'holds' };
  }

  /** What becomes of forms of the race, as a table would say it. */
  private *answers(taken: Taken, variants: readonly string[]): InTurns<VariantAnswer[]> {
    const { scenario } = this.request;
    const named = { name: '', design: this.with(taken), patch: this.request.design.patch };
    const found: VariantAnswer[] = [];
    for (const variant of variants) {
      const holds = this.leads.get(variant)!.known(named.design, () => false)?.kind === 'holds';
      const options = { ...this.options, models: upTo(this.options.model) };
      const answer: CellAnswer = holds
        ? { kind: 'holds', model: this.options.model }
        : yield* this.cells.checkInTurns(scenario, variant, named, options);
      found.push({ variant, answer: { kind: answer.kind, model: answer.model } });
    }
    return found;
  }

  private isOver(): boolean {
    return isOver(this.options);
  }

  private get tried(): number {
    return [...this.leads.values()].reduce((sum, leads) => sum + leads.tried, 0);
  }

  private with(taken: Taken): Design {
    return { ...this.request.design.design, ...taken } as Design;
  }

  private decision(knob: KnobName, value: string): Decision {
    return decisionOf(knob, this.request.design.design[knob], value);
  }

  private decisions(taken: Taken): Decision[] {
    return (Object.entries(taken) as [KnobName, string][]).map(([knob, value]) => this.decision(knob, value));
  }
}

const keyOf = (taken: Taken): string =>
  Object.entries(taken)
    .map(([knob, value]) => `${knob}=${value}`)
    .sort()
    .join(' ');

const unique = (sets: readonly Taken[]): Taken[] => [...new Map(sets.map((taken) => [keyOf(taken), taken])).values()];

/** What a later kernel did comes first, then sets of what any kernel did, then the smaller ones. */
function byKernels(a: DecisionMend, b: DecisionMend): number {
  if (a.kernel !== b.kernel) return a.kernel === undefined ? 1 : -1;
  const strange = ({ decisions }: DecisionMend): number =>
    decisions.filter(({ kernels }) => kernels.length === 0).length;
  return strange(a) - strange(b) || a.decisions.length - b.decisions.length;
}
