/**
 * The textbook shapes as litmus tests, relaxed throughout. Each line of a thread is a statement; `x`, `y` and `z` are
 * locations, 0 at first.
 */
export interface Shape {
  readonly threads: readonly (readonly string[])[];
  readonly exists: string;
}

export const SHAPES = {
  SB: {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'r0 = READ_ONCE(*y);'],
      ['WRITE_ONCE(*y, 1);', 'r0 = READ_ONCE(*x);'],
    ],
    exists: '0:r0=0 /\\ 1:r0=0',
  },
  MP: {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'r1 = READ_ONCE(*x);'],
    ],
    exists: '1:r0=1 /\\ 1:r1=0',
  },
  LB: {
    threads: [
      ['r0 = READ_ONCE(*x);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'WRITE_ONCE(*x, 1);'],
    ],
    exists: '0:r0=1 /\\ 1:r0=1',
  },
  S: {
    threads: [
      ['WRITE_ONCE(*x, 2);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'WRITE_ONCE(*x, 1);'],
    ],
    exists: '1:r0=1 /\\ x=2',
  },
  R: {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 1);'],
      ['WRITE_ONCE(*y, 2);', 'r0 = READ_ONCE(*x);'],
    ],
    exists: 'y=2 /\\ 1:r0=0',
  },
  '2+2W': {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 2);'],
      ['WRITE_ONCE(*y, 1);', 'WRITE_ONCE(*x, 2);'],
    ],
    exists: 'x=1 /\\ y=1',
  },
  WRC: {
    threads: [
      ['WRITE_ONCE(*x, 1);'],
      ['r0 = READ_ONCE(*x);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'r1 = READ_ONCE(*x);'],
    ],
    exists: '1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0',
  },
  ISA2: {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'WRITE_ONCE(*z, 1);'],
      ['r0 = READ_ONCE(*z);', 'r1 = READ_ONCE(*x);'],
    ],
    exists: '1:r0=1 /\\ 2:r0=1 /\\ 2:r1=0',
  },
  IRIW: {
    threads: [
      ['WRITE_ONCE(*x, 1);'],
      ['r0 = READ_ONCE(*x);', 'r1 = READ_ONCE(*y);'],
      ['WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'r1 = READ_ONCE(*x);'],
    ],
    exists: '1:r0=1 /\\ 1:r1=0 /\\ 3:r0=1 /\\ 3:r1=0',
  },
  'Z6.2': {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 2);'],
      ['r0 = READ_ONCE(*y);', 'WRITE_ONCE(*z, 1);'],
      ['r0 = READ_ONCE(*z);', 'WRITE_ONCE(*x, 2);'],
    ],
    exists: '1:r0=2 /\\ 2:r0=1 /\\ x=1',
  },
  'Z6.0': {
    threads: [
      ['WRITE_ONCE(*x, 1);', 'WRITE_ONCE(*y, 1);'],
      ['r0 = READ_ONCE(*y);', 'WRITE_ONCE(*z, 1);'],
      ['WRITE_ONCE(*z, 2);', 'r0 = READ_ONCE(*x);'],
    ],
    exists: '1:r0=1 /\\ z=2 /\\ 2:r0=0',
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

/** A shape as text. */
export function litmus(name: string, { threads, exists }: Shape): string {
  const bodies = threads.map((statements, t) => {
    const registers = ['r0', 'r1', 'r2'].filter((r) => statements.some((s) => s.includes(r)));
    const declared = registers.map((r) => `\tint ${r};`);
    return `P${t}(int *x, int *y, int *z)\n{\n${[...declared, ...statements.map((s) => `\t${s}`)].join('\n')}\n}\n`;
  });
  return `C ${name}\n\n{}\n\n${bodies.join('\n')}\nexists (${exists})\n`;
}

/** The first CPU writes, each of the others passes it on, and the last looks at what the first wrote before. */
export function chain(length: number): string {
  const last = length - 1;
  const bodies = Array.from({ length }, (_, t) => {
    const parameters = [...new Set([0, t, t + 1])].map((i) => `int *x${i}`).join(', ');
    const first = t === 0 ? 'WRITE_ONCE(*x0, 1);' : `r0 = READ_ONCE(*x${t});`;
    const second = t === last ? 'r1 = READ_ONCE(*x0);' : `WRITE_ONCE(*x${t + 1}, 1);`;
    return `P${t}(${parameters})\n{\n\tint r0;\n\tint r1;\n\t${first}\n\t${second}\n}\n`;
  });
  const passed = Array.from({ length: last }, (_, t) => `${t + 1}:r0=1`).join(' /\\ ');
  return `C chain\n{}\n${bodies.join('')}exists (${passed} /\\ ${last}:r1=0)\n`;
}
