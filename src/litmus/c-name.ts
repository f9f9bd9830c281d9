import { IntKind } from '../cpu/integer.ts';
import type { Call, Expression, Invocation, Member, Name } from './ast.ts';
import { parseTypeName, typeOfOperand } from './c-declarator.ts';
import { primitiveNamed, primitiveNames } from './c-primitives.ts';
import { startsDeclaration } from './c-word.ts';
import type { Cursor } from './cursor.ts';
import { didYouMean } from './nearest.ts';
import { signature, takes } from './primitive.ts';

import { fieldIn, signatureOf, typeOf } from './type-of.ts';
import { whyNotSupported } from './unsupported.ts';
import { arithmeticType, pointerTo, stride, type ValueType, VOID } from './value-type.ts';

/*
 * Names and their uses in a file of C, where what is wrong can be said at once: everything is declared before it is used.
 */

type Parse = (cursor: Cursor) => Expression;
interface Parsers {
  /** An expression without a comma. */
  readonly value: Parse;
  /** What may stand behind `sizeof`. */
  readonly unary: Parse;
}

const number = (at: Name, cursor: Cursor, value: number, integer = IntKind.U64): Expression => {
  return { kind: 'number', start: at.start, end: cursor.previousEnd, value, integer };
};

/** What looks like a call, and takes types: sizeof, offsetof and container_of. Undefined of all other names. */
export function parseBuiltin(cursor: Cursor, at: Name, parsers: Parsers): Expression | undefined {
  switch (at.name) {
    case 'sizeof':
    case '_Alignof':
      return number(at, cursor, sizeOf(cursor, at, parsers));
    case 'offsetof':
    case '__builtin_offsetof': {
      cursor.expect('(', `after ${at.name}`);
      const type = parseTypeName(cursor).value!;
      cursor.expect(',', 'between the type and its member');
      const offset = memberOffset(cursor, type);
      cursor.expect(')', 'after the member');
      return number(at, cursor, offset);
    }
    case 'container_of':
    case 'container_of_const': {
      cursor.expect('(', `after ${at.name}`);
      const operand = parsers.value(cursor);
      cursor.expect(',', 'between the pointer and the type');
      const type = parseTypeName(cursor);
      cursor.expect(',', 'between the type and its member');
      const offset = memberOffset(cursor, type.value!);
      cursor.expect(')', 'after the member');
      const place = { start: at.start, end: cursor.previousEnd };
      const bytes = { ...type, value: pointerTo(arithmeticType(['char'])!) };
      const left: Expression = { kind: 'cast', ...place, type: bytes, operand };
      const difference: Expression = {
        kind: 'binary',
        ...place,
        operator: '-',
        left,
        right: number(at, cursor, offset),
      };
      return { kind: 'cast', ...place, type: { ...type, value: pointerTo(type.value!) }, operand: difference };
    }
    case '__func__':
    case '__FUNCTION__':
      return { kind: 'text', start: at.start, end: at.end };
    default:
      return undefined;
  }
}

function sizeOf(cursor: Cursor, at: Name, { unary }: Parsers): number {
  const isType =
    cursor.is('(') &&
    startsDeclaration(cursor.scope!, /^\s*(\w*)/.exec(cursor.source.text.slice(cursor.end, cursor.end + 200))![1]!);
  let type: ValueType;
  if (isType) {
    cursor.next();
    type = parseTypeName(cursor).value!;
    cursor.expect(')', 'after the type');
  } else type = typeOfOperand(cursor, unary(cursor));
  if (type.record !== undefined && !type.record.isDefined) {
    cursor.failAt(
      at.start,
      cursor.previousEnd,
      `${type.name} is not defined`,
      { expected: 'its members in braces' },
      'HF105',
    );
  }
  return type === VOID || type.signature !== undefined ? 1 : stride(type);
}

/** `list.next`, `[2].count`: the member of a type that offsetof is asked of. */
function memberOffset(cursor: Cursor, of: ValueType): number {
  let type = of;
  let offset = 0;
  do {
    const { start, end } = cursor;
    const name = cursor.expectName('the name of a member');
    const field = type.record?.field(name);
    if (field === undefined) noMember(cursor, type, { start, end, name });
    offset += field.offset;
    type = field.type;
    while (cursor.is('[')) {
      cursor.next();
      offset += cursor.expectCount('the number of an element') * stride(type.array?.element ?? type);
      type = type.array?.element ?? type;
      cursor.expect(']', 'after the number of an element');
    }
  } while (cursor.accept('.'));
  return offset;
}

