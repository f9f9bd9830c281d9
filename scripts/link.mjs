// After an installation: `npx holdfast` finds the command at once. npx runs what its own cache links to the checkout, and
// two calls that make this link at the same time break it for good; so it is made here, by one. A link beside those of
// the dependencies is for scripts of npm and for shells.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const links = `${root}node_modules/.bin`;
if (['ci', 'install'].includes(process.env.npm_command) && existsSync(links)) {
  const own = `${links}/.holdfast-${process.pid}`;
  symlinkSync('../../bin/holdfast.cjs', own);
  renameSync(own, `${links}/holdfast`);
  const npm = ['exec', '--ignore-scripts', '--offline', '--', 'holdfast', '--version'];
  spawnSync('npm', npm, { cwd: root, stdio: 'ignore', shell: process.platform === 'win32', timeout: 60_000 });
}
