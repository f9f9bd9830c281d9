import type { CodeEntry } from '../program/codes.ts';

/** What is told by `holdfast explain WORD` of a result of `holdfast check` that needs more than a line. */
export const RESULT_ENTRIES: Readonly<Record<string, CodeEntry>> = {
  vacuous: {
    title: 'A race that cannot fail',
    meaning:
      'No execution of the race is wrong, but none could be: what the race names in happens() is in no execution, or judge() ' +
      'saw nothing in any. The pin may always fail, or a condition before the comparison is never true. It is not said that ' +
      'the race holds.',
    remedy:
      'See to it that setup() and threads() make it happen, and that judge() compares what it means to. Where the race does not ' +
      'exist under a design, say so in absent(). Where judge() looks at less than it says, name in happens() what must happen.',
  },
};
