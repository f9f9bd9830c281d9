import { MACHINES, type ModelName, modelInfo } from '../models/registry.ts';

/** How a machine is called where it stands for its other forms, too. */
const FAMILIES: readonly (readonly [words: string, forms: readonly ModelName[]])[] = [
  ['arm64', ['arm64', 'arm64+llsc']],
  ['RISC-V', ['riscv', 'riscv+queued']],
];

/** The names of machines, those in all their forms by one name; none twice. */
export function machineNames(machines: readonly ModelName[]): string[] {
  const names = MACHINES.filter((machine) => machines.includes(machine)).map((machine) => {
    const family = FAMILIES.find(([, forms]) => forms.includes(machine));
    return family?.[1].every((form) => machines.includes(form)) ? family[0] : modelInfo(machine).words;
  });
  return [...new Set(names)];
}
