import type { Expression, FunctionDefinition, Parameter, Place } from '../litmus/ast.ts';
import { checkInitial, parseStaticAssert, parseTypedef, sizedBy, withoutBraces } from '../litmus/c-declaration.ts';
import { cTypeOf, type Declarator, parseDeclarator, parseSpecifiers, type Specifiers } from '../litmus/c-declarator.ts';
import { parseInitialiser } from '../litmus/c-expression.ts';
import { CScope } from '../litmus/c-scope.ts';
import { parseBlockBody } from '../litmus/c-statement.ts';
import { checkComplete } from '../litmus/c-tagged.ts';
import { skipAnnotations } from '../litmus/c-word.ts';
import { Cursor } from '../litmus/cursor.ts';
import { Dialect, Token } from '../litmus/lexer.ts';
import type { Source } from '../litmus/source.ts';
import type { ValueType } from '../litmus/value-type.ts';
import { eachPart, type Node } from '../litmus/walk.ts';

/** A variable that every function sees. */
export interface GlobalVariable extends Place {
  readonly name: string;
  readonly type: ValueType;
  readonly initial: Expression | undefined;
}

/** A file of C: what it defines, each name once. */
export interface CProgram {
  readonly source: Source;
  readonly variables: readonly GlobalVariable[];
  readonly functions: readonly FunctionDefinition[];
}

/** Reads a file of C that has been preprocessed. Throws LitmusError. */
export function parseProgram(source: Source): CProgram {
  const cursor = new Cursor(source);
  cursor.dialect = Dialect.C;
  cursor.scope = new CScope();
  return new Reader(cursor, cursor.scope).read();
}

class Reader {
  private readonly variables = new Map<string, GlobalVariable>();
  private readonly functions = new Map<string, FunctionDefinition>();

  constructor(
    private readonly cursor: Cursor,
    private readonly scope: CScope,
  ) {}

  read(): CProgram {
    const { cursor } = this;
    cursor.next();
    while (cursor.token !== Token.End) {
      if (cursor.accept(';')) continue;
      if (cursor.is('typedef')) parseTypedef(cursor);
      else if (cursor.is('_Static_assert') || cursor.is('static_assert')) parseStaticAssert(cursor);
      else this.declaration();
    }
    return { source: cursor.source, variables: [...this.variables.values()], functions: [...this.functions.values()] };
  }

  private declaration(): void {
    const { cursor } = this;
    if (cursor.token !== Token.Name) cursor.failExpecting('a declaration: a type, a variable, or a function');
    const specifiers = parseSpecifiers(cursor);
    if (cursor.accept(';')) return;
    for (let isFirst = true; ; isFirst = false) {
      const declarator = parseDeclarator(cursor, specifiers.type);
      skipAnnotations(cursor);
      const { type, start, end } = declarator;
      const name = declarator.name ?? cursor.failExpecting('the name of a variable or a function');
      if (type.signature !== undefined) {
        this.declare(name, type, { start, end });
        if (isFirst && cursor.is('{')) {
          this.definition({ ...declarator, name });
          return;
        }
      } else this.variable(specifiers, { ...declarator, name });
      if (!cursor.accept(',')) break;
    }
    cursor.expect(';', 'after the declaration');
  }

  /** Says what a name outside of all functions means; the same may be said again. */
  private declare(name: string, type: ValueType, { start, end }: Place): void {
    const { scope, cursor } = this;
    const before = scope.own(name);
    if (
      before !== undefined &&
      (before.kind !== 'variable' || (before.type.signature === undefined) !== (type.signature === undefined))
    ) {
      cursor.failAt(start, end, `${name} is declared otherwise before`, {}, 'HF105');
    }
    scope.variable(name, type);
  }

