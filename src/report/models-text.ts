import { DEFAULT_MODEL, MODELS, type ModelName, modelInfo } from '../models/registry.ts';
import { count, duration, PLAIN, type Style, wrapped } from './style.ts';
import { visible } from './visible.ts';

/** The models that are built in, as a list for people. */
export function modelsText(width = 80, style: Style = PLAIN): string {
  const left = Math.max(...MODELS.map((name) => name.length)) + 2;
  const row = (name: string, words: string): string[] => {
    const [first = '', ...rest] = wrapped(words, Math.max(20, width - left));
    return [style.cyan(name) + ' '.repeat(left - name.length) + first, ...rest.map((line) => ' '.repeat(left) + line)];
  };
  const rows = MODELS.flatMap((name) => {
    const { words, stronger } = modelInfo(name);
    const weaker = stronger.length === 0 ? 'the strongest' : `weaker than ${stronger.join(', ')}`;
    return row(name, `${words}${name === DEFAULT_MODEL ? ', unless another is named' : ''}; ${weaker}`);
  });
  return `${[...rows, ...row('*.cat', 'a model of your own, in the language of herd7: docs/models.md')].join('\n')}\n`;
}

/** What two models say of a test: a verdict, or why there is none. */
export interface Said {
  readonly model: ModelName;
  readonly word: string;
}

/** A test of which two models do not say the same. */
export const differsText = (path: string, said: readonly Said[], style: Style = PLAIN): string =>
  `${style.bold(visible(path))}: ${said.map(({ model, word }) => `${word} under ${modelInfo(model).words}`).join(', ')}\n`;

/** How many tests there were, and what became of them. */
export function comparedText(
  tests: { readonly different: number; readonly same: number; readonly undecided: number; readonly wrong: number },
  seconds: number,
): string {
  const { different, same, undecided, wrong } = tests;
  const parts = [
    `${different} ${different === 1 ? 'differs' : 'differ'}`,
    `${same} the same`,
    ...(undecided > 0 ? [`${undecided} not decided`] : []),
    ...(wrong > 0 ? [`${wrong} cannot be read`] : []),
  ];
  return `${count(different + same + undecided + wrong, 'test')}: ${parts.join(', ')}; ${duration(seconds)}\n`;
}
