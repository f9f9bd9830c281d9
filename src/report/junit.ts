import { placeWords } from '../explain/source-place.ts';
import { executionText } from './execution-text.ts';

import type { Finding } from './finding.ts';
import { escaped } from './markup.ts';

/** What JUnit calls a suite: one question about one subject, and what came of it. */
export interface Suite {
  readonly name: string;
  readonly seconds: number;
  readonly findings: readonly Finding[];
  /** What a person would have been told. */
  readonly output: string;
}

/** Findings as test cases: what is wrong, or could be better, is a failure. */
export function junit(suites: readonly Suite[]): string {
  const all = suites.flatMap(({ findings }) => findings);
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  const parts = suites.map(({ name, seconds: time, findings, output }) => {
    const cases = findings.map((finding) => testCase(name, finding));
    // A comparison without differences still was one.
    const none = `    <testcase classname="${escaped(name)}" name="${escaped(name)}" time="${time.toFixed(3)}"/>`;
    return `  <testsuite name="${escaped(name)}" ${counts(findings, Math.max(1, findings.length), time)}>
${cases.length === 0 ? none : cases.join('\n')}
    <system-out>${escaped(output)}</system-out>
  </testsuite>
`;
  });
  const tests = suites.reduce((sum, { findings }) => sum + Math.max(1, findings.length), 0);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="holdfast" ${counts(all, tests, seconds)}>
${parts.join('')}</testsuites>
`;
}

const isError = ({ rule }: Finding): boolean => rule === 'bad-input';
const isSkipped = ({ rule }: Finding): boolean => rule === 'undecided';
const isFailure = ({ level, rule }: Finding): boolean => level !== 'note' && rule !== 'bad-input';

function counts(findings: readonly Finding[], tests: number, seconds: number): string {
  const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length;
  return `tests="${tests}" failures="${count(isFailure)}" errors="${count(isError)}" skipped="${count(isSkipped)}" time="${seconds.toFixed(3)}"`;
}

function testCase(suite: string, finding: Finding): string {
  const { rule, title, message, place, execution } = finding;
  const where = place === undefined ? '' : ` (${placeWords(place)})`;
  const name = rule === 'repair' ? `repair: ${message}` : `${title}${where}`;
  const head = `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="0.000"`;
  const detail = execution === undefined ? message : `${message}\n\n${executionText(execution)}`;
  const body = isError(finding)
    ? `<error type="${rule}" message="${escaped(message)}">${escaped(detail)}</error>`
    : isSkipped(finding)
      ? `<skipped message="${escaped(message)}"/>`
      : isFailure(finding)
        ? `<failure type="${rule}" message="${escaped(message)}">${escaped(detail)}</failure>`
        : '';
  return body === '' ? `${head}/>` : `${head}>\n      ${body}\n    </testcase>`;
}
