import type { Graph } from '../graph/graph.ts';
import type { Told } from '../models/model.ts';
import { EventList } from './event-list.ts';
import { writeRelation } from './event-relations.ts';
import { writeSet } from './event-sets.ts';
import { Shapes } from './shapes.ts';

/** What an execution has beyond events, program order and dependencies. */
const COMMUNICATION: ReadonlySet<string> = new Set(['rf', 'rf-plain', 'co', 'fr']);

/**
 * An execution as a cat model sees it: its events, and the sets and relations that it has of its own. Relations are
 * predecessor rows ({@link setBit}).
 */
export class View {
  /** The same number where all but reads-from, coherence and values is the same; {@link MAX_SHAPES} are remembered. */
  shape = -1;
  private readonly events: EventList;
  private readonly shapes = new Shapes();
  /** Is nothing known of reads-from and coherence? */
  private isAlone = false;

  /** @param makesLocks whether the model makes reads-from and coherence of locks itself */
  constructor(told: Told, makesLocks: boolean) {
    this.events = new EventList(told, makesLocks);
  }

  /** How many events there are. */
  get size(): number {
    return this.events.size;
  }

  /** How many words a row has. */
  get words(): number {
    return this.events.words;
  }

  /** Looks at a graph. @param isAlone leaves out what it has of reads-from and coherence */
  look(g: Graph, isAlone = false): void {
    this.isAlone = isAlone;
    this.events.fill(g);
    this.shape = this.shapes.shapeOf(this.events);
  }

  /** Writes a set of events, as a row. */
  set(name: string, row: Int32Array): void {
    writeSet(this.events, name, row);
  }

  /** Writes a relation. */
  relation(name: string, rows: Int32Array): void {
    if (this.isAlone && COMMUNICATION.has(name)) return;
    writeRelation(this.events, name, rows);
  }

  /** The number of an access of the graph. */
  numberOf(e: number): number {
    return this.events.number[e]!;
  }

  /** Has the execution an RMW, other than a lock, that a model must say is atomic? */
  hasRmw(): boolean {
    const { events } = this;
    for (let n = events.inits; n < events.size; n++) if (events.isHalf(n)) return true;
    return false;
  }
}
