import type { Advice, Source } from '../litmus/source.ts';
import type { Code } from '../program/codes.ts';
import { Refused } from '../program/refused.ts';

/** Carries out what is wrong with a model, or with a test under it. */
export class CatError extends Refused {}

/** A place in a cat file. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

export function failAt({ source, start, end }: Span, code: Code, message: string, advice: Advice = {}): never {
  throw new CatError(source.error(code, start, end, message, advice));
}
