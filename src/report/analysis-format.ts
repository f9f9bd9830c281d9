/** The views of an analysis. */
export const ANALYSIS_FORMATS = ['text', 'mail', 'json', 'dot', 'svg', 'html', 'junit', 'sarif', 'github'] as const;
export type AnalysisFormat = (typeof ANALYSIS_FORMATS)[number];
