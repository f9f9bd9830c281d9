declare const HOLDFAST_VERSION: string | undefined;

/** The version in package.json, put here by the build; tests run without one. */
export const VERSION = typeof HOLDFAST_VERSION === 'undefined' ? 'development' : HOLDFAST_VERSION;
