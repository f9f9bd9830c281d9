/** What an option may be: the same on a command line, in an environment, from a program, and in a schema. */
export interface Kind<T> {
  /** What a value is called in a help text; undefined of what is on or off. */
  readonly noun: string | undefined;
  /** What a value must be, after "expected". */
  readonly expected: string;
  readonly has: (value: unknown) => value is T;
  /** The value that a text stands for; undefined where it stands for none. */
  readonly read: (text: string) => T | undefined;
  /** Every value as text, where there are few. */
  readonly choices?: readonly string[];
  /** As JSON schema has it. */
  readonly schema: object;
}

/** One of some words, which are lower case as text. */
export function choice<T extends string>(values: readonly T[], noun = 'name'): Kind<T> {
  const choices = values.map((value) => value.toLowerCase());
  return {
    noun,
    expected: `one of ${values.join(', ')}`,
    has: (value): value is T => values.includes(value as T),
    read: (text) => values[choices.indexOf(text)],
    choices,
    schema: { enum: values },
  };
}

/** A whole number. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const isOpen = most === Number.MAX_SAFE_INTEGER;
  const has = (value: unknown): value is number =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
  return {
    noun: 'n',
    expected: `a whole number from ${least}${isOpen ? '' : ` to ${most}`}`,
    has,
    read: (text) => (/^\d+$/.test(text) && has(Number(text)) ? Number(text) : undefined),
    schema: { type: 'integer', minimum: least, ...(isOpen ? {} : { maximum: most }) },
  };
}

/** A time in seconds; as text `none` for infinitely many. */
export const seconds: Kind<number> = {
  noun: 'seconds',
  expected: 'a number above 0, or none',
  has: (value): value is number => typeof value === 'number' && value > 0,
  read: (text) => {
    if (text === 'none') return Number.POSITIVE_INFINITY;
    return /^\d*\.?\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
  },
  schema: { type: 'number', exclusiveMinimum: 0 },
};

/** On or off. */
export const onOff: Kind<boolean> = {
  noun: undefined,
  expected: 'true or false',
  has: (value): value is boolean => typeof value === 'boolean',
  read: () => undefined,
  schema: { type: 'boolean' },
};
