import type { CellResult } from './cell-result.ts';

/** One line of JSON for a cell. */
export const cellJson = (cell: CellResult): string => `${JSON.stringify({ version: 1, ...cell })}\n`;
