import type { TestProject } from 'vitest/node';

/** A fresh seed for the random tests of this run, unless HOLDFAST_ORACLE_SEED has one. */
export default function setup(project: TestProject): void {
  const seed = Number(process.env.HOLDFAST_ORACLE_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`random tests: HOLDFAST_ORACLE_SEED=${seed}`);
  project.provide('seed', seed);
}
