import {
  type Beside,
  besideWords,
  type CostKind,
  type Edit,
  type Ordering,
  type TextChange,
  type Weaker,
} from '../../explain/edit.ts';
import type { Call, Expression, Place, Statement } from '../../litmus/ast.ts';
import type { LitmusTest } from '../../litmus/litmus-test.ts';
import type { Primitive } from '../../litmus/primitive.ts';
import { PRIMITIVES } from '../../litmus/primitives.ts';
import { EditText } from './edit-text.ts';
import { LitmusPlaces } from './litmus-places.ts';
import { type CallSite, LitmusSites, type StatementSite } from './litmus-sites.ts';
import {
  callOf,
  isLock,
  isMovable,
  isRelaxedRmw,
  isSpinLock,
  MOVABLE,
  pointee,
  pointer,
  split,
  WEAKER_FENCES,
} from './primitive-edits.ts';
import type { Exchange } from './text-change.ts';

/** An edit of the text of a litmus test. */
export interface LitmusEdit extends Edit {
  readonly changes: readonly TextChange[];
  /** Of a swap, the two steps. */
  readonly exchange?: Exchange;
}

/** The barriers, ordering suffixes and locks of a litmus test, and what could be added to it. */
export class LitmusEdits {
  private readonly test: LitmusTest;
  private readonly source: EditText;
  private readonly sites: LitmusSites;
  private readonly places: LitmusPlaces;

  constructor(test: LitmusTest) {
    this.test = test;
    this.source = new EditText(test.source.text);
    this.sites = new LitmusSites(test);
    this.places = new LitmusPlaces(test);
  }

  // --- what is there -----------------------------------------------------------------------------------------------

  orderings(): Ordering[] {
    const found: Ordering[] = [];
    for (const site of this.sites.calls) {
      const ordering = this.orderingOf(site);
      if (ordering !== undefined) found.push(ordering);
    }
    const possible = [...found, ...this.sections()].flatMap((ordering): Ordering[] => {
      const weaker = ordering.weaker.filter(({ edit }) => this.isPossible(edit as LitmusEdit));
      return weaker.length === 0 ? [] : [{ ...ordering, weaker }];
    });
    return possible.sort((a, b) => a.thread - b.thread || a.place.line - b.place.line);
  }

  /** Is all that an edit changes in the file of the user, and not made by a macro? */
  private isPossible({ changes, exchange }: LitmusEdit): boolean {
    const { source } = this.test;
    const moved = exchange?.map((span) => ({ ...span, text: '' })) ?? [];
    return [...changes, ...moved].every((change) => source.changed(change) !== undefined);
  }

  private orderingOf(site: CallSite): Ordering | undefined {
    const { thread, call, primitive } = site;
    const name = call.callee.name;
    const place = this.places.of(call);
    const words = this.source.slice(call);
    const replaced = (text: string): Weaker => ({
      words: text,
      edit: this.edit(thread, undefined, `${text} for ${words}`, call, [{ ...this.source.span(call), text }]),
    });
    if (primitive.kind === 'fence' || primitive.kind === 'synchronizeSrcu') {
      if (/^(rcu_read|local|preempt)_/.test(name) || site.site === undefined) return undefined;
      const kind = name.startsWith('synchronize') ? 'rcu' : 'barrier';
      const nothing = { words: 'nothing', edit: this.removal([site.site], `without ${words}`) };
      return { words, kind, thread, place, weaker: [nothing, ...(WEAKER_FENCES[name] ?? []).map(replaced)] };
    }
    const weaker = this.weakerCalls(call, primitive);
    return weaker.length === 0 ? undefined : { words, kind: 'suffix', thread, place, weaker: weaker.map(replaced) };
  }

  private weakerCalls(call: Call, primitive: Primitive): string[] {
    const name = call.callee.name;
    const [first, second] = call.arguments.map((argument) => this.source.slice(argument));
    switch (name) {
      case 'smp_load_acquire':
        return [`READ_ONCE(${pointee(first!)})`];
      case 'smp_store_release':
        return [`WRITE_ONCE(${pointee(first!)}, ${second})`];
      case 'rcu_assign_pointer':
        return [`WRITE_ONCE(${first}, ${second})`];
      case 'smp_store_mb':
        return [`WRITE_ONCE(${call.arguments[0]!.kind === 'name' ? pointee(first!) : first}, ${second})`];
    }
    const [base, suffix] = split(name);
    const others: readonly string[] =
      primitive.kind === 'load' || primitive.kind === 'store'
        ? suffix === ''
          ? []
          : ['']
        : suffix === ''
          ? ['_relaxed', '_acquire', '_release']
          : suffix === '_relaxed'
            ? []
            : ['_relaxed'];
    return others
      .map((other) => base + other)
      .filter((other) => other !== name && PRIMITIVES.get(other)?.kind === primitive.kind)
      .map((other) => this.source.renamed(call, other));
  }

