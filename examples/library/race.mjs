import { ask, races, text } from 'holdfast';

const race = races('T0', { variant: 'first', design: 'v5.11' });

const cell = await ask({ question: 'check', of: race });
console.log(text(cell));
if (cell.kind === 'violated') {
  for (const { who, what, value } of cell.failure.steps) console.log(who, what, value);
}

const shown = await ask({ question: 'show', of: race, mend: false });
if (shown.kind === 'execution') console.log(shown.counterexample.id);
