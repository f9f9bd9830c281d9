/** Tests on which we differ from what is expected, or give no answer, by the reason; each reason holds for every path. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  'herd7 keeps a value that justifies itself as a symbol, and counts a state with it': [
    'mckenney/manual/oota/C-JO-OOTA-1.litmus',
  ],
};

export const KNOWN: ReadonlyMap<string, string> = new Map(
  Object.entries(CLASSES).flatMap(([reason, paths]) => paths.map((path) => [path, reason])),
);
