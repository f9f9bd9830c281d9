import type { Evaluate } from './access.ts';
import type { Place } from './ast.ts';

/** Where a running thread is: the innermost expression that is being evaluated. */
export interface Here {
  place: Place | undefined;
}

/** Says where the thread is while an expression is evaluated, if somebody asks. */
export function during(here: Here | undefined, place: Place, evaluate: Evaluate): Evaluate {
  if (here === undefined) return evaluate;
  return (m) => {
    const outer = here.place;
    here.place = place;
    const value = evaluate(m);
    here.place = outer;
    return value;
  };
}
