import { type Located, lineIn, Source, type TextChange } from '../litmus/source.ts';

/** A file that was read. */
export interface CFile {
  readonly path: string;
  readonly text: string;
}

/** A part of a text that was made: as it stands in a file, or what a macro made of it. */
export interface Piece {
  /** Where it begins in the text that was made. */
  readonly at: number;
  readonly length: number;
  readonly file: CFile;
  /** Where it stands in the file. Of a macro, its use, which may be longer or shorter. */
  readonly from: number;
  readonly to: number;
  /** Of a macro. */
  readonly made?: Made;
}

export interface Made {
  /** The name of the macro, and where it is defined. */
  readonly name: string;
  readonly definition: { readonly file: CFile; readonly at: number } | undefined;
  /** The parts that were given to it, as they stand in the file. */
  readonly given: readonly { readonly at: number; readonly length: number; readonly from: number }[];
}

/** The text that a preprocessor made, and what of it stands where. */
export class ExpandedSource extends Source {
  constructor(
    text: string,
    private readonly main: CFile,
    private readonly pieces: readonly Piece[],
  ) {
    super(text, main.path, main.text);
  }

  override locate(start: number, end: number): Located {
    const first = this.pieceAt(start);
    const last = this.pieceAt(Math.max(start, end - 1));
    if (first === undefined || last === undefined) {
      const { length } = this.main.text;
      return { path: this.path, text: this.main.text, file: this.main.text, start: length, end: length };
    }
    const from = placeIn(first, start, start + 1);
    const to = first === last ? placeIn(first, start, end) : placeIn(last, end - 1, end);
    const { path, text } = first.file;
    const isOne = first.file === last.file && to.end >= from.start;
    const place = { path, text, file: text, start: from.start, end: isOne ? to.end : from.end };
    const { made } = first;
    if (made === undefined || from.isGiven) return place;
    const { name, definition } = made;
    const where =
      definition === undefined ? '' : `, ${definition.file.path}:${lineIn(definition.file.text, definition.at)}`;
    return { ...place, note: `It is what the macro ${name} stands for${where}.` };
  }

  /** Only what stands in the file of the user, and is not made by a macro, can be changed. */
  override changed({ start, end, text }: TextChange): TextChange | undefined {
    const piece = this.pieceAt(Math.max(0, end > start ? start : start - 1)) ?? this.pieceAt(start);
    if (piece === undefined || piece.made !== undefined || piece.file !== this.main) return undefined;
    if (start < piece.at || end > piece.at + piece.length) return undefined;
    const shift = piece.from - piece.at;
    return { start: start + shift, end: end + shift, text };
  }

  private pieceAt(offset: number): Piece | undefined {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle]!.at <= offset) low = middle;
      else high = middle - 1;
    }
    return this.pieces[low];
  }
}

/** Where a part of a piece stands in its file. */
function placeIn(piece: Piece, start: number, end: number): { start: number; end: number; isGiven: boolean } {
  const { at, from, to, made } = piece;
  if (made === undefined) return { start: from + start - at, end: from + end - at, isGiven: false };
  const find = (offset: number) => made.given.find((g) => g.at <= offset - at && offset - at < g.at + g.length);
  const first = find(start);
  const last = find(end - 1);
  if (first === undefined || last === undefined) return { start: from, end: to, isGiven: false };
  const a = first.from + (start - at - first.at);
  const b = last.from + (end - at - last.at);
  return b > a ? { start: a, end: b, isGiven: true } : { start: from, end: to, isGiven: false };
}
