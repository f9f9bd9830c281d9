import { COMMITS } from '../mm/design/commits.ts';
import { type Design, isKnob, KNOBS, type KnobName, knobValues } from '../mm/design/design.ts';
import { changesBetween, meaningOf } from '../mm/design/history.ts';
import { columnBefore, presetNamed } from '../mm/design/presets.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import { PROPERTIES, type PropertyId } from '../scenarios/properties.ts';
import { knobText, pairs } from './catalog.ts';
import { commitText } from './commit-text.ts';
import { type Style, wrapped } from './style.ts';

/** What a property, a decision, a value of one (`knob=value`) or a design is; undefined of any other word. */
export function lookupText(word: string, width: number, style: Style): string | undefined {
  const property = (Object.keys(PROPERTIES) as PropertyId[]).find((id) => id.toLowerCase() === word.toLowerCase());
  if (property !== undefined) return propertyText(property, width, style);
  const [name = '', value] = word.split('=');
  const knob = (Object.keys(KNOBS) as KnobName[]).find((id) => id.toLowerCase() === name.toLowerCase());
  if (knob !== undefined && value === undefined) return `${knobText(knob, width, style)}\n`;
  if (knob !== undefined && knobValues(knob).includes(value!)) return valueText(knob, value!, width, style);
  return presetNamed(word) === undefined ? undefined : designText(word, width, style);
}

/** All that {@link lookupText} knows, and what is near it. */
export const lookupNames = (word: string): readonly string[] => {
  const [name = '', value] = word.split('=');
  if (value !== undefined && isKnob(name)) return knobValues(name).map((each) => `${name}=${each}`);
  return [...Object.keys(PROPERTIES), ...Object.keys(KNOBS), ...SCENARIOS.map((race) => race.name)];
};

function propertyText(id: PropertyId, width: number, style: Style): string {
  const races = SCENARIOS.filter(({ property }) => property === id).map(({ name, title }) => [name, title] as const);
  const about =
    races.length === 0 ? ['Every race asks it when all threads have returned.'] : pairs(races, 4, width, style);
  const head = races.length === 0 ? [] : ['', 'The races that ask it first:'];
  return `${[style.bold(id), ...wrapped(PROPERTIES[id], width), ...head, ...about].join('\n')}\n`;
}

function valueText(knob: KnobName, value: string, width: number, style: Style): string {
  const others = knobValues(knob).filter((each) => each !== value);
  const lines = [
    style.bold(`${knob}=${value}`),
    ...wrapped(KNOBS[knob].doc, width),
    ...pairs([[value, meaningOf(knob, value)]], 4, width, style),
    ...(others.length > 0 ? ['', ...wrapped(`Otherwise ${others.join(', ')}: holdfast explain ${knob}`, width)] : []),
    `To try it: holdfast check --set ${knob}=${value}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a design is from, and what it takes otherwise than the kernel with a column before it. */
function designText(word: string, width: number, style: Style): string {
  const { name, doc, release, design } = presetNamed(word)!;
  const before = columnBefore(name);
  const lines = [style.bold(name), ...wrapped(doc, width)];
  if (before !== undefined) {
    const changed = (Object.keys(KNOBS) as KnobName[]).filter((knob) => design[knob] !== before.design[knob]);
    const commits = new Set(changesBetween(before.release, release).flatMap((change) => change.commits));
    lines.push(
      '',
      ...wrapped(
        changed.length === 0 ? `All is decided as in ${before.name}.` : `What ${before.name} decided otherwise:`,
        width,
      ),
    );
    const rows = changed.map((knob) => [`${knob}=${(design as Design)[knob]}`, meaningOf(knob, design[knob])] as const);
    if (rows.length > 0) lines.push(...pairs(rows, 4, width, style));
    for (const hash of commits)
      lines.push(...wrapped(commitText({ hash, ...COMMITS[hash] }), width - 6).map((line) => `      ${line}`));
    lines.push('', `What it changed of a race: holdfast why RACE --to ${name}`);
  }
  return `${lines.join('\n')}\n`;
}
