import type { Analysis } from '../explain/analysis.ts';
import type { AnalysisFormat } from './analysis-format.ts';
import { analysisMail } from './analysis-mail.ts';
import { analysisText } from './analysis-text.ts';
import type { Style } from './style.ts';

/** An analysis in a format, ready to be written out. */
export function analysisView(a: Analysis, format: AnalysisFormat, width: number, style: Style): string {
  switch (format) {
    case 'mail':
      return analysisMail(a);
    default:
      return analysisText(a, width, style);
  }
}
