import { execFileSync } from 'node:child_process';

/** The tests of the command run what `npm run build` makes. */
export default function setup(): void {
  execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
}
