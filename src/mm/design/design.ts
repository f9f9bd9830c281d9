import { DEVICE_KNOBS } from './knobs/device.ts';
import { EXCLUSIVE_KNOBS } from './knobs/exclusive.ts';
import { FAULT_KNOBS } from './knobs/fault.ts';
import { FORK_KNOBS } from './knobs/fork.ts';
import { FREE_KNOBS } from './knobs/free.ts';
import { PIN_KNOBS } from './knobs/pin.ts';
import { WRITEBACK_KNOBS } from './knobs/writeback.ts';

/**
 * A design is data: one record of the decisions of a protocol. Each decision, a *knob*, is declared once, in
 * `knobs/`, with what each of its values means and which kernels take it so; presets, `--set` and `holdfast list` all read this table.
 */
export const KNOBS = {
  ...FORK_KNOBS,
  ...PIN_KNOBS,
  ...FREE_KNOBS,
  ...EXCLUSIVE_KNOBS,
  ...FAULT_KNOBS,
  ...WRITEBACK_KNOBS,
  ...DEVICE_KNOBS,
};

export type KnobName = keyof typeof KNOBS;

/** One decision for every knob. */
export type Design = { readonly [K in KnobName]: keyof (typeof KNOBS)[K]['values'] & string };

/** `--set knob=value` that names no knob, or no value of it. */
export type DesignError =
  | { readonly kind: 'unknown-knob'; readonly knob: string; readonly knobs: readonly string[] }
  | {
      readonly kind: 'unknown-value';
      readonly knob: KnobName;
      readonly value: string;
      readonly values: readonly string[];
    };

export const isKnob = (name: string): name is KnobName => Object.hasOwn(KNOBS, name);

/** The values of a knob, in the order of its declaration. */
export const knobValues = (name: KnobName): readonly string[] => Object.keys(KNOBS[name].values);

/** The design with some decisions taken otherwise, or the first thing wrong with them. */
export function designWith(design: Design, decisions: Readonly<Record<string, string>>): Design | DesignError {
  for (const [name, value] of Object.entries(decisions)) {
    if (!isKnob(name)) return { kind: 'unknown-knob', knob: name, knobs: Object.keys(KNOBS) };
    if (!Object.hasOwn(KNOBS[name].values, value)) {
      return { kind: 'unknown-value', knob: name, value, values: knobValues(name) };
    }
  }
  return { ...design, ...(decisions as Partial<Design>) };
}
