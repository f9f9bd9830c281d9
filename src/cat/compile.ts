import { Source } from '../litmus/source.ts';
import type { Binding, Check, Instruction, Pattern, Test } from './ast.ts';
import { PLAIN_RF, RELATIONS, SETS, SETS_WITHOUT_LOCKS, setOfTag, TAGS } from './bases.ts';
import { PRELUDE } from './built-in.ts';
import { builtInFunctions, refuseFamily } from './built-in-functions.ts';
import { failAt, type Span } from './cat-error.ts';
import { Expressions } from './expressions.ts';
import { type FindFile, IncludedFiles } from './included-files.ts';
import { type Node, Nodes } from './node.ts';
import { Operators } from './operators.ts';
import { parseCat } from './parser.ts';
import { Scope } from './scope.ts';
import { typeWords, type Value } from './value.ts';

/** What a model asks of an execution, in the order of its text. */
export type Step =
  | {
      readonly kind: 'test';
      readonly flag: boolean;
      readonly check: Check;
      readonly negated: boolean;
      readonly of: Node;
      /** What it is called, `coherence`; empty where it has no name. */
      readonly name: string;
      readonly at: Span;
    }
  /** A relation that a `with` takes from a `cross`: there must be one. */
  | { readonly kind: 'choice'; readonly of: Node }
  /** What the model makes of `rf`, `co` or `fr` is what the execution has. */
  | { readonly kind: 'same'; readonly of: Node; readonly as: Node; readonly name: string; readonly at: Span };

export interface CompiledCat {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly nodes: readonly Node[];
  /** Whether the model makes reads-from and coherence of locks itself, as lock.cat does. */
  readonly makesLocks: boolean;
  readonly text: Source;
}

/** Reads a model, and the bell file that comes before it. @throws CatError */
export function compileCat(text: Source, bell: Source | undefined, find: FindFile): CompiledCat {
  const files = new IncludedFiles(find);
  const model = parseCat(text);
  const before = bell === undefined ? [] : [parseCat(bell)];
  const bound = files.boundNames([...before.flatMap(({ instructions }) => instructions), ...model.instructions]);
  const compiler = new Compiler(files, bound);
  compiler.run(parseCat(new Source(PRELUDE, 'stdlib.cat')).instructions);
  for (const { instructions } of before) compiler.run(instructions);
  compiler.run(model.instructions);
  return { ...compiler.result(), title: model.title, text };
}

/** The most flags that a model may have: sets of them are small. */
const MOST_FLAGS = 18;

/** What an execution has of its own, whatever a model says of it. */
const OWN = ['rf', 'co', 'fr'];

class Compiler {
  private readonly nodes = new Nodes();
  private readonly operators = new Operators(this.nodes);
  private readonly expressions = new Expressions(this.operators);
  private readonly steps: Step[] = [];
  private scope = new Scope();
  private readonly left: Map<string, number>;
  private readonly makesLocks: boolean;
  private readonly flags = new Set<string>();
  private readonly procedures = new Map<string, { pattern: Pattern; body: readonly Instruction[]; scope: Scope }>();

  constructor(
    private readonly files: IncludedFiles,
    bound: Map<string, number>,
  ) {
    this.left = new Map(bound);
    this.makesLocks = bound.has('rf');
    for (const [name, facts] of RELATIONS) {
      if (name === 'co' || name === 'fr' || name === 'different-values') continue;
      if (name === 'rf' && this.makesLocks)
        this.scope.set('rf', this.operators.relation(this.nodes.base('rf-plain', false, PLAIN_RF)));
      else this.scope.set(name, this.operators.relation(this.nodes.base(name, false, facts)));
    }
    for (const [name, facts] of SETS) {
      const known = this.makesLocks ? (SETS_WITHOUT_LOCKS.get(name) ?? facts) : facts;
      this.scope.set(name, this.operators.set(this.nodes.base(name, true, known)));
    }
    for (const tag of TAGS.keys()) this.scope.set(setOfTag(tag), this.operators.setOf(tag));
    const functions = builtInFunctions(this.operators, () => this.scope.get('W'));
    for (const [name, value] of functions) this.scope.set(name, value);
  }

  result(): Omit<CompiledCat, 'title' | 'text'> {
    return { steps: this.steps, nodes: this.nodes.list, makesLocks: this.makesLocks };
  }

  // --- instructions ---------------------------------------------------------------------------------------------

  run(instructions: readonly Instruction[]): void {
    for (const each of instructions) this.instruct(each);
  }

