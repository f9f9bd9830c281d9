import type { Design } from '../../mm/design/design.ts';
import type { NamedDesign } from '../../mm/design/presets.ts';
import { SCENARIOS } from '../../scenarios/catalog.ts';
import type { CpuOver, Prepared, Scenario } from '../../scenarios/scenario.ts';
import { calling } from '../../scenarios/scenario-error.ts';
import { CarefulCpu } from './careful-cpu.ts';

/**
 * A race under a design, ready to run. Code of somebody's own runs on a CPU that looks at what it does.
 * @throws RangeError and ScenarioError as {@link Scenario.prepare}
 */
export function prepareRace(
  scenario: Scenario,
  variant: string,
  { design, patch }: Pick<NamedDesign, 'patch'> & { readonly design: Design },
  cpuOver: CpuOver,
): Prepared {
  const prepared = scenario.prepare(design, variant, cpuOver, patch);
  if (patch === undefined && SCENARIOS.includes(scenario)) return prepared;
  const { program, roles, origins } = prepared;
  const threads = program.threads.map((body, thread): typeof body => {
    const careful = new CarefulCpu(program.initial.length);
    return (cpu) => {
      const result = body(careful.begin(cpu));
      calling(`thread ${roles[thread]}`, origins, () => careful.end());
      return result;
    };
  });
  return { ...prepared, program: { ...program, threads, cellName: (index) => program.cellName(index) } };
}
