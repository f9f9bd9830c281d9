declare const HOLDFAST_VERSION: string;

/** The version in package.json, put here by the build. */
export const VERSION = HOLDFAST_VERSION;
