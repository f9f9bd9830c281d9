/**
 * A kind of JSON value: from one declaration TypeScript knows the type of what is printed, and `npm run schema` writes
 * the schema.
 */
export interface Schema<T> {
  readonly json: Json;
  /** What `json` refers to by name. */
  readonly defs: Readonly<Record<string, Json>>;
  /** Not there: only for {@link TypeOf}. */
  readonly type?: T;
}

/** A property that may be left out. */
export interface Optional<T> extends Schema<T> {
  readonly isOptional: true;
}

export type TypeOf<S> = S extends Schema<infer T> ? T : never;

type Json = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, Schema<unknown>>>;
type OptionalKey<P extends Properties> = { [K in keyof P]: P[K] extends Optional<unknown> ? K : never }[keyof P];
type ObjectOf<P extends Properties> = { readonly [K in Exclude<keyof P, OptionalKey<P>>]: TypeOf<P[K]> } & {
  readonly [K in OptionalKey<P>]?: TypeOf<P[K]> | undefined;
};

const plain = <T>(json: Json): Schema<T> => ({ json, defs: {} });

export const string = plain<string>({ type: 'string' });
export const boolean = plain<boolean>({ type: 'boolean' });
export const integer = plain<number>({ type: 'integer' });
/** An integer, not negative. */
export const count = plain<number>({ type: 'integer', minimum: 0 });
/** A number, not negative. */
export const amount = plain<number>({ type: 'number', minimum: 0 });
export const matching = <T extends string = string>(pattern: string): Schema<T> => plain({ type: 'string', pattern });
export const constant = <const T extends string | number>(value: T): Schema<T> => plain({ const: value });
export const oneOf = <const T extends string>(values: readonly T[]): Schema<T> => plain({ enum: values });

/** A value, and what is said of it. */
export const said = <S extends Schema<unknown>>(description: string, schema: S): S => ({
  ...schema,
  json: { ...schema.json, description },
});

export const optional = <T>(schema: Schema<T>): Optional<T> => ({ ...schema, isOptional: true });

export function nullable<T>({ json, defs }: Schema<T>): Schema<T | null> {
  if (Array.isArray(json.enum)) return { json: { ...json, enum: [...json.enum, null] }, defs };
  if (typeof json.type === 'string' && json.type !== 'object') {
    return { json: { ...json, type: [json.type, 'null'] }, defs };
  }
  return { json: { anyOf: [json, { type: 'null' }] }, defs };
}

/** A value of any of these kinds. */
export const anyOf = <S extends readonly Schema<unknown>[]>(...schemas: S): Schema<TypeOf<S[number]>> => ({
  json: { anyOf: schemas.map(({ json }) => json) },
  defs: merged(schemas),
});

/** @param more what else its schema says, such as `uniqueItems` */
export const list = <T>({ json, defs }: Schema<T>, more: Json = {}): Schema<readonly T[]> => ({
  json: { type: 'array', items: json, ...more },
  defs,
});

/** An object of any names. */
export const record = <T>({ json, defs }: Schema<T>): Schema<Readonly<Record<string, T>>> => ({
  json: { type: 'object', additionalProperties: json },
  defs,
});

/** An object with these properties and no others. */
export const object = <P extends Properties>(properties: P): Schema<ObjectOf<P>> => ({
  json: {
    type: 'object',
    additionalProperties: false,
    required: Object.keys(properties).filter((name) => !('isOptional' in properties[name]!)),
    properties: Object.fromEntries(Object.entries(properties).map(([name, { json }]) => [name, json])),
  },
  defs: merged(Object.values(properties)),
});

/** A value that is described once, and referred to by its name. */
export const named = <T>(name: string, { json, defs }: Schema<T>): Schema<T> => ({
  json: { $ref: `#/$defs/${name}` },
  defs: { ...defs, [name]: json },
});

/** A whole schema, as a file has it. @param more what else it says of its value */
export const document = (
  { json, defs }: Schema<unknown>,
  title: string,
  description: string,
  more: Json = {},
): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title,
  description,
  ...json,
  ...more,
  ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
});

const merged = (schemas: readonly Schema<unknown>[]): Readonly<Record<string, Json>> =>
  Object.assign({}, ...schemas.map(({ defs }) => defs));
