import Ajv2020 from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { LitmusResult } from '../../src/fronts/litmus/litmus-result.ts';
import { github } from '../../src/report/github.ts';
import { junit } from '../../src/report/junit.ts';
import { litmusFindings } from '../../src/report/litmus-findings.ts';
import { sarif } from '../../src/report/sarif.ts';
import { RESULTS } from './examples.ts';
import { junitProblems, readXml } from './schemas/junit.ts';
import { SARIF } from './schemas/sarif-2.1.0.ts';

const all = Object.entries(RESULTS);

describe('what is found of a litmus test', () => {
  it.each([
    ['sometimes', 'note decided: Sometimes: exists (0:r0=0 /\\ 1:r0=0).'],
    ['contradicted', 'error contradicted: Sometimes: exists (0:r0=0 /\\ 1:r0=0), but the Result: comment says Never.'],
    [
      'deadlock',
      'warning deadlock: no execution completes: P0 waits without end at spin_lock(x) (line 9) for x, which is 1.',
    ],
    ['timeout', 'note undecided: stopped by --timeout before it was decided.'],
    ['interrupted', 'note undecided: interrupted before it was decided.'],
    ['error', "error bad-input: unknown macro 'WRITE_ONE'"],
  ])('%s: %s', (name, expected) => {
    const [finding] = litmusFindings(RESULTS[name]!);
    expect(`${finding!.level} ${finding!.rule}: ${finding!.message}`).toBe(expected);
  });

  it('every flag, and as a warning those that nobody promised', () => {
    const findings = litmusFindings({ ...RESULTS.sometimes!, flags: ['lock-final', 'mixed-accesses'] } as LitmusResult);
    expect(findings.map(({ level, rule, message }) => `${level} ${rule}: ${message.split(':')[0]}`)).toEqual([
      'note decided: Sometimes',
      'warning flagged: lock-final',
      'note flagged: mixed-accesses',
    ]);
    expect(litmusFindings(RESULTS.race!).map(({ level }) => level)).not.toContain('warning');
  });

  it('as JUnit, a suite for each test', () => {
    const suites = all.map(([name, result]) => {
      return { name, seconds: result.seconds, findings: litmusFindings(result), output: '' };
    });
    const root = readXml(junit(suites));
    expect(junitProblems(root)).toEqual([]);
    expect(root.children).toHaveLength(all.length);
    const findings = all.flatMap(([, result]) => litmusFindings(result));
    expect(root.attributes).toMatchObject({ tests: String(findings.length), errors: '1' });
  });

  it('as SARIF, with the place of what is wrong', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(SARIF);
    const log = JSON.parse(sarif(all.flatMap(([, result]) => litmusFindings(result))));
    validate(log);
    expect(validate.errors ?? []).toEqual([]);
    const bad = log.runs[0].results.find((result: { ruleId: string }) => result.ruleId === 'bad-input');
    expect(bad.locations[0].physicalLocation.region).toMatchObject({ startLine: 7, startColumn: 2 });
  });

  it('as annotations', () => {
    expect(github(litmusFindings(RESULTS.error!))).toBe(
      "::error file=tests/bad.litmus,line=7,col=2,title=HF101::unknown macro 'WRITE_ONE'\n",
    );
  });
});
