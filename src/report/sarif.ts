import type { Counterexample } from '../explain/counterexample.ts';
import type { Patch } from '../explain/edit.ts';
import type { SourcePlace } from '../explain/source-place.ts';
import { markWords } from './execution-words.ts';
import { FINDING_RULES, type Finding } from './finding.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** Findings as SARIF 2.1.0: executions are code flows with a thread flow for each CPU, and repairs are fixes. */
export function sarif(findings: readonly Finding[]): string {
  const rules = Object.keys(FINDING_RULES);
  const results = findings.map((finding) => {
    const { rule, level, title, message, file, place, execution, patch } = finding;
    return {
      ruleId: rule,
      ruleIndex: rules.indexOf(rule),
      level,
      kind: level === 'note' ? (rule === 'undecided' ? 'open' : 'informational') : 'fail',
      message: { text: `${title}: ${message}` },
      locations: locations(place, file),
      ...(execution === undefined ? {} : { codeFlows: [codeFlow(execution)], ...fingerprint(execution) }),
      ...(patch === undefined ? {} : { fixes: [fix(finding, patch)] }),
    };
  });
  const driver = {
    name: 'holdfast',
    rules: Object.entries(FINDING_RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
  };
  // Results of a kind other than `fail` have no level.
  const plain = results.map(({ level, ...rest }) =>
    rest.kind === 'fail' ? { ...rest, level } : { ...rest, level: 'none' },
  );
  const run = { tool: { driver }, columnKind: 'utf16CodeUnits', results: plain };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
}

/** A path as a reference: nothing in it is taken for a scheme, a query or a fragment. */
const uri = (file: string): string => file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');

function locations(place: SourcePlace | undefined, path: string): object[] {
  if (place !== undefined) return [location(place)];
  return path === '' ? [] : [{ physicalLocation: { artifactLocation: { uri: uri(path) } } }];
}

const location = ({ file, line, column, text, function: name }: SourcePlace): object => ({
  physicalLocation: {
    artifactLocation: { uri: uri(file) },
    region: { startLine: line, startColumn: column, snippet: { text } },
  },
  ...(name === undefined ? {} : { logicalLocations: [{ name, kind: 'function' }] }),
});

/** The steps of each CPU, with the order in which they are drawn. */
function codeFlow(c: Counterexample): object {
  const folded = new Set(c.folded);
  const flows = c.columns.map((id, thread) => ({
    id,
    locations: c.drawing.rows.flatMap((row, order) => {
      if (row.thread !== thread || row.kind === 'visible') return [];
      const event = row.events[row.events.length - 1]!;
      const { code, effect, place } = c.texts[event]!;
      const notes = row.marks.map((mark) => markWords(c, mark));
      const text = [effect === '' ? code : `${code}: ${effect}`, ...notes].join('; ');
      const message = { text };
      const importance = folded.has(event) ? 'unimportant' : notes.length > 0 ? 'essential' : 'important';
      const at = place === undefined ? { message } : { ...location(place), message };
      return [{ location: at, executionOrder: order + 1, importance }];
    }),
  }));
  // A thread flow has at least one step.
  return { message: { text: c.failure.message }, threadFlows: flows.filter((flow) => flow.locations.length > 0) };
}

const fingerprint = ({ id }: Counterexample): object =>
  id === undefined ? {} : { partialFingerprints: { 'holdfastExecution/v1': id } };

const fix = ({ message }: Finding, { file, changes }: Patch): object => ({
  description: { text: message },
  artifactChanges: [
    {
      artifactLocation: { uri: uri(file) },
      replacements: changes.map(({ start, end, text }) => ({
        deletedRegion: { charOffset: start, charLength: end - start },
        insertedContent: { text },
      })),
    },
  ],
});
