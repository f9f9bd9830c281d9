import { Fence, Mode, RmwOp } from '../../src/cpu/modes.ts';
import type { Address, SmallProgram, Step, Value } from './small-program.ts';

/** A small program as a person would write it down: a line per thread. */
export function print(program: SmallProgram): string {
  return program.threads.map((steps, thread) => `P${thread}: ${steps.map(printStep).join('; ')}`).join('\n');
}

const place = ({ at, via, other, words }: Address): string => {
  if (via === undefined) return `x${at}`;
  if (words !== undefined) return `*(r${via} % ${words})`;
  return other === undefined ? `x${at}[r${via}&0]` : `(r${via} ? x${other} : x${at})`;
};

const amount = ({ constant, register, scale }: Value): string => {
  if (register === undefined) return `${constant}`;
  return scale === 0 ? `${constant}+(r${register}&0)` : `${constant}+r${register}`;
};

function printStep(step: Step): string {
  const hope = 'expect' in step && step.expect !== undefined ? ` (expect ${step.expect})` : '';
  return printed(step) + hope;
}

function printed(step: Step): string {
  switch (step.do) {
    case 'read':
      return `r${step.into} = ${Mode[step.mode]} ${place(step.address)}`;
    case 'write':
      return `${place(step.address)} = ${Mode[step.mode]} ${amount(step.value)}`;
    case 'rmw': {
      const result = step.into === undefined ? '' : `r${step.into} = `;
      return `${result}${RmwOp[step.op]}${Mode[step.mode]}(${place(step.address)}, ${amount(step.value)})`;
    }
    case 'cmpxchg':
      return `r${step.into} = Cmpxchg${Mode[step.mode]}(${place(step.address)}, ${step.expected}, ${amount(step.value)})`;
    case 'addUnless':
      return `r${step.into} = AddUnless(${place(step.address)}, 1, ${step.unless})`;
    case 'await':
      return `Await${Mode[step.mode]}(x${step.at} == ${step.until})`;
    case 'fence':
      return `${Fence[step.fence]}${step.at === undefined ? '' : `(x${step.at})`}`;
    case 'if': {
      const arm = (steps: readonly Step[]): string => `{ ${steps.map(printStep).join('; ')} }`;
      const otherwise = step.else === undefined || step.else.length === 0 ? '' : ` else ${arm(step.else)}`;
      return `if (r${step.register} ${step.equal ? '==' : '!='} ${step.constant}) ${arm(step.then)}${otherwise}`;
    }
    case 'choose':
      return `r${step.into} = choose(2)`;
    case 'trylock':
    case 'bitTrylock':
    case 'isLocked':
    case 'srcuLock':
      return `r${step.into} = ${step.do}(x${step.at})`;
    case 'srcuUnlock':
      return `srcuUnlock(x${step.at}, r${step.register})`;
    default:
      return `${step.do}(x${step.at})`;
  }
}
