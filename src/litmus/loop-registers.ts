import type { Expression, Statement } from './ast.ts';
import type { ThreadLayout } from './layout.ts';
import { eachPart, type Node } from './walk.ts';

/**
 * The registers that may still matter where `parts` of a loop are about to be run in this order, and the loop may be left
 * after the last of them: all but those that are certain to be assigned to before they are read.
 * @returns their slots
 */
export function registersThatMatter(
  layout: ThreadLayout,
  parts: readonly (Expression | Statement | undefined)[],
): number[] {
  const scan = new Scan(layout);
  for (const part of parts) if (part !== undefined) scan.visit(part);
  return layout.initial.map((_, slot) => slot).filter((slot) => slot > 0 && !scan.overwritten.has(slot));
}

/** Goes through code in the order in which it is run, as far as that is certain. */
class Scan {
  /** The slots of registers that were assigned to before anything could read them. */
  overwritten = new Set<number>();
  private readonly read = new Set<number>();
  /** Beyond a jump nothing is certain. */
  private isCertain = true;

  constructor(private readonly layout: ThreadLayout) {}

  visit(node: Node): void {
    switch (node.kind) {
      case 'name':
        this.reads(node.name);
        return;
      case 'assignment':
        this.visit(node.value);
        if (node.operator === undefined && node.target.kind === 'name') this.assigns(node.target.name);
        else this.visit(node.target);
        return;
      case 'declaration':
        for (const d of node.declarators) {
          if (d.initial === undefined) continue;
          this.visit(d.initial);
          this.assigns(d.name);
        }
        return;
      case 'logical':
        this.visit(node.left);
        this.perhaps(node.right);
        return;
      case 'conditional':
      case 'if':
        this.visit(node.condition);
        this.perhaps(node.then);
        if (node.otherwise !== undefined) this.perhaps(node.otherwise);
        return;
      case 'while':
        this.perhaps(node.condition);
        this.perhaps(node.body);
        return;
      case 'for':
        if (node.initial !== undefined) this.visit(node.initial);
        for (const part of [node.condition, node.body, node.step]) if (part !== undefined) this.perhaps(part);
        return;
      case 'switch':
        this.visit(node.value);
        for (const part of node.body) this.perhaps(part);
        return;
      case 'again':
        for (const part of node.body) this.perhaps(part);
        return;
      case 'break':
      case 'continue':
      case 'goto':
        this.isCertain = false;
        return;
      case 'return':
        if (node.value !== undefined) this.visit(node.value);
        this.isCertain = false;
        return;
      default:
        eachPart(node, (part) => this.visit(part));
    }
  }

  /** What may be run or not: its reads count, its assignments do not. */
  private perhaps(node: Node): void {
    const before = new Set(this.overwritten);
    this.visit(node);
    this.overwritten = before;
  }

  private reads(name: string): void {
    const slot = this.slotOf(name);
    if (slot !== undefined && !this.overwritten.has(slot)) this.read.add(slot);
  }

  private assigns(name: string): void {
    const slot = this.slotOf(name);
    if (slot !== undefined && this.isCertain && !this.read.has(slot)) this.overwritten.add(slot);
  }

  private slotOf(name: string): number | undefined {
    const binding = this.layout.bindings.get(name);
    return binding?.kind === 'register' ? binding.slot : undefined;
  }
}
