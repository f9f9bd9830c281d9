import { placeWords, type SourcePlace } from '../../explain/source-place.ts';

/** An assertion that fires in some execution: whose, and where. */
export interface FiredText {
  readonly who: string;
  readonly place: SourcePlace;
}

/** `BUG_ON(r0) of P1 (line 9) fires` */
export const firedWords = (who: string, place: SourcePlace): string =>
  `${place.text} of ${who} (${placeWords(place)}) fires`;
