import type { Ending, Failure, Judge, Judgement } from '../../judge/judgement.ts';
import { hasFlag } from '../../program/flags.ts';
import type { Program } from '../../program/program.ts';
import { DirectCpu, WouldBlock } from '../../run/direct.ts';
import type { Happenings } from '../../scenarios/happenings.ts';
import type { Failure as Broken, Prepared } from '../../scenarios/scenario.ts';
import { calling } from '../../scenarios/scenario-error.ts';

/** A failure of a race; of a violation, what is broken. */
export type RaceFailure =
  | (Failure & { readonly kind: 'violated'; readonly broken: Broken })
  | (Failure & { readonly kind: 'data-race' });

/** Makes the CPU on which a scenario is set up and judged. */
export const alone = (id: number, memory: Float64Array): DirectCpu => new DirectCpu(id, memory);

/** What is wrong with an execution of a race: a property is broken, plain accesses race, or a thread waits without end. */
export class RaceJudge implements Judge<RaceFailure> {
  readonly worst = 'violated';
  readonly prepared: Prepared;
  private readonly happenings: Happenings | undefined;

  /** @param happenings told of what happens in the executions that are judged */
  constructor(prepared: Prepared, happenings?: Happenings) {
    this.prepared = prepared;
    this.happenings = happenings;
  }

  get program(): Program {
    return this.prepared.program;
  }

  judge(ending: Ending): Judgement<RaceFailure> {
    if (ending.blocked) return { kind: 'stuck' };
    const broken = this.broken(ending);
    if (broken !== undefined) {
      const { property, message, steps } = broken;
      return {
        kind: 'failing',
        failure: { kind: 'violated', message: `breaks ${property}: ${message}`, steps, broken },
      };
    }
    if (hasFlag(ending.flags, 'data-race'))
      return { kind: 'failing', failure: { kind: 'data-race', message: 'plain accesses race' } };
    return { kind: 'fine' };
  }

  /** The name of each thread. */
  get columns(): readonly string[] {
    return this.prepared.roles;
  }

  /** A value as people write it. */
  showValue(cell: number, value: number): string {
    return this.prepared.k.layout.showValue(cell, value);
  }

  /**
   * What is broken, if anything.
   * What comes after a race may block as well: then a lock was not given back.
   * @param memory takes the memory as it is after all
   */
  broken(
    ending: Pick<Ending, 'result' | 'finalValue' | 'reads'>,
    memory = new Float64Array(this.prepared.program.initial.length),
  ): Broken | undefined {
    const { program, roles } = this.prepared;
    for (let i = 0; i < memory.length; i++) memory[i] = ending.finalValue(i);
    const results = roles.map((_, thread) => ending.result(thread));
    try {
      return this.prepared.judge({ results, memory, reads: (thread) => ending.reads(thread) }, this.happenings);
    } catch (error) {
      if (!(error instanceof WouldBlock)) {
        return calling('judge()', this.prepared.origins, () => {
          throw error;
        });
      }
      const { cell, value } = error.wait;
      const name = cell < 0 ? 'a grace period' : `${program.cellName(cell)}, which is ${value}`;
      return { property: 'I20', message: `what comes after the race waits without end for ${name}`, steps: [] };
    }
  }
}
