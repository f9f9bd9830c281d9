import { type Analysis, executionsOf } from '../explain/analysis.ts';
import { findingsOf } from './analysis-findings.ts';
import type { AnalysisFormat } from './analysis-format.ts';
import { analysisHtml } from './analysis-html.ts';
import { analysisJson } from './analysis-json.ts';
import { analysisMail } from './analysis-mail.ts';
import { analysisText } from './analysis-text.ts';
import { executionDot } from './execution-dot.ts';
import { executionSvg } from './execution-svg.ts';
import { github } from './github.ts';
import { junit } from './junit.ts';
import { sarif } from './sarif.ts';
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
      return junit([
        {
          name: `holdfast ${a.analysis} ${a.path}`,
          seconds: a.seconds,
          findings: findingsOf(a),
          output: analysisText(a),
        },
      ]);
    case 'sarif':
      return sarif(findingsOf(a));
    case 'github':
      return github(findingsOf(a));
  }
}
