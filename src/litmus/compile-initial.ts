import { Mode } from '../cpu/modes.ts';
import { compileLoad, compileStore, constant, type Evaluate } from './access.ts';
import type { Declarator, Expression } from './ast.ts';
import { compile, compileAs } from './compile-expression.ts';
import { constantOf, type Scope } from './constant.ts';
import { during } from './here.ts';
import { initialWords } from './initialiser.ts';
import { addressOf, MAX_CELLS } from './layout.ts';
import type { Machine } from './machine.ts';
import { wordsOf } from './record.ts';
import type { ValueType } from './value-type.ts';

/** Gives a structure or an array of a function its initial value: all that is not named becomes 0, as C has it. */
export function compileInitial(scope: Scope, d: Declarator, type: ValueType, initial: Expression): Evaluate[] {
  const binding = scope.thread.bindings.get(d.name);
  if (binding?.kind !== 'memory') throw new Error(`${d.name} is not in memory`);
  const base = addressOf(binding.location);
  const store = (offset: number, of: ValueType, value: Evaluate): Evaluate =>
    during(
      scope.here,
      d,
      compileStore(
        { kind: 'address', address: constant(base + offset), place: d, type: of, access: of },
        value,
        Mode.Plain,
      ),
    );
  if (initial.kind !== 'list') {
    const from = compile(scope, {
      kind: 'unary',
      start: initial.start,
      end: initial.end,
      operator: '&',
      operand: initial,
    });
    return wordsOf(type, undefined, MAX_CELLS).map(({ offset, type: of }) => {
      const place = {
        kind: 'address' as const,
        address: (m: Machine) => from(m) + offset,
        place: initial,
        type: of,
        access: of,
      };
      return store(offset, of, compileLoad(place, scope.plain));
    });
  }
  const words = initialWords(type, initial, (e) => constantOf(scope, e));
  if ('message' in words) throw new Error(words.message);
  const named = new Map(words.map((word) => [word.offset, word]));
  return wordsOf(type, undefined, MAX_CELLS).map(({ offset, type: of }) => {
    const word = named.get(offset);
    return store(offset, of, word === undefined ? constant(0) : compileAs(scope, word.value, of));
  });
}
