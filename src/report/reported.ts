import type { Analysis } from '../explain/analysis.ts';
import type { LitmusResult } from '../fronts/litmus/litmus-result.ts';
import type { CellResult } from '../fronts/races/cell-result.ts';
import { findingsOf } from './analysis-findings.ts';
import { analysisJson } from './analysis-json.ts';
import { analysisText } from './analysis-text.ts';
import { cellFindings, cellName } from './cell-findings.ts';
import { cellJson } from './cell-json.ts';
import { cellText } from './cell-text.ts';
import type { Finding } from './finding.ts';
import { litmusFindings } from './litmus-findings.ts';
import { litmusJson } from './litmus-json.ts';
import { litmusText } from './litmus-text.ts';
import type { Style } from './style.ts';

/** Whatever a question is answered with. */
export type Result = LitmusResult | CellResult | Analysis;

/** What is told of every result, whatever was asked: a view that needs no more than this is one of all of them. */
export interface Reported {
  /** What was asked of what. */
  readonly name: string;
  readonly seconds: number;
  /** In words. @param width in columns */
  text(width?: number, style?: Style): string;
  /** A line of JSON. */
  json(): string;
  /** One thing after the other, for tools that collect such; nothing only of two that do not differ. */
  findings(): readonly Finding[];
}

export function reported(result: Result): Reported {
  const { seconds } = result;
  if ('analysis' in result) {
    return {
      name: `holdfast ${result.analysis} ${result.path}`,
      seconds,
      text: (width, style) => analysisText(result, width, style),
      json: () => analysisJson(result),
      findings: () => findingsOf(result),
    };
  }
  if ('scenario' in result) {
    return {
      name: cellName(result),
      seconds,
      text: (width, style) => cellText(result, width, style),
      json: () => cellJson(result),
      findings: () => cellFindings(result),
    };
  }
  return {
    name: result.path,
    seconds,
    text: (width, style) => litmusText(result, width, style),
    json: () => litmusJson(result),
    findings: () => litmusFindings(result),
  };
}
