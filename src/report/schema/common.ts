import { type CatName, MODELS } from '../../models/registry.ts';
import {
  anyOf,
  constant,
  count,
  list,
  matching,
  named,
  nullable,
  object,
  oneOf,
  optional,
  said,
  string,
} from './build.ts';

export const version = said('Of this format; a change that breaks a reader raises it.', constant(1));

export const model = named(
  'model',
  said(
    'Of a model of a cat file: its name, and a digest of all its text.',
    anyOf(oneOf(MODELS), matching<CatName>('\\.cat#')),
  ),
);

export const place = named(
  'place',
  said(
    'Where something stands in the source.',
    object({
      file: string,
      line: said('From 1; 0 where it is not known.', count),
      column: said('From 1, in UTF-16 units.', count),
      text: said('The step as the source writes it; empty for a model.', string),
      function: said('The kernel function, of a model of one.', nullable(string)),
      kernelFile: optional(said('The file of that function in the kernel.', nullable(string))),
      call: optional(said('What a program called, of a model: `fork()`.', nullable(string))),
    }),
  ),
);

export const wait = named(
  'wait',
  said(
    'A thread that waits without end.',
    object({
      thread: count,
      code: said('What the thread waits with.', string),
      location: said('What it waits for.', string),
      value: said('What that holds, and keeps.', string),
      label: nullable(string),
      place: nullable(place),
    }),
  ),
);

/** What was done after a race to show what is wrong. */
export const stepAfter = object({
  who: string,
  what: string,
  value: said('What came of it; empty where nothing is returned.', string),
});

export const diagnostic = named(
  'diagnostic',
  object({
    code: said('`holdfast explain CODE` tells more.', matching('^HF\\d{3}$')),
    severity: oneOf(['error', 'warning']),
    message: string,
    file: string,
    line: said('From 1; 0 for the file as a whole.', count),
    column: said('From 1, in UTF-16 units; 0 for the whole line.', count),
    length: count,
    sourceLine: string,
    expected: optional(string),
    help: optional(string),
  }),
);

export const diagnostics = list(diagnostic);
