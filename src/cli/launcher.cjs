#!/usr/bin/env node
// Loads the command from its text and its code cache, which is a third faster than to let Node compile it. Without a
// cache that fits this version of Node the text is compiled as ever.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const filename = join(__dirname, 'command.js');
let cachedData;
try {
  cachedData = readFileSync(join(__dirname, 'command.cache'));
} catch {
  // Built elsewhere, or a copy without it.
}
const command = new Script(readFileSync(filename, 'latin1'), { filename, cachedData });
command.runInThisContext()(exports, require, module, filename, __dirname);
