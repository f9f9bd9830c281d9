#!/usr/bin/env node
// The command, as the build has made it; a checkout in which no install script has run is not built.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

const built = join(__dirname, '../dist/holdfast.cjs');
if (existsSync(built)) require(built);
else {
  process.stderr.write('holdfast is not built yet: npm run build\n');
  process.exitCode = 70;
}
