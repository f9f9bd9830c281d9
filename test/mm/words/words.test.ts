import { describe, expect, it } from 'vitest';
import { Mode } from '../../../src/cpu/modes.ts';
import { namingOf } from '../../../src/explain/naming.ts';
import { replay, type TraceEvent } from '../../../src/explain/trace.ts';
import { explore } from '../../../src/explore/explore.ts';
import { RaceSubject } from '../../../src/fronts/races/race-subject.ts';
import { Kind } from '../../../src/graph/event.ts';
import { type Choices, choicesOf } from '../../../src/judge/choices.ts';
import { PRESETS, type Preset } from '../../../src/mm/design/presets.ts';
import { compareReleases, finalOf, type Release } from '../../../src/mm/design/release.ts';
import { SCENARIOS } from '../../../src/scenarios/catalog.ts';
import { KERNEL_NAMES, NEWER_NAMES } from './kernel-names.ts';

/** `gup_pte_range mm/gup.c`, by the release. */
const KNOWN = new Map<string, Set<string>>();
for (const [name, file, releases] of KERNEL_NAMES) {
  for (const release of releases.split(' ')) {
    const known = KNOWN.get(release) ?? new Set();
    KNOWN.set(release, known.add(`${name} ${file}`));
  }
}

/** The releases of which the trees were read, in their order. */
const READ = ([...KNOWN.keys()] as Release[]).sort(compareReleases);

/**
 * The functions of a release. One that lies between two of which the trees were read, or after the last, may have the names
 * of either: a function that neither has is none that it has.
 */
function knownIn(release: Release): ReadonlySet<string> {
  const known = KNOWN.get(release);
  if (known !== undefined) return known;
  const before = READ.filter((other) => compareReleases(other, release) < 0).at(-1);
  const after = READ.find((other) => compareReleases(other, release) > 0);
  const own = NEWER_NAMES.filter(([, , since]) => compareReleases(since, release) <= 0);
  return new Set([
    ...own.map(([name, file]) => `${name} ${file}`),
    ...[before, after].flatMap((other) => (other === undefined ? [] : [...KNOWN.get(other)!])),
  ]);
}

/** The names of words, and what only the simulated machine does. */
const OURS = /\b(?:table|page|mm|cpu|swap|file)\d|generation|_noreturn/;

const isLock = ({ declared, mode }: TraceEvent): boolean => declared === Mode.Lock || mode === Mode.Unlock;

/** The steps of some executions of a race, each with what it is called; nothing where the race does not exist. */
function stepsOf(
  scenario: (typeof SCENARIOS)[number],
  variant: string,
  design: Pick<Preset, 'name' | 'design'>,
): { readonly event: TraceEvent; readonly code: string | undefined; readonly location: string }[] {
  if (scenario.absent(design.design, variant) !== undefined) return [];
  const subject = new RaceSubject({ scenario, variant, design }, (frame) => frame);
  const seen: Choices[] = [];
  explore(subject.program, {
    model: 'lkmm',
    maxExecutions: 2,
    onExecution({ graph }) {
      seen.push(choicesOf(graph));
      return false;
    },
  });
  return seen.flatMap((choices) => {
    const { trace } = replay(subject.recording(), choices)!;
    const naming = namingOf(subject, trace);
    return trace.events.map((event) => {
      return { event, code: naming.code(event), location: event.cell < 0 ? '' : subject.program.cellName(event.cell) };
    });
  });
}

describe.each(SCENARIOS.map((scenario) => ({ scenario, name: scenario.name })))('$name', ({ scenario }) => {
  const variants = scenario.variants.map(({ name }) => name);

  it.each(variants)(
    '%s: every step is in a function that the kernel has, and is said in words of the kernel',
    (variant) => {
      const wrong = new Set<string>();
      for (const preset of PRESETS) {
        const known = knownIn(finalOf(preset.release));
        for (const { event, code, location } of stepsOf(scenario, variant, preset)) {
          // What a race does itself: the barrier of an interrupt that ends an I/O.
          if (event.place === undefined && event.kind === Kind.Fence) continue;
          const { function: name, kernel } = event.place ?? {};
          const where = `${preset.name}: ${name} ${kernel?.file}, ${kernel?.frames.join(' < ')}, ${location}`;
          if (kernel === undefined) wrong.add(where);
          else if (name !== undefined && !known.has(`${name} ${kernel.file}`)) wrong.add(where);
          if (event.kind === Kind.Fence || (code === undefined && isLock(event))) continue;
          if (code === undefined || OURS.test(code)) wrong.add(`${where}: ${code}`);
        }
      }
      expect([...wrong]).toEqual([]);
    },
  );
});