/** What a name stands for: a constant, a variable, or a function. Undefined of a primitive, which is called. */
export function namedIn(cursor: Cursor, at: Name): Expression | undefined {
  const scope = cursor.scope!;
  const { start, end, name } = at;
  const meaning = scope.meaningOf(name);
  switch (meaning?.kind) {
    case 'constant':
      return { kind: 'number', start, end, value: meaning.value, integer: meaning.integer };
    case 'variable':
      return { kind: 'name', start, end, name: meaning.name };
    case 'type':
      return cursor.failAt(start, end, `${name} is a type`, { expected: 'a variable or a number' });
  }
  if (name === 'VAL') return at;
  const isCalled = cursor.is('(');
  if (isCalled && primitiveNamed(name) !== undefined) return undefined;
  const why = isCalled ? whyNotSupported(name) : undefined;
  if (why !== undefined) cursor.failAt(start, end, `${name}() is not supported`, { help: why }, 'HF120');
  const what = isCalled ? `there is no function ${name}()` : `${name} is not declared`;
  const known = isCalled ? [...scope.names(), ...primitiveNames()] : scope.names();
  const expected = isCalled ? { expected: 'a function that is defined above, or a primitive of the kernel' } : {};
  cursor.failAt(start, end, what, { ...expected, ...didYouMean(name, known) }, isCalled ? 'HF110' : 'HF111');
}

function noMember(
  cursor: Cursor,
  type: ValueType,
  { start, end, name }: { start: number; end: number; name: string },
): never {
  const { record } = type;
  if (record === undefined)
    cursor.failAt(start, end, `${type.name} has no members`, { expected: 'a structure' }, 'HF105');
  if (!record.isDefined) {
    cursor.failAt(
      start,
      end,
      `${record.name} is not defined`,
      { help: `Write what the protocol needs of it: ${record.name} { ... };` },
      'HF105',
    );
  }
  cursor.failAt(start, end, `${record.name} has no member ${name}`, didYouMean(name, record.names), 'HF105');
}

export function checkMember(cursor: Cursor, e: Member): void {
  const { typing } = cursor.scope!;
  const at = { start: e.end - e.field.length, end: e.end, name: e.field };
  const object = e.arrow ? typeOf(typing, e.object) : typeOfOperand(cursor, e.object);
  if (e.arrow && object.pointee === undefined) {
    const help = object.record === undefined ? {} : { help: `It is no pointer: write \`.${e.field}\`.` };
    cursor.failAt(at.start, at.end, `\`->\` needs a pointer, and this is ${object.name}`, help, 'HF105');
  }
  if (!e.arrow && object.pointee?.record !== undefined) {
    cursor.failAt(at.start, at.end, `this is a pointer, ${object.name}`, { help: `Write \`->${e.field}\`.` }, 'HF105');
  }
  const type = e.arrow ? object.pointee! : object;
  if (fieldIn(type, e.field) === undefined) noMember(cursor, type, at);
}

export function checkPointer(cursor: Cursor, e: Expression): void {
  const { pointee, name } = typeOf(cursor.scope!.typing, e);
  if (pointee === undefined)
    cursor.failAt(e.start, e.end, `this is no pointer, but ${name}`, { expected: 'a pointer' }, 'HF105');
  if (pointee === VOID) {
    cursor.failAt(
      e.start,
      e.end,
      'nobody says what this points to',
      { expected: 'a pointer to a type other than void', help: 'Cast it.' },
      'HF105',
    );
  }
}

/** Whether a call has the arguments that the function takes. */
export function checkCalled(cursor: Cursor, e: Invocation): void {
  const type = signatureOf(cursor.scope!.typing, e.function);
  if (type === undefined) {
    cursor.failAt(
      e.function.start,
      e.function.end,
      'this is no function',
      { expected: 'a function, or a pointer to one' },
      'HF112',
    );
  }
  const { parameters, isOpen } = type;
  const count = e.arguments.length;
  if (count === parameters.length || (isOpen && count >= parameters.length)) return;
  cursor.failAt(
    e.start,
    e.end,
    `this passes ${count} argument${count === 1 ? '' : 's'}`,
    {
      expected: `${isOpen ? 'at least ' : ''}${parameters.length === 0 ? 'none' : parameters.length}`,
    },
    'HF112',
  );
}

export function checkPrimitive(cursor: Cursor, { callee, arguments: args }: Call): void {
  const primitive = primitiveNamed(callee.name)!;
  if (!takes(primitive, args.length)) {
    const count = args.length;
    cursor.failAt(
      callee.start,
      callee.end,
      `${callee.name}() has ${count} argument${count === 1 ? '' : 's'}`,
      {
        expected: `\`${signature(callee.name, primitive)}\``,
      },
      'HF112',
    );
  }
  for (const [i, letter] of [...primitive.parameters].entries()) {
    const argument = args[i]!;
    if (letter === 'p') checkPointer(cursor, argument);
    if (letter === 'l' && !isInMemory(argument)) {
      cursor.failAt(
        argument.start,
        argument.end,
        `${callee.name}() needs something in memory`,
        {
          expected: `\`${signature(callee.name, primitive)}\`, where x is a pointer`,
        },
        'HF112',
      );
    }
    if (letter === 'f' && argument.kind !== 'name') {
      cursor.failAt(
        argument.start,
        argument.end,
        `${callee.name}() needs a variable`,
        { expected: '`unsigned long flags`' },
        'HF112',
      );
    }
  }
}

const isInMemory = (e: Expression): boolean =>
  e.kind === 'name' || e.kind === 'member' || e.kind === 'index' || (e.kind === 'unary' && e.operator === '*');
