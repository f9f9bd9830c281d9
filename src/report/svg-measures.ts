/** What pictures are measured in: pixels at their natural size. */

/** The width of a character of code. */
export const CHARACTER = 7.25;
export const LINE = 16;
export const PAD = 8;
/** Between two boxes of a column. */
export const ROW_GAP = 14;

export const round = (n: number): string => String(Math.round(n * 10) / 10);
