import type { Edit, Ordering, Patch, Protocol, TextChange } from '../../explain/edit.ts';
import { parseLitmus } from '../../litmus/parse.ts';
import { type LitmusEdit, LitmusEdits } from './litmus-edits.ts';
import { LitmusSubject } from './litmus-subject.ts';
import { applyChanges, unifiedDiff, withExchanges, withWholeLines } from './text-change.ts';

/** How many variants are kept compiled. */
const MAX_KEPT = 500;

/** A litmus test whose barriers can be taken away, and to which some can be added, by changing its text. */
export class LitmusProtocol extends LitmusSubject implements Protocol {
  private edits: LitmusEdits | undefined;
  private readonly made = new Map<string, LitmusProtocol>();

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
    const parsed = parseLitmus(text, this.test.path);
    if (!parsed.ok) throw new Error(`an edit breaks the test: ${parsed.diagnostics[0]?.message}`);
    const made = new LitmusProtocol(parsed.test, this.options);
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
    const all = edits as readonly LitmusEdit[];
    const exchanges = all.flatMap(({ exchange }) => (exchange === undefined ? [] : [exchange]));
    return withExchanges(
      this.test.source.file,
      all.flatMap(({ changes }) => changes),
      exchanges,
    );
  }
}
