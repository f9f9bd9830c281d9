import type { Edit, Ordering, Patch, Protocol, TextChange } from '../../explain/edit.ts';
import type { LitmusTest, ParseResult } from '../../litmus/litmus-test.ts';
import { parseLitmus } from '../../litmus/parse.ts';
import { type LitmusEdit, LitmusEdits } from './litmus-edits.ts';
import { LitmusSubject, type LitmusSubjectOptions } from './litmus-subject.ts';
import { applyChanges, type Exchange, unifiedDiff, withExchanges, withWholeLines } from './text-change.ts';

type Parse = (text: string, path: string) => ParseResult;

/** How many variants are kept compiled. */
const MAX_KEPT = 500;

/** A litmus test whose barriers can be taken away, and to which some can be added, by changing its text. */
export class LitmusProtocol extends LitmusSubject implements Protocol {
  private edits: LitmusEdits | undefined;
  private readonly parse: Parse;
  private readonly made = new Map<string, LitmusProtocol>();

  /** @param parse what makes a test of its text */
  constructor(test: LitmusTest, options: LitmusSubjectOptions, parse: Parse = parseLitmus) {
    super(test, options);
    this.parse = parse;
  }

  orderings(): readonly Ordering[] {
    return this.all().orderings();
  }

  strengthenings(): readonly Edit[] {
    return this.all().strengthenings();
  }

  private all(): LitmusEdits {
    this.edits ??= new LitmusEdits(this.test);
    return this.edits;
  }

  edited(edits: readonly Edit[]): LitmusProtocol | undefined {
    const key = edits.map((e) => e.id).join('\n');
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const changes = this.changesOf(edits);
    const text = changes === undefined ? undefined : applyChanges(this.test.source.file, changes);
    if (text === undefined) return undefined;
    const parsed = this.parse(text, this.test.path);
    if (!parsed.ok) throw new Error(`an edit breaks the test: ${parsed.diagnostics[0]?.message}`);
    const made = new LitmusProtocol(parsed.test, this.options, this.parse);
    // Old variants are not asked for again.
    if (this.made.size >= MAX_KEPT) this.made.clear();
    this.made.set(key, made);
    return made;
  }

  patch(edits: readonly Edit[]): Patch | undefined {
    const { source, path } = this.test;
    const made = this.changesOf(edits);
    if (made === undefined) return undefined;
    const changes = withWholeLines(source.file, made);
    const text = applyChanges(source.file, changes);
    return text === undefined ? undefined : { file: path, changes, diff: unifiedDiff(path, source.file, text) };
  }

  private changesOf(edits: readonly Edit[]): TextChange[] | undefined {
    const { source } = this.test;
    const all = edits as readonly LitmusEdit[];
    const exchanges: Exchange[] = [];
    for (const { exchange } of all) {
      if (exchange === undefined) continue;
      const [a, b] = exchange.map((span) => source.changed({ ...span, text: '' }));
      if (a === undefined || b === undefined) return undefined;
      exchanges.push([a, b]);
    }
    const changes: TextChange[] = [];
    for (const change of all.flatMap((edit) => edit.changes)) {
      const own = source.changed(change);
      if (own === undefined) return undefined;
      changes.push(own);
    }
    return withExchanges(source.file, changes, exchanges);
  }
}
