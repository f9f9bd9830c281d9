import type { Diagnostic } from '../program/diagnostic.ts';
import { type AskedC, C } from './c/c-front.ts';
import type { FrontEnd, PrepareOptions, Ready } from './front-end.ts';
import { type AskedTest, LITMUS } from './litmus/litmus-front.ts';
import { type AskedRace, RACE } from './races/race-front.ts';

/** What can be asked about. */
export type Asked = AskedTest | AskedC | AskedRace;

/** Every front end, by the kind of what it is asked about. */
const FRONTS: { readonly [Kind in Asked['kind']]: FrontEnd<Extract<Asked, { readonly kind: Kind }>> } = {
  litmus: LITMUS,
  c: C,
  race: RACE,
};

const frontOf = (asked: Asked): FrontEnd<Asked> => FRONTS[asked.kind] as FrontEnd<Asked>;

/** What people call it, before it is looked at. */
export const pathOf = (asked: Asked): string => frontOf(asked).pathOf(asked);

/** A protocol, or what is wrong with what was asked. */
export const prepare = (asked: Asked, options: PrepareOptions): Ready | readonly Diagnostic[] =>
  frontOf(asked).prepare(asked, options);