  /** Critical sections: a lock with its unlocks, and read-side sections of RCU, for each thread as a whole. */
  private sections(): Ordering[] {
    const groups = new Map<string, CallSite[]>();
    for (const site of this.sites.calls) {
      const name = site.call.callee.name;
      const isRcu = /^rcu_read_(un)?lock(_bh|_sched)?$/.test(name);
      if (site.primitive.kind !== 'lock' && site.primitive.kind !== 'unlock' && !isRcu) continue;
      const lock = site.call.arguments[site.primitive.parameters.indexOf('p')];
      const of = lock === undefined ? 'rcu' : this.source.slice(lock).replace(/\s/g, '');
      const key = `${site.thread} ${of}`;
      groups.set(key, [...(groups.get(key) ?? []), site]);
    }
    const found: Ordering[] = [];
    for (const group of groups.values()) {
      const statements = group.flatMap(({ site }) => (site === undefined ? [] : [site]));
      const [first] = group;
      // A trylock, whose value is used, cannot be taken away.
      if (statements.length < group.length || group.length < 2 || first === undefined) continue;
      const { thread, call, primitive } = first;
      const words = `${this.source.slice(call)} ... ${this.source.slice(group[group.length - 1]!.call)}`;
      const edit = this.removal(statements, `without ${words}`);
      const kind = primitive.kind === 'fence' ? 'rcu' : 'lock';
      found.push({ words, kind, thread, place: this.places.of(call), weaker: [{ words: 'nothing', edit }] });
    }
    return found;
  }

  // --- what could be -----------------------------------------------------------------------------------------------

  strengthenings(): LitmusEdit[] {
    const { statements, calls, plain } = this.sites;
    return [
      ...statements.flatMap((site) => this.moves(site)),
      ...statements.flatMap((site) => this.insertions(site)),
      ...calls.flatMap((site) => this.strongerCalls(site)),
      ...plain.map(({ thread, kind, expression }) => this.marking(thread, kind, expression)),
      ...statements.flatMap((site) => this.swap(site)),
    ].filter((edit) => this.isPossible(edit));
  }

  private insertions(site: StatementSite): LitmusEdit[] {
    const { statement, previous, isAfterAccess, thread } = site;
    if (!isAfterAccess || !this.sites.accesses(statement)) return [];
    const fences: [string, CostKind][] = [
      ['smp_wmb', 'wmb'],
      ['smp_rmb', 'rmb'],
      ['smp_mb', 'mb'],
    ];
    if (previous !== undefined && this.hasCall(previous, isRelaxedRmw))
      fences.push(['smp_mb__after_atomic', 'atomic-mb']);
    if (this.hasCall(statement, isRelaxedRmw)) fences.push(['smp_mb__before_atomic', 'atomic-mb']);
    if (previous !== undefined && this.hasCall(previous, isSpinLock)) {
      fences.push(['smp_mb__after_spinlock', 'lock-mb']);
    }
    const weaker = previous === undefined ? undefined : this.weakFence(previous);
    return fences.map(([name, cost]) => {
      // It orders all that the one which stands there orders.
      if (weaker !== undefined && name === 'smp_mb') {
        const text = `${name}()`;
        const change = { ...this.source.span(weaker), text };
        return this.edit(thread, 'mb-instead', `${text} for ${this.source.slice(weaker)}`, weaker, [change]);
      }
      const follows = previous !== undefined && (name.includes('__after_') || this.hasCall(previous, isLock));
      const at = follows ? previous : statement;
      const beside: Beside = { what: `${name}()`, where: follows ? 'after' : 'before', step: this.source.step(at) };
      return this.placed(thread, cost, beside, at, this.source.inserted(site, `${name}();`));
    });
  }

  /** A barrier could stand elsewhere in its block. */
  private moves(site: StatementSite): LitmusEdit[] {
    const { thread, statement, block } = site;
    const call = callOf(statement);
    if (block === undefined || call === undefined || !MOVABLE.has(call.callee.name)) return [];
    const text = this.source.slice(call);
    return this.sites.statements.flatMap((other) => {
      const isElsewhere = other.block === block && other !== site && other.previous !== statement;
      if (!isElsewhere || !other.isAfterAccess || !this.sites.accesses(other.statement)) return [];
      const what = `${text} of line ${this.places.lineOf(call.start)} moved`;
      const beside: Beside = { what, where: 'before', step: this.source.step(other.statement) };
      const changes = [this.source.without(site), ...this.source.inserted(other, `${text};`)];
      return [this.placed(thread, 'move', beside, other.statement, changes)];
    });
  }

  /** The smp_wmb() or smp_rmb() that a statement is. */
  private weakFence(s: Statement): Call | undefined {
    const call = callOf(s);
    return call !== undefined && ['smp_wmb', 'smp_rmb'].includes(call.callee.name) ? call : undefined;
  }

