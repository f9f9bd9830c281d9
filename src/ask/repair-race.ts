import type { Analysis, Repairs } from '../explain/analysis.ts';
import { type DecisionMends, isFailing, isHolding, type VariantAnswer } from '../explain/decision.ts';
import type { Protocol } from '../explain/edit.ts';
import type { Repair } from '../explain/repair-search.ts';
import { findAny } from '../explain/search.ts';
import { prepare } from '../fronts/fronts.ts';
import { decisionMendsInTurns } from '../fronts/races/decision-mends.ts';
import type { AskedRace } from '../fronts/races/race-front.ts';
import { isOver, type Limits } from '../judge/search.ts';
import type { InTurns } from '../program/turns.ts';
import { analyse } from './analyse.ts';
import type { Settings } from './options.ts';

/**
 * Mends a race in some of its forms, all under one design: by other decisions all forms at once, and by barriers the first
 * that is broken, of which it is then said what becomes of the others.
 */
export function* repairRace(asked: readonly AskedRace[], options: Settings, limits: Limits): InTurns<Analysis> {
  const { scenario, design } = asked[0]!.race;
  const variants = asked.map(({ race }) => race.variant);
  const { deadline } = limits;
  // What barriers do has half of the time.
  const half = deadline === undefined ? undefined : Date.now() + (deadline - Date.now()) / 2;
  const decisions = yield* decisionMendsInTurns(
    { scenario, variants, design },
    { ...limits, deadline: half, model: options.model, maxEdits: options.maxEdits },
  );
  const of = (is: (answer: VariantAnswer['answer']) => boolean): AskedRace[] =>
    asked.filter((_, i) => is(decisions.before[i]!.answer));
  const [first] = of(isFailing);
  if (first === undefined) return yield* undecided(asked, decisions, options, limits);
  const found = yield* analyse('repair', [first], options, limits);
  if (found.kind === 'deadlock') return { ...found, decisions };
  if (found.kind !== 'repairs') return found;
  const others = of(isFailing).filter((race) => race !== first);
  return { ...found, repairs: yield* withOthers(found.repairs, others, options, limits), decisions };
}

/** What does not hold for want of time, or does not exist; else that all of it holds. */
function* undecided(
  asked: readonly AskedRace[],
  { before }: DecisionMends,
  options: Settings,
  limits: Limits,
): InTurns<Analysis> {
  const open = asked.find((_, i) => !isHolding(before[i]!.answer) && before[i]!.answer.kind !== 'absent');
  if (open !== undefined) return yield* analyse('repair', [open], options, limits);
  const there = asked.filter((_, i) => before[i]!.answer.kind !== 'absent');
  let all: Analysis | undefined;
  for (const each of there) {
    const one = yield* analyse('repair', [each], options, limits);
    if (one.kind !== 'holds' || (all !== undefined && all.kind !== 'holds')) return one;
    const { scenario, design } = each.race;
    if (all === undefined) all = one;
    else {
      const { executions, seconds } = all;
      const name = `${scenario.name} under ${design.name}`;
      all = { ...one, name, path: name, executions: executions + one.executions, seconds: seconds + one.seconds };
    }
  }
  return all ?? (yield* analyse('repair', asked.slice(0, 1), options, limits));
}

/** What becomes of other forms with the same edits. */
function* withOthers(
  repairs: readonly Repair[],
  others: readonly AskedRace[],
  options: Settings,
  limits: Limits,
): InTurns<Repairs['repairs']> {
  if (others.length === 0) return repairs;
  const made: Repair[] = [];
  for (const repair of repairs) {
    const elsewhere: VariantAnswer[] = [];
    for (const other of others) {
      yield { words: `${other.race.scenario.name} ${other.race.variant}`, done: made.length, of: repairs.length };
      if (isOver(limits)) continue;
      const ready = prepare(other, options);
      const edited = 'protocol' in ready ? sameEdits(ready.protocol, repair) : undefined;
      if (edited === undefined) continue;
      const { outcome } = yield* findAny(edited, options.model, limits);
      const kind = 'failure' in outcome ? isFailureOf(outcome.kind) : outcome.kind === 'holds' ? 'holds' : 'bounded';
      elsewhere.push({ variant: other.race.variant, answer: { kind, model: options.model } });
    }
    made.push({ ...repair, elsewhere });
  }
  return made;
}

const isFailureOf = (kind: string): 'deadlock' | 'data-race' | 'violated' =>
  kind === 'deadlock' || kind === 'data-race' ? kind : 'violated';

/** A form of the race with the edits of another, as far as its threads come to the same places. */
function sameEdits(protocol: Protocol, { edits }: Repair): Protocol | undefined {
  const all = protocol.strengthenings();
  const found = edits.flatMap(({ words, thread, place }) => {
    const same = all.find((e) => e.thread === thread && e.words === words && e.place.path === place.path);
    return same === undefined ? [] : [same];
  });
  return protocol.edited(found);
}
