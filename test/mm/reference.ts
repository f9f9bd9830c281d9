/**
 * Memory as user space understands it, and nothing else: each private page of an address space is a box of its own,
 * each page of a file a box that all share. No page tables, no counts, no copy-on-write.
 */

import { VM_DONTCOPY, VM_READ, VM_SHARED, VM_WIPEONFORK, VM_WRITE } from '../../src/mm/memory/vma.ts';

/** What one page contains. */
export interface Box {
  value: number;
}

interface Area {
  readonly flags: number;
  /** The box of the file behind the page; none: anonymous memory. */
  readonly file?: Box;
}

interface Space {
  readonly areas: Map<number, Area>;
  readonly boxes: Map<number, Box>;
}

export class Reference {
  readonly files: Box[][];
  readonly spaces: Space[];
  readonly span: number;

  constructor(spaces: number, span: number, files: number, pagesPerFile: number) {
    this.span = span;
    this.files = Array.from({ length: files }, () => Array.from({ length: pagesPerFile }, () => ({ value: 0 })));
    this.spaces = Array.from({ length: spaces }, () => ({ areas: new Map(), boxes: new Map() }));
  }

  /** Is the whole range mapped by nobody? */
  free(mm: number, start: number, end: number): boolean {
    return this.range(start, end).every((address) => !this.spaces[mm]!.areas.has(address));
  }
  mmap(mm: number, start: number, end: number, flags: number, file?: number): void {
    for (const address of this.range(start, end)) {
      const box = file === undefined ? undefined : this.files[file]![address - start]!;
      this.spaces[mm]!.areas.set(address, box === undefined ? { flags } : { flags, file: box });
    }
  }
  munmap(mm: number, start: number, end: number): void {
    this.dontneed(mm, start, end);
    for (const address of this.range(start, end)) this.spaces[mm]!.areas.delete(address);
  }
  dontneed(mm: number, start: number, end: number): void {
    for (const address of this.range(start, end)) this.spaces[mm]!.boxes.delete(address);
  }
  flags(mm: number, start: number, end: number, clear: number, set: number): void {
    for (const address of this.range(start, end)) {
      const area = this.spaces[mm]!.areas.get(address);
      if (area) this.spaces[mm]!.areas.set(address, { ...area, flags: (area.flags & ~clear) | set });
    }
  }
  fork(parent: number, child: number): void {
    for (const [address, area] of this.spaces[parent]!.areas) {
      if (area.flags & VM_DONTCOPY) continue;
      this.spaces[child]!.areas.set(address, area);
      const box = this.spaces[parent]!.boxes.get(address);
      if (box && !(area.flags & VM_WIPEONFORK)) this.spaces[child]!.boxes.set(address, { value: box.value });
    }
  }
  exit(mm: number): void {
    this.munmap(mm, 0, this.span);
  }
  unused(mm: number): boolean {
    return this.spaces[mm]!.areas.size === 0;
  }

  /** The box that a write goes to, made where there is none; undefined: the process is signalled. */
  boxForWrite(mm: number, address: number, force = false): Box | undefined {
    const { areas, boxes } = this.spaces[mm]!;
    const area = areas.get(address);
    if (!area || !(area.flags & VM_WRITE || (force && !(area.flags & VM_SHARED)))) return undefined;
    if (area.flags & VM_SHARED) return area.file;
    const old = boxes.get(address);
    if (old) return old;
    const box = { value: area.file?.value ?? 0 };
    boxes.set(address, box);
    return box;
  }
  /** The box that a read sees; undefined: the process is signalled. */
  boxForRead(mm: number, address: number): Box | undefined {
    const { areas, boxes } = this.spaces[mm]!;
    const area = areas.get(address);
    if (!area || !(area.flags & (VM_READ | VM_WRITE))) return undefined;
    if (area.flags & VM_SHARED) return area.file;
    const own = boxes.get(address) ?? area.file;
    if (own) return own;
    const box = { value: 0 };
    boxes.set(address, box);
    return box;
  }

  private range(start: number, end: number): number[] {
    return Array.from({ length: Math.max(0, Math.min(end, this.span) - start) }, (_, i) => start + i);
  }
}
