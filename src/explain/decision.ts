import type { ModelName } from '../models/registry.ts';

/** A change of the kernel, as people cite it: the first digits of its hash, and the first release that has it. */
export interface CommitName {
  readonly hash: string;
  readonly subject: string;
  readonly release: string;
}

/** Releases in a row that take a decision the same way. */
export interface Stretch {
  /** The first of them; undefined where the oldest that is known does. */
  readonly since: string | undefined;
  /** The first after them; undefined where the newest that is known still does. */
  readonly until: string | undefined;
  /** What brought it. */
  readonly commits: readonly CommitName[];
}

/** A decision of a design that is taken otherwise. */
export interface Decision {
  readonly knob: string;
  readonly before: string;
  readonly value: string;
  /** What is decided, and what the value means. */
  readonly about: string;
  readonly meaning: string;
  /** Where kernels take it so; empty where none does. */
  readonly kernels: readonly Stretch[];
  /** Where no kernel takes it so but on this machine. */
  readonly machine?: 'x86';
}

/** What is known of a race in one form under one design. Of what is broken the strongest model that breaks it. */
export interface CellAnswer {
  readonly kind:
    | 'holds'
    | 'vacuous'
    | 'violated'
    | 'deadlock'
    | 'data-race'
    | 'bounded'
    | 'interrupted'
    | 'absent'
    | 'error';
  readonly model: ModelName;
}

/** Do two cells say the same? */
export const isSame = (a: CellAnswer, b: CellAnswer): boolean =>
  a.kind === b.kind && (['holds', 'vacuous', 'absent'].includes(a.kind) || a.model === b.model);

export const isDecided = ({ kind }: CellAnswer): boolean => !['bounded', 'interrupted', 'error'].includes(kind);

/** A change on the way from one design to another. */
export interface WhyStep {
  /** Undefined of a decision that no kernel took. */
  readonly commit: CommitName | undefined;
  readonly decisions: readonly Decision[];
  /** The cell with this change and all before it. */
  readonly after: CellAnswer;
}

/** How one cell became another. */
export interface Why {
  readonly variant: string;
  readonly from: CellAnswer;
  readonly to: CellAnswer;
  /** What lies between and decides what the race asks for, in its order. */
  readonly steps: readonly WhyStep[];
  /** Every smallest set of decisions with which, taken alone, the first cell becomes the last; none where both are the same. */
  readonly movers: readonly (readonly Decision[])[];
  /** Whether it is known that there are no others as small. */
  readonly complete: boolean;
}

/** A race in one of its forms, under a design. */
export interface VariantAnswer {
  readonly variant: string;
  readonly answer: CellAnswer;
}

/** Decisions taken otherwise, none of which can be left out, and what then becomes of every form that was asked about. */
export interface DecisionMend {
  readonly decisions: readonly Decision[];
  readonly after: readonly VariantAnswer[];
  /** The kernel that they are taken from, where they are. */
  readonly kernel?: string;
}

/** How a race could be mended by other decisions. */
export interface DecisionMends {
  /** Every form that was asked about, as it stands. */
  readonly before: readonly VariantAnswer[];
  /**
   * What the first later kernel does in which the most of them hold; then the smallest sets of all with which all those hold
   * that can be mended, or of each where no set is known that mends all of them.
   */
  readonly mends: readonly DecisionMend[];
  /** Whether there are no others as small. */
  readonly complete: boolean;
  /** How often a form was explored. */
  readonly tried: number;
}

/** Is it explored in full, and fine? */
export const isHolding = ({ kind }: CellAnswer): boolean => kind === 'holds';

/** Does something fail? */
export const isFailing = ({ kind }: CellAnswer): boolean => ['violated', 'deadlock', 'data-race'].includes(kind);
