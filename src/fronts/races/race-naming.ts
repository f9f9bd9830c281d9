import { Fence, Mode } from '../../cpu/modes.ts';
import type { AfterStep } from '../../explain/after.ts';
import type { Naming } from '../../explain/naming.ts';
import type { Trace, TraceEvent, WaitEvent } from '../../explain/trace.ts';
import { Kind, Rmw } from '../../graph/event.ts';
import type { Release } from '../../mm/design/release.ts';
import { fieldIn } from '../../mm/words/fields.ts';
import { kernelStep } from '../../mm/words/lookup.ts';
import { Roles } from '../../mm/words/roles.ts';
import { ValueWords } from '../../mm/words/values.ts';
import type { Prepared } from '../../scenarios/scenario.ts';
import type { AfterAccess } from './after-cpu.ts';

/** The words, values and steps of an execution of a race as a kernel calls them. */
export class RaceNaming implements Naming {
  private readonly words: ValueWords;
  /** The owners of the words of each name that occur. */
  private readonly owners = new Map<string, Set<string>>();
  private readonly again = new Set<TraceEvent | WaitEvent>();

  constructor(
    { k, program, world }: Pick<Prepared, 'k' | 'program' | 'world'>,
    private readonly release: Release,
    trace: Trace,
  ) {
    this.words = new ValueWords(k.layout, program.initial, new Roles(k.layout, program.initial, world), release);
    const read = new Set<string>();
    for (const step of [...trace.events, ...trace.waits]) {
      if (step.cell < 0) continue;
      const { owner, field } = this.words.nameOf(step.cell);
      const owners = this.owners.get(field) ?? new Set();
      this.owners.set(field, owners.add(owner));
      const { kernel } = step.place ?? {};
      const key = `${step.thread} ${step.cell} ${kernel?.callAt} ${kernel?.frames.join()}`;
      if (read.has(key)) this.again.add(step);
      if ('kind' in step && step.kind === Kind.Read) read.add(key);
    }
  }

  /** `has_pinned`; with its owner where there are several: `parent's pte`. */
  location(cell: number): string {
    const { owner, field } = this.words.nameOf(cell);
    return owner === '' || this.owners.get(field)?.size === 1 ? field : `${owner}'s ${field}`;
  }

  operand(cell: number): string {
    return fieldIn(this.words.nameOf(cell).kind, this.release) ?? this.location(cell);
  }

  /** What an access after the race is called, and what happened. */
  after({ kind, cell, before, value, label, place }: AfterAccess, again: boolean): AfterStep {
    const { kernel } = place ?? {};
    const access = `${kind} ${this.words.nameOf(cell).kind}`;
    const code = kernel === undefined ? undefined : kernelStep(kernel.frames, { label, access, again }, this.release);
    const location = this.location(cell);
    const now = this.value(cell, value);
    const effect = kind === 'rmw' ? `${location}: ${this.value(cell, before)} -> ${now}` : `${location}=${now}`;
    return { code: code ?? this.operand(cell), effect, place };
  }

  /** `the page` */
  page(pfn: number): string {
    return this.words.page(pfn);
  }

  value(cell: number, value: number): string {
    return this.words.valueOf(cell, value);
  }

  code(step: TraceEvent | WaitEvent): string | undefined {
    const { kernel } = step.place ?? {};
    if (kernel === undefined) return undefined;
    const key = { label: step.label, access: this.accessOf(step), again: this.again.has(step) };
    return kernelStep(kernel.frames, key, this.release) ?? this.plainCode(step);
  }

  /** What the kernel writes where the access is all there is to say; undefined of locks and barriers, which say it. */
  private plainCode(step: TraceEvent | WaitEvent): string | undefined {
    if (!('kind' in step) || step.cell < 0 || step.declared === Mode.Lock || step.mode === Mode.Unlock)
      return undefined;
    const operand = this.operand(step.cell);
    if (step.rmwKind === Rmw.None && step.kind === Kind.Read) return operand;
    const value = this.value(step.cell, step.value);
    if (step.kind === Kind.Write && step.partner < 0) return `${operand} = ${value}`;
    if (/lock$|rwsem$|sem$/.test(operand))
      return step.declared === Mode.Release ? `up(&${operand})` : `down(&${operand})`;
    return `atomic change of ${operand}`;
  }

  private accessOf(step: TraceEvent | WaitEvent): string {
    if ('kind' in step && step.kind === Kind.Fence) return Fence[step.mode]!;
    if (step.cell < 0) return '';
    const isWrite = 'kind' in step && step.kind === Kind.Write;
    const isRmw = step.rmwKind !== Rmw.None || (isWrite && step.partner >= 0);
    const { kind } = this.words.nameOf(step.cell);
    if (isRmw && step.declared === Mode.Release && kind.endsWith('rwsem')) return `unlock ${kind}`;
    return `${isRmw ? 'rmw' : isWrite ? 'write' : 'read'} ${kind}`;
  }

  /** The names that posts give to steps, such as A1 and B3, are of no help to whoever has not read them. */
  label(): undefined {
    return undefined;
  }
}
