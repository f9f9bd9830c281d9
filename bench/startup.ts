import { spawnSync } from 'node:child_process';

/** How often each command is started; they take turns, so that what else the machine does hits all alike. */
const ROUNDS = 20;

const COMMANDS: readonly (readonly string[])[] = [
  ['-e', '0'],
  ['dist/holdfast.cjs', '--version'],
  ['dist/holdfast.cjs', 'litmus', 'examples/SB.litmus'],
  ['dist/holdfast.cjs', 'litmus', 'examples/SB+mbs.litmus', '--executions'],
  ['dist/holdfast.cjs', 'litmus', 'examples'],
];

/** Start-up, against `node -e 0`: wall-clock milliseconds of a cold start, the least and the median of the rounds. */
const times = COMMANDS.map((): number[] => []);
for (let round = 0; round < ROUNDS; round++) {
  COMMANDS.forEach((arguments_, i) => {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, arguments_, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`node ${arguments_.join(' ')} ended with ${status}`);
    times[i]!.push(performance.now() - start);
  });
}

const [base] = times.map(median);
console.log('   min  median  ratio  command');
COMMANDS.forEach((arguments_, i) => {
  const least = Math.min(...times[i]!).toFixed(1);
  const middle = median(times[i]!);
  const ratio = (middle / base!).toFixed(2);
  const command = ['node', ...arguments_].join(' ');
  console.log(`${least.padStart(6)}  ${middle.toFixed(1).padStart(6)}  ${ratio.padStart(5)}  ${command}`);
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
