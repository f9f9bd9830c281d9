/** The parts of a litmus test in the format of herd7, put together as text. */

/** A shared variable: an int that is read and written, an atomic_t, or a spinlock_t. */
export interface Shared {
  readonly type: 'int' | 'atomic_t' | 'spinlock_t';
  readonly initial: number;
}

/** A statement, or a condition with those that it guards. */
export type Statement = string | Branch;

interface Branch {
  readonly condition: string;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

/** `if (condition) { body } else { otherwise }` */
export const when = (condition: string, body: readonly Statement[], otherwise: readonly Statement[] = []): Branch => ({
  condition,
  body,
  otherwise,
});

export interface LitmusSource {
  readonly name: string;
  /** What it is the kernel of, a line each. */
  readonly comment: readonly string[];
  readonly shared: Readonly<Record<string, Shared>>;
  /** For each thread its statements; registers are called r and a number or a word. */
  readonly threads: readonly (readonly Statement[])[];
  readonly exists: string;
}

/** The text of a litmus test. Each thread is given the shared variables that it uses, and its registers are declared. */
export function litmusSource({ name, comment, shared, threads, exists }: LitmusSource): string {
  const initial = Object.entries(shared)
    .filter(([, { initial: value }]) => value !== 0)
    .map(([variable, { initial: value }]) => `\t${variable} = ${value};`);
  const lines = [`C ${name}`, '', '(*', ...comment.map((line) => ` * ${line}`), ' *)', '', '{', ...initial, '}'];
  threads.forEach((statements, thread) => {
    const body = print(statements, 1);
    const text = body.join('\n');
    const uses = (word: string): boolean => new RegExp(`\\b${word}\\b`).test(text);
    const parameters = Object.entries(shared)
      .filter(([variable]) => uses(variable))
      .map(([variable, { type }]) => `${type} *${variable}`);
    const registers = [...new Set(text.match(/\br_\w+\b/g) ?? [])].map((register) => `\tint ${register};`);
    lines.push('', `P${thread}(${parameters.join(', ')})`, '{', ...registers, ...(registers.length > 0 ? [''] : []));
    lines.push(...body, '}');
  });
  lines.push('', `exists (${exists})`);
  return `${lines.join('\n')}\n`;
}

function print(statements: readonly Statement[], depth: number): string[] {
  const indent = '\t'.repeat(depth);
  return statements.flatMap((statement) => {
    if (typeof statement === 'string') return [`${indent}${statement};`];
    const { condition, body, otherwise } = statement;
    const alternative = otherwise.length > 0 ? [`${indent}} else {`, ...print(otherwise, depth + 1)] : [];
    return [`${indent}if (${condition}) {`, ...print(body, depth + 1), ...alternative, `${indent}}`];
  });
}

/** Statements, without those that are not there. */
export const statements = (...list: readonly (Statement | false)[]): Statement[] =>
  list.filter((statement) => statement !== false);
