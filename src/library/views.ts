import type { Answer } from '../ask/request.ts';
import { analysisJson } from '../report/analysis-json.ts';
import { analysisText } from '../report/analysis-text.ts';
import { cellJson } from '../report/cell-json.ts';
import { cellText } from '../report/cell-text.ts';
import { litmusJson } from '../report/litmus-json.ts';
import { litmusText } from '../report/litmus-text.ts';

/** An answer as the line of JSON that the command prints of it, as the schemas say. */
export const json = (answer: Answer): string =>
  'analysis' in answer ? analysisJson(answer) : 'scenario' in answer ? cellJson(answer) : litmusJson(answer);

/** An answer in words, as the command prints it. @param width in columns */
export const text = (answer: Answer, width = 80): string =>
  'analysis' in answer
    ? analysisText(answer, width)
    : 'scenario' in answer
      ? cellText(answer, width)
      : litmusText(answer, width);
