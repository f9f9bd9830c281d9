/**
 * The objects of SARIF 2.1.0 (OASIS standard, sections 3.13 to 3.58) that Holdfast writes, with everything that the
 * standard demands of them and nothing that it does not have.
 */
const object = (properties: object, required: readonly string[] = [], more: object = {}): object => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
  ...more,
});
const list = (items: object, more: object = {}): object => ({ type: 'array', items, ...more });
const text = { type: 'string' };
const nonempty = { type: 'string', minLength: 1 };
const uri = { type: 'string', format: 'uri-reference' };
const index = { type: 'integer', minimum: 0 };
const message = object({ text: nonempty }, ['text']);
const artifactLocation = object({ uri }, ['uri']);

const region = object(
  {
    startLine: { type: 'integer', minimum: 1 },
    startColumn: { type: 'integer', minimum: 1 },
    charOffset: index,
    charLength: index,
    snippet: object({ text }),
  },
  [],
  { anyOf: [{ required: ['startLine'] }, { required: ['charOffset', 'charLength'] }] },
);
const location = object({
  physicalLocation: object({ artifactLocation, region }, ['artifactLocation']),
  logicalLocations: list(object({ name: nonempty, kind: text }), { uniqueItems: true }),
  message,
});
const threadFlow = object(
  {
    id: nonempty,
    locations: list(
      object({
        location,
        executionOrder: { type: 'integer', minimum: -1 },
        importance: { enum: ['important', 'essential', 'unimportant'] },
      }),
      { minItems: 1 },
    ),
  },
  ['locations'],
);
const fix = object(
  {
    description: message,
    artifactChanges: list(
      object(
        {
          artifactLocation,
          replacements: list(object({ deletedRegion: region, insertedContent: object({ text }) }, ['deletedRegion']), {
            minItems: 1,
          }),
        },
        ['artifactLocation', 'replacements'],
      ),
      { minItems: 1, uniqueItems: true },
    ),
  },
  ['artifactChanges'],
);
const result = object(
  {
    ruleId: nonempty,
    ruleIndex: index,
    kind: { enum: ['notApplicable', 'pass', 'fail', 'review', 'open', 'informational'] },
    level: { enum: ['none', 'note', 'warning', 'error'] },
    message,
    locations: list(location),
    codeFlows: list(object({ message, threadFlows: list(threadFlow, { minItems: 1 }) }, ['threadFlows'])),
    fixes: list(fix, { uniqueItems: true }),
    partialFingerprints: { type: 'object', additionalProperties: text },
  },
  ['message'],
  // 3.27.10: a level that is not none goes with a failure alone.
  {
    if: { properties: { kind: { not: { const: 'fail' } } }, required: ['kind'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { level: { const: 'none' } } },
  },
);
const rule = object({ id: nonempty, shortDescription: message }, ['id']);

export const SARIF = object(
  {
    $schema: { type: 'string', format: 'uri' },
    version: { const: '2.1.0' },
    runs: list(
      object(
        {
          tool: object({ driver: object({ name: nonempty, rules: list(rule, { uniqueItems: true }) }, ['name']) }, [
            'driver',
          ]),
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          results: list(result),
        },
        ['tool'],
      ),
    ),
  },
  ['version', 'runs'],
);
