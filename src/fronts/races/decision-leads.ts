import { judge as judgeTrace } from '../../explain/consistency.ts';
import { endingOf, replay, unlocated } from '../../explain/trace.ts';
import type { Choices } from '../../judge/choices.ts';
import { type Limits, searchInTurns } from '../../judge/search.ts';
import type { Design, KnobName } from '../../mm/design/design.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import type { ModelName } from '../../models/registry.ts';
import type { InTurns } from '../../program/turns.ts';
import { Happenings } from '../../scenarios/happenings.ts';
import type { Prepared, Scenario } from '../../scenarios/scenario.ts';
import { ScenarioError } from '../../scenarios/scenario-error.ts';
import { prepareRace } from './prepare-race.ts';
import { alone, RaceJudge } from './race-judge.ts';
import { watched } from './watched-design.ts';

/** Decisions that settle what becomes of a race, whatever the others are: those that were asked for on the way to it. */
export type Lead = Partial<Design>;

/** What is known of a form of a race under a design: it holds, or these decisions alone break it. */
export type Verdict = { readonly kind: 'holds' | 'undecided' } | { readonly kind: 'fails'; readonly lead: Lead };

/** Does a design take all of these decisions so? */
const agrees = (design: Design, lead: Lead): boolean =>
  (Object.keys(lead) as KnobName[]).every((knob) => lead[knob] === design[knob]);

/** So many failing executions are kept, to be run again under other designs. */
const MAX_KEPT = 16;

/**
 * Decides a form of a race under many designs. A failing execution asks for a few decisions: under every other design that
 * takes these so it is there as well. Under one that does not it may still be: it is run again, before all is explored.
 */
export class DecisionLeads {
  /** How often the race was explored. */
  tried = 0;
  private readonly failing: Lead[] = [];
  private readonly holding: Lead[] = [];
  /** Executions that failed, that first which failed last. */
  private executions: Choices[] = [];

  constructor(
    private readonly scenario: Scenario,
    private readonly variant: string,
    private readonly patch: NamedDesign['patch'],
    private readonly model: ModelName,
    private readonly limits: Limits,
  ) {}

  /** What is known without a search; of several reasons to fail that which asks for the fewest decisions but some. */
  known(design: Design, but: (knob: KnobName) => boolean): Verdict | undefined {
    const open = (lead: Lead): number => (Object.keys(lead) as KnobName[]).filter((knob) => !but(knob)).length;
    let best: Lead | undefined;
    for (const lead of this.failing) {
      if (agrees(design, lead) && (best === undefined || open(lead) < open(best))) best = lead;
    }
    if (best !== undefined) return { kind: 'fails', lead: best };
    return this.holding.some((lead) => agrees(design, lead)) ? { kind: 'holds' } : undefined;
  }

  /** What a known execution that fails under this design, too, says of it. */
  again(design: Design): Verdict | undefined {
    for (const choices of this.executions) {
      const asked = this.failsAgain(design, choices);
      if (asked === undefined) continue;
      this.executions = [choices, ...this.executions.filter((other) => other !== choices)];
      return this.fails(design, asked);
    }
    return undefined;
  }

  /** Explores the race under a design. */
  *decide(design: Design): InTurns<Verdict> {
    yield { words: `${this.scenario.name} ${this.variant}`, done: this.tried++, of: 0 };
    const { design: watching, asked } = watched(design);
    try {
      // What does not exist does not hold, nor does that in which nothing happens.
      if (this.scenario.absent(watching, this.variant) !== undefined) return this.fails(design, asked());
      const happenings = new Happenings();
      const judge = new RaceJudge(this.prepared(watching), happenings);
      const { outcome } = yield* searchInTurns(judge, { ...this.limits, model: this.model });
      if ('failure' in outcome) {
        const { choices } = outcome;
        const own = choices === undefined ? undefined : this.failsAgain(design, choices);
        if (choices === undefined || own === undefined) return this.fails(design, asked());
        this.executions = [choices, ...this.executions].slice(0, MAX_KEPT);
        return this.fails(design, own);
      }
      if (outcome.kind !== 'holds') return { kind: 'undecided' };
      if (happenings.vacuous !== undefined) return this.fails(design, asked());
    } catch (error) {
      // Decisions that do not go together may lead into a loop without end.
      if (!(error instanceof ScenarioError)) throw error;
      return this.fails(design, asked());
    }
    this.holding.push(leadOf(design, asked()));
    return { kind: 'holds' };
  }

  private prepared(design: Design): Prepared {
    return prepareRace(this.scenario, this.variant, { design, patch: this.patch }, alone);
  }

  private fails(design: Design, asked: readonly KnobName[]): Verdict {
    const lead = leadOf(design, asked);
    this.failing.push(lead);
    return { kind: 'fails', lead };
  }

  /**
   * Is an execution there under a design, and does it fail?
   * @returns the decisions that it asks for, from its beginning to its judgement; undefined where it does not
   */
  private failsAgain(design: Design, choices: Choices): readonly KnobName[] | undefined {
    const { design: watching, asked } = watched(design);
    try {
      if (this.scenario.absent(watching, this.variant) !== undefined) return asked();
      const race = new RaceJudge(this.prepared(watching));
      const again = replay(unlocated(race), choices);
      if (again === undefined) return undefined;
      const { consistent, flags } = judgeTrace(race.program, again.trace, this.model);
      if (!consistent) return undefined;
      const { kind } = race.judge({ ...endingOf(race.program, again), flags });
      return kind === 'failing' || kind === 'stuck' ? asked() : undefined;
    } catch (error) {
      if (error instanceof ScenarioError) return undefined;
      throw error;
    }
  }
}

const leadOf = (design: Design, asked: readonly KnobName[]): Lead =>
  Object.fromEntries(asked.map((knob) => [knob, design[knob]]));
