import type { Analysis } from '../explain/analysis.ts';
import { type Finding, findingsOf } from './analysis-findings.ts';
import { analysisText } from './analysis-text.ts';
import { executionText } from './execution-text.ts';
import { placeWords } from './execution-words.ts';
import { escaped } from './markup.ts';

/** An analysis as a test suite: what is wrong, or could be better, is a failure. */
export function analysisJunit(a: Analysis): string {
  const findings = findingsOf(a);
  const cases = findings.map((finding) => testCase(a, finding));
  const suite = `holdfast ${a.analysis} ${a.path}`;
  const counts = `tests="${cases.length || 1}" failures="${count(findings, isFailure)}" errors="${count(findings, isError)}" skipped="${count(findings, isSkipped)}" time="${a.seconds.toFixed(3)}"`;
  // A comparison without differences still was one.
  const none = `    <testcase classname="${escaped(suite)}" name="${escaped(a.name)}" time="${a.seconds.toFixed(3)}"/>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="holdfast" ${counts}>
  <testsuite name="${escaped(suite)}" ${counts}>
${cases.length === 0 ? none : cases.join('\n')}
    <system-out>${escaped(analysisText(a))}</system-out>
  </testsuite>
</testsuites>
`;
}

const isError = ({ rule }: Finding): boolean => rule === 'bad-input';
const isSkipped = ({ rule }: Finding): boolean => rule === 'undecided';
const isFailure = ({ level, rule }: Finding): boolean => level !== 'note' && rule !== 'bad-input';

const count = (findings: readonly Finding[], is: (finding: Finding) => boolean): number => findings.filter(is).length;

function testCase(a: Analysis, finding: Finding): string {
  const { rule, title, message, place, execution } = finding;
  const where = place === undefined ? '' : ` (${placeWords(place)})`;
  const name = rule === 'repair' ? `repair: ${message}` : `${title}${where}`;
  const head = `    <testcase classname="${escaped(`holdfast ${a.analysis} ${a.path}`)}" name="${escaped(name)}" time="0.000"`;
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
