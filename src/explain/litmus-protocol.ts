import { parseLitmus } from '../litmus/parse.ts';
import type { Edit, Ordering, Protocol } from './edit.ts';
import { type LitmusEdit, LitmusEdits } from './litmus-edits.ts';
import { LitmusSubject } from './litmus-subject.ts';
import { applyChanges, type TextChange, unifiedDiff, withWholeLines } from './text-change.ts';

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
    const text = applyChanges(this.test.source.text, changesOf(edits));
    if (text === undefined) return undefined;
    const parsed = parseLitmus(text, this.test.path);
    if (!parsed.ok) throw new Error(`an edit breaks the test: ${parsed.diagnostics[0]?.message}`);
    const made = new LitmusProtocol(parsed.test, this.options);
    this.made.set(key, made);
    return made;
  }

  patch(edits: readonly Edit[]): string | undefined {
    const { source, path } = this.test;
    const text = applyChanges(source.text, withWholeLines(source.text, changesOf(edits)));
    return text === undefined ? undefined : unifiedDiff(path, source.text, text);
  }
}

const changesOf = (edits: readonly Edit[]): TextChange[] => edits.flatMap((e) => (e as LitmusEdit).changes);
