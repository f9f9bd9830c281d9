import { Source } from '../litmus/source.ts';
import type { Instruction } from './ast.ts';
import { BUILT_IN_FILES } from './built-in.ts';
import { failAt, type Span } from './cat-error.ts';
import { parseCat } from './parser.ts';

/** The text of a file that a model includes, by the name there; undefined where it is not found. */
export type FindFile = (name: string) => { readonly path: string; readonly text: string } | undefined;

/** The files that a model includes, each read once. */
export class IncludedFiles {
  private readonly files = new Map<string, ReturnType<typeof parseCat>>();

  constructor(private readonly find: FindFile) {}

  /** @param within the files that the `include` stands in @throws CatError */
  get(file: string, at: Span, within: readonly string[]): ReturnType<typeof parseCat> {
    if (within.includes(file)) failAt(at, 'HF131', `${file} includes itself`);
    const known = this.files.get(file);
    if (known !== undefined) return known;
    const builtIn = BUILT_IN_FILES.get(file);
    const found = builtIn === undefined ? this.find(file) : { path: file, text: builtIn };
    if (found === undefined) {
      const help = 'It is looked for beside the model, and in the folders of --include.';
      failAt(at, 'HF134', `no such file: "${file}"`, { help });
    }
    const parsed = parseCat(new Source(found.text, found.path));
    this.files.set(file, parsed);
    return parsed;
  }

  /** How often each name is bound outside of expressions, in these instructions and all that they include. */
  boundNames(instructions: readonly Instruction[]): Map<string, number> {
    const bound = new Map<string, number>();
    const visit = (list: readonly Instruction[], within: readonly string[]): void => {
      for (const each of list) {
        if (each.kind === 'let') {
          for (const { pattern } of each.bindings) {
            for (const name of pattern) if (name !== undefined) bound.set(name, (bound.get(name) ?? 0) + 1);
          }
        } else if (each.kind === 'if') {
          visit(each.yes, within);
          visit(each.no, within);
        } else if (each.kind === 'include') {
          visit(this.get(each.file, each.at, within).instructions, [...within, each.file]);
        }
      }
    };
    visit(instructions, []);
    return bound;
  }
}