  private variable({ storage }: Specifiers, { name, type, start, end }: Declarator & { name: string }): void {
    const { cursor } = this;
    if (type.array?.count !== 0) this.declare(name, type, { start, end });
    const initial = withoutBraces(type, cursor.accept('=') ? parseInitialiser(cursor) : undefined);
    const whole = sizedBy(cursor, type, initial);
    if (whole !== type) this.declare(name, whole, { start, end });
    if (storage === 'extern' && initial === undefined) return;
    checkComplete(cursor, whole, { start, end });
    checkInitial(cursor, whole, initial);
    const before = this.variables.get(name);
    if (before?.initial !== undefined && initial !== undefined) {
      cursor.failAt(start, end, `${name} is defined twice`, {}, 'HF105');
    }
    if (before === undefined || initial !== undefined)
      this.variables.set(name, { name, type: whole, initial, start, end });
  }

  private definition({ name, type, parameters = [], start, end }: Declarator & { name: string }): void {
    const { cursor, scope } = this;
    if (this.functions.has(name)) cursor.failAt(start, end, `there are two functions ${name}`, {}, 'HF105');
    const { returns } = type.signature!;
    if (returns.record !== undefined) this.noStructure(returns, { start, end }, 'returned');
    scope.enter();
    scope.returns = returns;
    const own = parameters.map((p): Parameter => {
      const of = p.type.value!;
      if (p.name === '') cursor.failAt(p.start, p.end, 'this parameter has no name');
      if (of.record !== undefined) this.noStructure(of, p, 'passed');
      return { ...p, name: scope.variable(p.name, of) };
    });
    const { start: at } = cursor;
    const body = parseBlockBody(cursor);
    scope.leave();
    scope.returns = undefined;
    checkJumps(cursor, { kind: 'block', start: at, end: cursor.previousEnd, body });
    this.functions.set(name, {
      start,
      end,
      name,
      parameters: own,
      returns: cTypeOf(returns, { start, end }),
      body: { kind: 'block', start: at, end: cursor.previousEnd, body },
    });
  }

  private noStructure({ name }: ValueType, { start, end }: Place, how: string): never {
    return this.cursor.failAt(
      start,
      end,
      `${name} is ${how} by value, which is not supported`,
      { help: `Pass a pointer to it: ${name} *.` },
      'HF120',
    );
  }
}

/** Fails for jumps to where none may go. */
function checkJumps(cursor: Cursor, body: Node): void {
  const visit = (node: Node, labels: readonly string[], loop: boolean, round: boolean): void => {
    switch (node.kind) {
      case 'goto':
        if (!labels.includes(node.label.name)) {
          cursor.failAt(
            node.start,
            node.end,
            `there is no label ${node.label.name} to which may be jumped from here`,
            {
              help: 'A label stands in a block that is around the `goto`, and no other jump back crosses this one.',
            },
            'HF120',
          );
        }
        return;
      case 'break':
        if (!loop) cursor.failAt(node.start, node.end, '`break` outside of a loop', {}, 'HF105');
        return;
      case 'continue':
        if (!round) cursor.failAt(node.start, node.end, '`continue` outside of a loop', {}, 'HF105');
        return;
      case 'labelled':
      case 'again':
        for (const part of node.body) visit(part, [...labels, node.label.name], loop, round);
        return;
      case 'while':
      case 'for':
        eachPart(node, (part) => visit(part, labels, part === node.body || loop, part === node.body || round));
        return;
      case 'switch':
        visit(node.value, labels, loop, round);
        for (const part of node.body) visit(part, labels, true, round);
        return;
      case 'statements':
        for (const part of node.body) visitWithin(part);
        return;
      default:
        eachPart(node, (part) => visit(part, labels, loop, round));
    }
  };
  /** Nothing may jump out of an expression. */
  const visitWithin = (node: Node): void => {
    if (node.kind === 'return') {
      cursor.failAt(
        node.start,
        node.end,
        '`return` out of an expression is not supported',
        { help: 'Make the macro a function, or a `do { } while (0)`.' },
        'HF120',
      );
    }
    if (
      node.kind === 'while' ||
      node.kind === 'for' ||
      node.kind === 'switch' ||
      node.kind === 'again' ||
      node.kind === 'labelled'
    ) {
      visit(node, [], false, false);
    } else eachPart(node, visitWithin);
    if (node.kind === 'break' || node.kind === 'continue' || node.kind === 'goto') visit(node, [], false, false);
  };
  visit(body, [], false, false);
}
