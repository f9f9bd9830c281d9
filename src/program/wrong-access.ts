/** Code asks for a word that memory does not have, or writes what is no value of one. */
export class WrongAccess extends RangeError {
  constructor(what: string) {
    super(what);
    this.name = 'WrongAccess';
  }
}

/** A thread does something else than it did when its reads returned the same. */
export class NotDeterministic extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'NotDeterministic';
  }
}
