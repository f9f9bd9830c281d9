import { Fence, Mode } from '../cpu/modes.ts';
import type { Call, Expression, FunctionDefinition, Statement } from './ast.ts';
import { addressOf, type Layout, locate, type ThreadLayout } from './layout.ts';
import type { LitmusTest } from './litmus-test.ts';
import type { Primitive } from './primitive.ts';
import { PRIMITIVES } from './primitives.ts';
import { lvalueOf, wordType } from './type-of.ts';
import { keepsAddresses, sameSize, type ValueType, valueTypeOf } from './value-type.ts';
import { variablesOf } from './variables.ts';
import { eachPart, type Node } from './walk.ts';

/**
 * Can no execution of a test be flagged, or at fault, and does it assert nothing? Then those that cannot satisfy the condition need not be looked at.
 * It is so where all accesses are marked, of whole words and at addresses that are known, nothing is computed that may have no meaning,
 * and locks and sections are begun and ended outside of any branch. May be false of a test of which it is so as well.
 */
export function isTame(test: LitmusTest): boolean {
  const locks = new Set<number>();
  const words = new Set<number>();
  const threads = test.threads.map((thread, i) =>
    new Scan(test.layout, test.layout.threads[i]!, locks, words).isTame(thread),
  );
  // What a lock holds at the end means nothing.
  const variables = [
    ...test.observed,
    ...variablesOf(test.condition),
    ...(test.filter === undefined ? [] : variablesOf(test.filter)),
  ];
  for (const { thread, name } of variables) {
    const location = thread < 0 ? test.layout.byName.get(name) : undefined;
    if (location !== undefined) words.add(addressOf(location));
  }
  return threads.every((tame) => tame) && [...locks].every((lock) => !words.has(lock));
}

/** What may divide by zero, or shift too far. */
const PARTIAL: ReadonlySet<string | undefined> = new Set(['/', '%', '<<', '>>']);

/** Looks through a thread. */
class Scan {
  private readonly held = new Set<number>();
  private readonly types = new Map<Expression, ValueType>();
  private sections = 0;

  /** @param locks gets the addresses of locks, and `words` those of what else is accessed */
  constructor(
    private readonly memory: Layout,
    private readonly layout: ThreadLayout,
    private readonly locks: Set<number>,
    private readonly words: Set<number>,
  ) {}

  isTame({ body }: FunctionDefinition): boolean {
    return (
      body.body.every((statement) => this.isOrdering(statement) || this.isTameNode(statement)) && this.sections === 0
    );
  }

  /** Does the statement begin or end a section that was not, or was, begun before it? */
  private isOrdering(statement: Statement): boolean {
    if (statement.kind !== 'expression' || statement.expression.kind !== 'call') return false;
    const call = statement.expression;
    const primitive = PRIMITIVES.get(call.callee.name);
    if (primitive?.kind === 'fence') {
      if (primitive.fence === Fence.RcuLock) return ++this.sections > 0;
      return primitive.fence === Fence.RcuUnlock && --this.sections >= 0;
    }
    if (primitive?.kind !== 'lock' && primitive?.kind !== 'unlock') return false;
    const lock = this.pointerTo(call.arguments[0]!);
    if (lock === undefined || !call.arguments.slice(1).every((a) => this.isTameNode(a))) return false;
    this.locks.add(lock);
    if (primitive.kind === 'unlock') return this.held.delete(lock);
    this.held.add(lock);
    return true;
  }

  private isTameNode(node: Node): boolean {
    switch (node.kind) {
      case 'name':
        return !this.isInMemory(node.name);
      case 'index':
      case 'member':
      // The section that it stands in is not ended.
      case 'return':
        return false;
      case 'unary':
        return node.operator !== '*' && node.operator !== '&' && this.areTame(node);
      case 'binary':
      case 'assignment':
        return !PARTIAL.has(node.operator) && this.areTame(node);
      case 'declaration':
        return (
          node.declarators.every(
            ({ name, type }) => !this.isInMemory(name) && keepsAddresses(valueTypeOf(type).kind),
          ) && this.areTame(node)
        );
      case 'number':
        return keepsAddresses(node.integer);
      case 'cast':
        return keepsAddresses(valueTypeOf(node.type).kind) && this.areTame(node);
      case 'call': {
        const primitive = PRIMITIVES.get(node.callee.name);
        return primitive !== undefined && !isWild(primitive) && this.isTameCall(node, primitive);
      }
      default:
        return this.areTame(node);
    }
  }

  private areTame(node: Node): boolean {
    let tame = true;
    eachPart(node, (part) => {
      tame &&= this.isTameNode(part);
    });
    return tame;
  }

  private isTameCall(call: Call, primitive: Primitive): boolean {
    return call.arguments.every((argument, i) => {
      const parameter = primitive.parameters[i];
      if (parameter === 'n') return argument.kind === 'number' && argument.value < 32;
      if (parameter !== 'l' && parameter !== 'p' && parameter !== 'd') return this.isTameNode(argument);
      const word = argument === lvalueOf(primitive, call) ? this.lvalueAt(argument) : this.pointerTo(argument);
      if (word === undefined) return false;
      this.words.add(word);
      return this.isWhole(word, wordType({ thread: this.layout, types: this.types }, call));
    });
  }

  /** Is this the access of a whole word, which may hold an address? */
  private isWhole(address: number, access: ValueType | undefined): boolean {
    const { type } = locate(this.memory, address)!.location;
    return keepsAddresses(type.kind) && (access === undefined || sameSize(access, type));
  }

  private isInMemory(name: string): boolean {
    return this.layout.bindings.get(name)?.kind === 'memory';
  }

  /** The address of an lvalue, if it is known. */
  private lvalueAt(e: Expression): number | undefined {
    if (e.kind !== 'name') return e.kind === 'unary' && e.operator === '*' ? this.pointerTo(e.operand) : undefined;
    const binding = this.layout.bindings.get(e.name);
    return binding?.kind === 'memory' ? addressOf(binding.location) : undefined;
  }

  /** What a pointer points to, if it is known. */
  private pointerTo(e: Expression): number | undefined {
    if (e.kind !== 'name') return e.kind === 'unary' && e.operator === '&' ? this.lvalueAt(e.operand) : undefined;
    const binding = this.layout.bindings.get(e.name);
    return binding?.kind === 'address' ? binding.address : undefined;
  }
}

/** What may be flagged or at fault for reasons of its own, but for what {@link Scan.isOrdering} has looked at. */
function isWild(primitive: Primitive): boolean {
  switch (primitive.kind) {
    case 'assertion':
    case 'plainBit':
    case 'tryCmpxchg':
    case 'lock':
    case 'trylock':
    case 'unlock':
    case 'isLocked':
    case 'synchronizeSrcu':
      return true;
    case 'fence':
      return primitive.fence === Fence.RcuLock || primitive.fence === Fence.RcuUnlock;
    case 'load':
      return primitive.mode === Mode.SrcuLock;
    case 'store':
      return primitive.mode === Mode.SrcuUnlock;
    default:
      return false;
  }
}
