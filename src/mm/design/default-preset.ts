/** The preset that is asked about unless another is named. */
export const DEFAULT_PRESET = 'v6.12';
