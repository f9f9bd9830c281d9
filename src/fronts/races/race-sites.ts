import { Fence, Mode } from '../../cpu/modes.ts';
import type { SourcePlace } from '../../explain/source-place.ts';
import { type StepText, stepTexts } from '../../explain/step-text.ts';
import type { Subject } from '../../explain/subject.ts';
import { replay, unlocated } from '../../explain/trace.ts';
import { explore } from '../../explore/explore.ts';
import { Kind, NONE, Rmw } from '../../graph/event.ts';
import { type Choices, choicesOf } from '../../judge/choices.ts';
import type { ModelName } from '../../models/registry.ts';
import { Access, type AccessKey, accessKey, type FenceKey, fenceKey } from './patched-cpu.ts';

/** A place in the code of a race, as far as it can be told from what its threads do. */
export interface RaceSite {
  readonly thread: number;
  /** Of a barrier its Fence, of an access its Mode, as declared. */
  readonly kind: 'fence' | Access;
  readonly mode: Mode | Fence;
  readonly cell: number;
  /** Of a barrier: what tells it when it is met, once for each access that may come before it. */
  readonly fences: readonly FenceKey[];
  /** Of an access: what tells it when it is met, and which of those with this key it is. */
  readonly accesses: readonly { readonly key: AccessKey; readonly nth: number }[];
  /** What precedes an access in its thread: an RMW that is not a full barrier, a lock, or anything else. */
  readonly after: 'rmw' | 'lock' | 'other' | 'nothing';
  /** Whether an smp_wmb() or smp_rmb() stands right before an access. */
  readonly isFenced: boolean;
  /** What people call the access before it in its thread; empty where there is none. */
  readonly previous: string;
  /** What people call it, and where it stands. */
  readonly words: string;
  readonly place: SourcePlace;
}

/** How many executions are looked at for sites. */
const MAX_EXECUTIONS = 400;

interface Draft extends Omit<RaceSite, 'words' | 'previous' | 'place' | 'fences' | 'accesses'> {
  readonly fence: FenceKey;
  readonly access: AccessKey;
  readonly nth: number;
  readonly choices: Choices;
  readonly event: number;
  /** The access before it in its thread; -1 where there is none. */
  readonly lastEvent: number;
}

/** The barriers and accesses that the threads of a race make in its executions. */
export function findRaceSites(subject: Subject, model: ModelName): RaceSite[] {
  const drafts = new Map<string, Draft>();
  const seen: Choices[] = [];
  explore(subject.program, {
    model,
    maxExecutions: MAX_EXECUTIONS,
    onExecution({ graph }) {
      seen.push(choicesOf(graph));
      return false;
    },
  });
  for (const choices of seen) collect(subject, choices, drafts);
  const texts = new Map<Choices, ReturnType<typeof stepTexts>>();
  const sites = new Map<string, RaceSite>();
  for (const [name, { choices, event, lastEvent, fence, access, nth, ...site }] of drafts) {
    let steps = texts.get(choices);
    if (steps === undefined) {
      steps = stepTexts(subject, replay(subject.recording(), choices)!.trace);
      texts.set(choices, steps);
    }
    const { place = NOWHERE } = steps[event]!;
    const words = wordsOf(steps[event]!);
    const previous = lastEvent < 0 ? '' : wordsOf(steps[lastEvent]!);
    // What stands at one place, called from the same places, is one thing.
    const key = place === NOWHERE ? name : `${site.thread} ${site.kind} ${site.mode} ${place.path}`;
    const known = sites.get(key) ?? { ...site, words, previous, place, fences: [], accesses: [] };
    sites.set(key, {
      ...known,
      after: known.after === 'nothing' ? site.after : known.after,
      fences: site.kind === 'fence' ? [...known.fences, fence] : [],
      accesses: site.kind === 'fence' ? [] : [...known.accesses, { key: access, nth }],
    });
  }
  return [...sites.values()].sort((a, b) => a.thread - b.thread);
}

const wordsOf = ({ code, label }: StepText): string => (label === undefined ? code : `${label} ${code}`);

const NOWHERE: SourcePlace = { file: '', line: 0, column: 0, text: '' };

function collect(subject: Subject, choices: Choices, drafts: Map<string, Draft>): void {
  const replayed = replay(unlocated(subject), choices);
  if (replayed === undefined) return;
  let last: AccessKey = 0;
  let after: RaceSite['after'] = 'nothing';
  let isFenced = false;
  let lastEvent = -1;
  let counts = new Map<AccessKey, number>();
  for (const [event, e] of replayed.trace.events.entries()) {
    if (e.index === 0) {
      last = 0;
      after = 'nothing';
      isFenced = false;
      lastEvent = -1;
      counts = new Map();
    }
    const { thread, kind, cell } = e;
    if (kind === Kind.Fence) {
      isFenced ||= e.mode === Fence.Wmb || e.mode === Fence.Rmb;
      const key = fenceKey(e.mode as Fence, last);
      const name = `${thread} fence ${key}`;
      if (drafts.has(name)) continue;
      const mode = e.mode;
      const at = { choices, event, lastEvent, isFenced: false };
      drafts.set(name, { thread, kind: 'fence', mode, cell, fence: key, access: last, nth: 0, after, ...at });
      continue;
    }
    if (kind > Kind.Write || (kind === Kind.Write && e.partner !== NONE)) continue;
    const access = kind === Kind.Write ? Access.Write : e.rmwKind === Rmw.None ? Access.Read : Access.Rmw;
    const mode = e.declared as Mode;
    const key = accessKey(access, mode, cell);
    const nth = counts.get(key) ?? 0;
    counts.set(key, nth + 1);
    const name = `${thread} access ${key} ${nth}`;
    if (!drafts.has(name)) {
      const at = { choices, event, lastEvent, isFenced };
      drafts.set(name, { thread, kind: access, mode, cell, fence: 0, access: key, nth, after, ...at });
    }
    isFenced = false;
    lastEvent = event;
    last = key;
    after = access !== Access.Rmw || mode === Mode.Full ? 'other' : mode === Mode.Lock ? 'lock' : 'rmw';
  }
}
