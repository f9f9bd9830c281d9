// The races: `npm run bench:check [RACE...]`. For each cell how long it takes, and how many executions that is a second;
// then the whole table, cold and warm.

import { CellMemo } from '../src/fronts/races/cell-memo.ts';
import { checkCell } from '../src/fronts/races/check-cell.ts';
import { PRESETS } from '../src/mm/design/presets.ts';
import { LADDER } from '../src/models/registry.ts';
import { SCENARIOS } from '../src/scenarios/catalog.ts';

const asked = process.argv.slice(2);
const races = SCENARIOS.filter(({ name }) => asked.length === 0 || asked.includes(name));
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

interface Measured {
  readonly cell: string;
  readonly seconds: number;
  readonly executions: number;
}

function table(check: typeof checkCell): Measured[] {
  const measured: Measured[] = [];
  for (const scenario of races) {
    for (const { name: variant } of scenario.variants) {
      for (const preset of PRESETS) {
        if (!/^v\d/.test(preset.name) && !scenario.proposals.includes(preset.name)) continue;
        const start = cpuSeconds();
        const { executions } = check(scenario, variant, preset, { models: LADDER });
        const cell = `${scenario.name} ${variant}, ${preset.name}`;
        measured.push({ cell, seconds: cpuSeconds() - start, executions });
      }
    }
  }
  return measured;
}

function report(what: string, measured: readonly Measured[]): void {
  const seconds = measured.reduce((sum, each) => sum + each.seconds, 0);
  const executions = measured.reduce((sum, each) => sum + each.executions, 0);
  const rate = Math.round(executions / seconds);
  console.log(`${what}: ${measured.length} cells, ${executions} executions, ${seconds.toFixed(2)} s, ${rate} a second`);
}

report('each cell explored, cold', table(checkCell));
const warm = table(checkCell);
report('each cell explored, warm', warm);
const memo = new CellMemo();
report(
  'what designs have in common explored once',
  table((...cell) => memo.check(...cell)),
);
console.log('\nthe slowest cells, warm');
for (const { cell, seconds, executions } of [...warm].sort((a, b) => b.seconds - a.seconds).slice(0, 12)) {
  const rate = executions === 0 ? '-' : String(Math.round(executions / seconds));
  console.log(
    `${seconds.toFixed(3).padStart(8)} s ${String(executions).padStart(7)} executions ${rate.padStart(7)}/s  ${cell}`,
  );
}