  private instruct(each: Instruction): void {
    switch (each.kind) {
      case 'let':
        if (each.rec) this.expressions.recursive(each.bindings, this.scope);
        else this.bindAll(each.bindings);
        if (each.when !== undefined) this.test(each.when, each.at);
        return;
      case 'test':
        this.test(each, each.at);
        return;
      case 'include':
        this.run(this.files.get(each.file, each.at, []).instructions);
        return;
      case 'with':
        this.scope.set(
          each.name,
          this.operators.relation(this.take(each.name, this.expressions.value(each.from, this.scope), each.at)),
        );
        return;
      case 'if':
        this.run(this.expressions.holds(each.condition, this.scope) ? each.yes : each.no);
        return;
      case 'procedure':
        this.procedures.set(each.name, { pattern: each.pattern, body: each.body, scope: this.scope.copy() });
        return;
      case 'call': {
        const procedure = this.procedures.get(each.name);
        if (procedure === undefined) failAt(each.at, 'HF131', `there is no procedure \`${each.name}\``);
        const outer = this.scope;
        this.scope = procedure.scope.copy();
        this.scope.bind(procedure.pattern, this.expressions.value(each.argument, outer), each.at);
        this.run(procedure.body);
        this.scope = outer;
        return;
      }
      case 'enum':
        for (const tag of each.tags) {
          if (TAGS.has(tag)) continue;
          // A set of it would be empty, and the model another one without a word.
          const help = `The tags are those of linux-kernel.def of Linux 6.12: ${[...TAGS.keys()].join(', ')}.`;
          failAt(each.at, 'HF132', `no primitive has the tag '${tag}`, { help });
        }
        this.scope.set(each.name, { type: 'tags', names: each.tags });
        for (const tag of each.tags) this.scope.set(setOfTag(tag), this.operators.setOf(tag));
        return;
      case 'instructions':
        return;
      case 'refused':
        failAt(each.at, 'HF132', `\`${each.what}\` is not supported`);
    }
  }

  private test({ flag, check, negated, of: asked, name = '' }: Test, at: Span): void {
    const value = this.expressions.value(asked, this.scope);
    const of = check === 'empty' ? this.operators.anyNode(value, asked.at) : this.operators.asRelation(value, asked.at);
    if (flag && name === '') failAt(at, 'HF131', 'a flag must have a name', { expected: '`as` and a name at its end' });
    if (flag) this.flags.add(name);
    if (this.flags.size > MOST_FLAGS) failAt(at, 'HF132', `only ${MOST_FLAGS} flags of a model are supported`);
    this.steps.push({ kind: 'test', flag, check, negated, of, name, at });
  }

  /** Definitions of `let`, all of which see what was there before. */
  private bindAll(bindings: readonly Binding[]): void {
    const values = bindings.map(({ value }) => this.expressions.value(value, this.scope));
    bindings.forEach(({ pattern, isTuple, at }, i) => {
      const value = values[i]!;
      if (isTuple) this.scope.bind(pattern, value, at);
      else this.bindTop(pattern[0], value, at);
    });
  }

  private bindTop(name: string | undefined, value: Value, at: Span): void {
    if (name === undefined) return;
    const left = (this.left.get(name) ?? 1) - 1;
    this.left.set(name, left);
    // The last that a model with locks of its own makes of them has to be what the execution has.
    if (this.makesLocks && left === 0 && OWN.includes(name) && value.type === 'relation') {
      const as = this.operators.own(name);
      if (value.node !== as) this.steps.push({ kind: 'same', of: value.node, as, name, at });
      this.scope.set(name, this.operators.relation(as));
    } else this.scope.set(name, value);
  }

  // --- with -----------------------------------------------------------------------------------------------------

  /** The relation of a family that the execution has. */
  private take(name: string, from: Value, at: Span): Node {
    if (from.type !== 'relations') {
      failAt(at, 'HF131', `\`with\` takes from ${typeWords(from)}`, { expected: 'a set of relations' });
    }
    const { family } = from;
    if (family.kind === 'cross') {
      const of = this.nodes.choose(family.member, family.set, family.relation);
      this.steps.push({ kind: 'choice', of });
      return of;
    }
    if (family.kind !== 'orders' || name !== 'co') refuseFamily(at);
    const co = this.operators.own('co');
    const { set, given } = family;
    const all = this.nodes.product(set, set);
    const within = (all.facts.must & co.facts.may) === co.facts.may ? co : this.nodes.and(co, all);
    // It must have what is given of each location.
    const missing = this.nodes.minus(this.nodes.and(this.nodes.and(given, all), this.operators.own('loc')), co);
    this.steps.push({ kind: 'test', flag: false, check: 'empty', negated: false, of: missing, name: '', at });
    return within;
  }
}
