/** Node and browsers both have it. */
declare const performance: { now(): number };

/** Milliseconds since some moment, the same until the program ends, whoever sets the clock meanwhile. */
export const now = (): number => performance.now();
