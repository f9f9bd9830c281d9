import { type Design, KNOBS, type KnobName } from '../../mm/design/design.ts';

const KNOB_NAMES = Object.keys(KNOBS) as KnobName[];

/** A design that knows which of its decisions were asked for. */
export function watched(design: Design): { readonly design: Design; readonly asked: () => readonly KnobName[] } {
  const asked = new Set<KnobName>();
  const watching = {} as Record<KnobName, string>;
  for (const knob of KNOB_NAMES) {
    Object.defineProperty(watching, knob, {
      enumerable: true,
      get() {
        asked.add(knob);
        return design[knob];
      },
    });
  }
  return { design: watching as Design, asked: () => [...asked] };
}
