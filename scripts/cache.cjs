// Runs the command once, with the arguments given, and keeps what V8 compiled for it in dist/command.cache.
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const dist = join(__dirname, '../dist');
const filename = join(dist, 'command.js');
const script = new Script(readFileSync(filename, 'latin1'), { filename });
process.on('exit', (code) => {
  if (code === 0) writeFileSync(join(dist, 'command.cache'), script.createCachedData());
});
script.runInThisContext()(exports, require, module, filename, dist);
