import { type Design, designWith } from '../mm/design/design.ts';
import { isOp, type KernelOps, OPS } from '../mm/design/ops.ts';
import type { OwnProperty, Patch } from '../mm/design/patch.ts';
import { type NamedDesign, presetNamed } from '../mm/design/presets.ts';
import { PROPERTIES } from './properties.ts';
import { ScenarioError } from './scenario-error.ts';

/** A design as its author writes it: a kernel or a proposal, and what is otherwise. */
export interface DesignSpec {
  /** What its column is called: one word, and none that a kernel or a proposal has. */
  readonly name: string;
  /** Where it is from, in a line. */
  readonly doc: string;
  /** The kernel or the proposal that is changed: `v5.9`. */
  readonly base: string;
  /** The decisions that are taken otherwise. */
  readonly set?: Partial<Design>;
  /** The functions that are written otherwise; {@link OPS} has those that they replace. */
  readonly functions?: Partial<KernelOps>;
  /** What must hold besides, by names that no other property has. */
  readonly properties?: Readonly<Record<string, OwnProperty>>;
}

/** A design that somebody wrote. */
export interface OwnDesign extends NamedDesign {
  readonly kind: 'design';
  readonly doc: string;
  /** The kernel or the proposal that it changes. */
  readonly base: string;
  readonly patch: Patch;
}

/** Makes a design of its description. @throws ScenarioError where it names what there is not */
export function design(spec: DesignSpec): OwnDesign {
  const { name, doc, base, set = {}, functions = {}, properties = {} } = spec;
  const origin = new Error().stack ?? '';
  const refuse = (message: string): never => {
    throw new ScenarioError(message, [origin], undefined, 'design');
  };
  if (typeof name !== 'string' || !/^[\w.+-]+$/.test(name))
    refuse(`the name of a design is one word, and not '${name}'`);
  if (presetNamed(name) !== undefined) refuse(`a design of your own has another name than '${name}', which is known`);
  const preset = presetNamed(base) ?? refuse(`the base of ${name} is no kernel and no proposal: '${base}'`);
  const made = designWith(preset.design, set as Readonly<Record<string, string>>);
  if ('kind' in made) {
    if (made.kind === 'unknown-knob') return refuse(`${name} sets '${made.knob}', and no knob is called so`);
    return refuse(`${name} sets ${made.knob} to '${made.value}'; it may be ${made.values.join(', ')}`);
  }
  for (const [key, value] of Object.entries(functions)) {
    if (!isOp(key)) refuse(`${name} replaces '${key}'; what can be replaced is ${Object.keys(OPS).join(', ')}`);
    if (typeof value !== 'function') refuse(`${name} replaces ${key} by what is no function`);
  }
  for (const [key, property] of Object.entries(properties)) {
    if (Object.hasOwn(PROPERTIES, key)) refuse(`a property of your own has another name than ${key}, which is known`);
    if (typeof property?.broken !== 'function') refuse(`property ${key} of ${name} has no function broken()`);
  }
  const { release } = preset;
  return {
    kind: 'design',
    name,
    doc,
    base: preset.name,
    release,
    design: made,
    patch: { functions, properties, origin },
  };
}

export const isOwnDesign = (value: unknown): value is OwnDesign =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'design' && 'patch' in value;

/** A design of one's own with decisions taken otherwise; both were looked at before. */
export function ownDesignWith(own: OwnDesign, decisions: Readonly<Record<string, string>>): NamedDesign {
  const made = designWith(own.design, decisions);
  if ('kind' in made) throw new RangeError(`${own.name} has no such decision: ${made.knob}`);
  const { release, patch } = own;
  const name = [own.name, ...Object.entries(decisions).map(([knob, value]) => `${knob}=${value}`)].join(' ');
  return { name, design: made, patch, ...(release && { release }) };
}
