import type { Expression, List } from './ast.ts';
import { isScalar, stride, type ValueType } from './value-type.ts';

/** A value for one word of an object. */
export interface InitialWord {
  /** In bytes from the start of the object. */
  readonly offset: number;
  readonly type: ValueType;
  readonly value: Expression;
}

/** What is wrong with an initialiser, and where. */
export interface Misplaced {
  readonly at: Expression;
  readonly message: string;
}

/** Which word of an object gets which value; what is not named is 0. A word that is named twice is there twice. */
export function initialWords(
  type: ValueType,
  list: List,
  constant: (e: Expression) => number | undefined,
): InitialWord[] | Misplaced {
  const words: InitialWord[] = [];
  const failure = fill(type, list, 0, constant, words);
  return failure ?? words;
}

function fill(
  type: ValueType,
  list: List,
  base: number,
  constant: (e: Expression) => number | undefined,
  words: InitialWord[],
): Misplaced | undefined {
  const parts = new Parts(type);
  for (const { designators, value } of list.items) {
    const [first, ...more] = designators;
    if (first !== undefined) {
      const index = typeof first === 'string' ? first : constant(first);
      if (index === undefined) return { at: first as Expression, message: 'this is no constant' };
      if (!parts.seek(index))
        return {
          at: value,
          message: `${type.name} has no ${typeof index === 'string' ? 'member' : 'element'} ${index}`,
        };
    }
    let part = parts.next();
    if (part === undefined) return { at: value, message: `there are more values than ${type.name} has room for` };
    for (const designator of more) {
      const inner = new Parts(part.type);
      const index = typeof designator === 'string' ? designator : constant(designator);
      if (index === undefined || !inner.seek(index))
        return { at: value, message: `${part.type.name} has no such part` };
      const found = inner.next()!;
      part = { type: found.type, offset: part.offset + found.offset };
    }
    const offset = base + part.offset;
    if (value.kind === 'list') {
      const failure = isScalar(part.type)
        ? scalarIn(part.type, value, offset, words)
        : fill(part.type, value, offset, constant, words);
      if (failure !== undefined) return failure;
    } else if (isScalar(part.type)) words.push({ offset, type: part.type, value });
    else return { at: value, message: `${part.type.name} needs values in braces` };
  }
  return undefined;
}

/** A word in braces of its own. */
function scalarIn(type: ValueType, list: List, offset: number, words: InitialWord[]): Misplaced | undefined {
  const [item, second] = list.items;
  if (second !== undefined || item?.value.kind === 'list') return { at: list, message: `${type.name} has one value` };
  if (item !== undefined) words.push({ offset, type, value: item.value });
  return undefined;
}

/** The parts of an object, one after the other. */
class Parts {
  private at = 0;

  constructor(private readonly type: ValueType) {}

  /** Goes to a member or an element. @returns whether there is one */
  seek(to: string | number): boolean {
    const { array, record } = this.type;
    if (typeof to === 'number') {
      this.at = to;
      return array !== undefined && to >= 0 && (array.count === 0 || to < array.count);
    }
    const index = record?.fields.findIndex(
      ({ name, type }) => name === to || (name === undefined && type.record?.field(to) !== undefined),
    );
    if (index === undefined || index < 0) return false;
    const field = record!.fields[index]!;
    this.at = index;
    this.inner = field.name === undefined ? to : undefined;
    return true;
  }

  private inner: string | undefined;

  next(): { type: ValueType; offset: number } | undefined {
    const { array, record } = this.type;
    const { at, inner } = this;
    this.at++;
    this.inner = undefined;
    if (array !== undefined) {
      return at < array.count ? { type: array.element, offset: at * stride(array.element) } : undefined;
    }
    const field = record?.fields[at];
    if (field === undefined || (record!.isUnion && at > 0 && inner === undefined && this.at > record!.fields.length))
      return undefined;
    return inner === undefined ? field : record!.field(inner);
  }
}
