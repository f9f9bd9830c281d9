import { spawnSync } from 'node:child_process';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command in the root of the project, without the environment's colours and options. */
export function holdfast(arguments_: readonly string[], environment: NodeJS.ProcessEnv = {}, cwd?: string): Ended {
  const env = { PATH: process.env.PATH, ...environment };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${process.cwd()}/dist/holdfast.cjs`, ...arguments_],
    {
      encoding: 'utf8',
      env,
      ...(cwd === undefined ? {} : { cwd }),
    },
  );
  return { status, stdout, stderr };
}
