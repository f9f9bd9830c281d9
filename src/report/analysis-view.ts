import { type Analysis, executionsOf } from '../explain/analysis.ts';
import type { AnalysisFormat } from './analysis-format.ts';
import { analysisGithub } from './analysis-github.ts';
import { analysisHtml } from './analysis-html.ts';
import { analysisJson } from './analysis-json.ts';
import { analysisJunit } from './analysis-junit.ts';
import { analysisMail } from './analysis-mail.ts';
import { analysisSarif } from './analysis-sarif.ts';
import { analysisText } from './analysis-text.ts';
import { executionDot } from './execution-dot.ts';
import { executionSvg } from './execution-svg.ts';
import type { Style } from './style.ts';

/** An analysis in a format, ready to be written out. Pictures are of its executions; SVG has the first only. */
export function analysisView(a: Analysis, format: AnalysisFormat, width: number, style: Style): string {
  switch (format) {
    case 'text':
      return analysisText(a, width, style);
    case 'mail':
      return analysisMail(a);
    case 'json':
      return analysisJson(a);
    case 'dot':
      return executionsOf(a)
        .map(({ title, execution }) => executionDot(execution, title))
        .join('\n');
    case 'svg':
      return executionsOf(a)
        .slice(0, 1)
        .map(({ execution }) => executionSvg(execution))
        .join('');
    case 'html':
      return analysisHtml(a);
    case 'junit':
      return analysisJunit(a);
    case 'sarif':
      return analysisSarif(a);
    case 'github':
      return analysisGithub(a);
  }
}