  private hasCall(s: Statement, is: (primitive: Primitive) => boolean): boolean {
    if (s.kind !== 'expression' && s.kind !== 'declaration') return false;
    return this.sites.calls.some(({ call, primitive }) => s.start <= call.start && call.end <= s.end && is(primitive));
  }

  private strongerCalls({ thread, call, primitive }: CallSite): LitmusEdit[] {
    const name = call.callee.name;
    const [first, second] = call.arguments.map((argument) => this.source.slice(argument));
    const made = (text: string, cost: CostKind): LitmusEdit =>
      this.edit(thread, cost, `${text} for ${this.source.slice(call)}`, call, [{ ...this.source.span(call), text }]);
    if (name === 'READ_ONCE') return [made(`smp_load_acquire(${pointer(first!)})`, 'acquire')];
    if (name === 'WRITE_ONCE') return [made(`smp_store_release(${pointer(first!)}, ${second})`, 'release')];
    const [base, suffix] = split(name);
    if (primitive.kind === 'load' || primitive.kind === 'store') {
      const cost = primitive.kind === 'load' ? 'acquire' : 'release';
      const other = `${base}_${cost}`;
      return suffix === '' && PRIMITIVES.has(other) ? [made(this.source.renamed(call, other), cost)] : [];
    }
    if (suffix === '') return [];
    const stronger: [string, CostKind][] = [['', 'rmw-full']];
    if (suffix === '_relaxed') stronger.unshift(['_acquire', 'rmw-acquire'], ['_release', 'rmw-release']);
    return stronger
      .filter(([other]) => PRIMITIVES.get(base + other)?.kind === primitive.kind)
      .map(([other, cost]) => made(this.source.renamed(call, base + other), cost));
  }

  private marking(thread: number, kind: 'load' | 'store', e: Expression): LitmusEdit {
    const text =
      kind === 'store' && e.kind === 'assignment'
        ? `WRITE_ONCE(${this.source.slice(e.target)}, ${this.source.slice(e.value)})`
        : `READ_ONCE(${this.source.slice(e)})`;
    return this.edit(thread, 'mark', `${text} for ${this.source.slice(e)}`, e, [{ ...this.source.span(e), text }]);
  }

  private swap({ thread, statement, previous, block }: StatementSite): LitmusEdit[] {
    if (previous === undefined || block === undefined || !this.areIndependent(thread, previous, statement)) return [];
    const { source } = this;
    const beside: Beside = { what: source.step(statement), where: 'before', step: source.step(previous) };
    const exchange = [source.span(previous), source.span(statement)] as const;
    return [{ ...this.placed(thread, 'swap', beside, statement, []), isSwap: true, exchange }];
  }

  /** May two statements in a row change places without changing what the thread alone computes? */
  private areIndependent(thread: number, a: Statement, b: Statement): boolean {
    const first = this.usesOf(thread, a);
    const second = this.usesOf(thread, b);
    if (first === undefined || second === undefined || first.location === second.location) return false;
    return !first.registers.some((name) => second.registers.includes(name));
  }

  /** The registers and the one location of a statement; undefined where it is more than one access of a known place. */
  private usesOf(thread: number, s: Statement): { location: string; registers: string[] } | undefined {
    if (s.kind !== 'expression' && s.kind !== 'declaration') return undefined;
    const calls = this.sites.calls.filter(({ call }) => s.start <= call.start && call.end <= s.end);
    const plain = this.sites.plain.filter(({ expression: e }) => s.start <= e.start && e.end <= s.end);
    if (calls.length + plain.length !== 1 || calls.some(({ primitive }) => !isMovable(primitive))) return undefined;
    const { bindings } = this.sites.layoutAt(thread, s);
    const names = this.source.slice(s).match(/[A-Za-z_]\w*/g) ?? [];
    const bound = names.filter((name) => bindings.has(name));
    const registers = bound.filter((name) => bindings.get(name)!.kind === 'register');
    const locations = new Set(bound.filter((name) => bindings.get(name)!.kind !== 'register'));
    // An address that is computed may be any.
    return locations.size === 1 ? { location: [...locations][0]!, registers } : undefined;
  }

  /** Takes statements away; lines keep their numbers. */
  private removal(sites: readonly StatementSite[], words: string): LitmusEdit {
    const changes = sites.map((site) => this.source.without(site));
    return this.edit(sites[0]!.thread, undefined, words, sites[0]!.statement, changes);
  }

  private placed(
    thread: number,
    cost: CostKind,
    beside: Beside,
    at: Place,
    changes: readonly TextChange[],
  ): LitmusEdit {
    return { ...this.edit(thread, cost, besideWords(beside), at, changes), beside };
  }

  private edit(
    thread: number,
    cost: CostKind | undefined,
    words: string,
    at: Place,
    changes: readonly TextChange[],
  ): LitmusEdit {
    const place = this.places.of(at);
    return { id: `P${thread}:${at.start}:${words}`, thread, cost, isSwap: false, words, place, changes };
  }
}
