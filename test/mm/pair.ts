import fc from 'fast-check';
import { expect } from 'vitest';
import type { Design } from '../../src/mm/design/design.ts';
import { doAnonymousFolio } from '../../src/mm/fault/fault-anonymous.ts';
import { userLoad, userStore } from '../../src/mm/fault/user.ts';
import { exitMmap } from '../../src/mm/fork/exit.ts';
import { dupMmap } from '../../src/mm/fork/fork.ts';
import { deviceRead, deviceWrite } from '../../src/mm/gup/dma.ts';
import { FOLL_FORCE, FOLL_WRITE, type Pin } from '../../src/mm/gup/gup.ts';
import {
  getUserPages,
  getUserPagesFast,
  pinUserPages,
  pinUserPagesFast,
  unpinUserPage,
  unpinUserPageDirty,
} from '../../src/mm/gup/pin.ts';
import { doHugePmdAnonymousPage } from '../../src/mm/huge/huge-pmd.ts';
import { ADVICE, madvise, madviseDontneed } from '../../src/mm/map/madvise.ts';
import { mmapRegion, mprotect, munmap } from '../../src/mm/map/mmap.ts';
import { vmaLookup } from '../../src/mm/map/vma-list.ts';
import { EFAULT, EINVAL, ENOMEM } from '../../src/mm/memory/errno.ts';
import type { LayoutConfig } from '../../src/mm/memory/layout-config.ts';
import { VM_MAYWRITE, VM_READ, VM_SHARED, VM_WRITE } from '../../src/mm/memory/vma.ts';
import { type Machine, machine, ROOMY, RW } from './machine.ts';
import { type Op, SPAN } from './operations.ts';
import { type Box, Reference } from './reference.ts';

interface Held {
  readonly pin: Pin;
  /** What the device must see, where the design promises it. */
  readonly box: Box;
  readonly reliable: boolean;
}

/** A machine and the reference, driven side by side; throws where they differ. */
export class Pair {
  readonly m: Machine;
  readonly reference: Reference;
  readonly held: Held[] = [];
  /** Does the design keep what is held across other operations, or are pins given back at once? */
  readonly hold: boolean;
  #next = 1;

  constructor(design: Design, hold: boolean, config: Partial<LayoutConfig> = {}) {
    this.m = machine(design, config);
    this.reference = new Reference(ROOMY.mms, SPAN, ROOMY.files.length, ROOMY.pagesPerFile);
    this.hold = hold;
  }

  run(o: Op): void {
    const { cpu, k } = this.m;
    const r = this.reference;
    switch (o.op) {
      case 'mmap': {
        const shared = o.shared && o.file !== undefined;
        const end = o.file === undefined ? o.end : Math.min(o.end, o.start + ROOMY.pagesPerFile);
        const flags = (o.writable ? RW : VM_READ | VM_MAYWRITE) | (shared ? VM_SHARED : 0);
        const free = r.free(o.mm, o.start, end);
        const file = o.file === undefined ? {} : { file: o.file };
        expect(mmapRegion(cpu, k, this.m.mm(o.mm), { start: o.start, end, flags, ...file }) === 0).toBe(free);
        if (free) r.mmap(o.mm, o.start, end, flags, o.file);
        return;
      }
      case 'munmap':
        expect(munmap(cpu, k, this.m.mm(o.mm), o.start, o.end)).toBe(0);
        r.munmap(o.mm, o.start, o.end);
        return;
      case 'dontneed':
        madviseDontneed(cpu, k, this.m.mm(o.mm), o.start, o.end);
        r.dontneed(o.mm, o.start, o.end);
        return;
      case 'mprotect':
        expect(mprotect(cpu, k, this.m.mm(o.mm), o.start, o.end, o.protection)).toBe(0);
        r.flags(o.mm, o.start, o.end, VM_READ | VM_WRITE, o.protection);
        return;
      case 'madvise': {
        expect(madvise(cpu, k, this.m.mm(o.mm), o.start, o.end, o.advice)).toBe(0);
        const { flag, set } = ADVICE[o.advice];
        r.flags(o.mm, o.start, o.end, flag, set ? flag : 0);
        return;
      }
      case 'load': {
        const box = r.boxForRead(o.mm, o.address);
        const value = userLoad(cpu, k, this.m.mm(o.mm), o.address);
        fc.pre(value !== ENOMEM);
        expect(value).toBe(box?.value ?? EFAULT);
        return;
      }
      case 'store': {
        const box = r.boxForWrite(o.mm, o.address);
        const value = this.#next++;
        const status = userStore(cpu, k, this.m.mm(o.mm), o.address, value);
        fc.pre(status !== ENOMEM);
        expect(status).toBe(box ? 0 : EFAULT);
        if (box) box.value = value;
        return;
      }
      case 'fork':
        if (o.mm === o.child || !r.unused(o.child)) return;
        fc.pre(dupMmap(cpu, k, this.m.mm(o.mm), this.m.mm(o.child)) === 0);
        r.fork(o.mm, o.child);
        return;
      case 'exit':
        exitMmap(cpu, k, this.m.mm(o.mm));
        r.exit(o.mm);
        return;
      case 'large': {
        const vma = vmaLookup(cpu, k, this.m.mm(o.mm), o.address);
        if (vma === undefined || vma.file > 0 || (vma.flags & (VM_READ | VM_WRITE)) === 0) return;
        const fault = { mm: this.m.mm(o.mm), vma, address: o.address, flags: 0 };
        expect([0, EINVAL, ENOMEM]).toContain((o.pmd ? doHugePmdAnonymousPage : doAnonymousFolio)(cpu, k, fault));
        return;
      }
      case 'gup':
        this.gup(o);
        return;
      case 'device':
      case 'unpin':
        this.useHeld(o.op, o.which, o.dirty);
    }
  }

  gup(o: Op & { op: 'gup' }): void {
    if (this.held.length >= 3) return;
    const { cpu, k } = this.m;
    const flags = (o.write ? FOLL_WRITE : 0) | (o.force ? FOLL_FORCE : 0);
    const call = o.pin ? (o.fast ? pinUserPagesFast : pinUserPages) : o.fast ? getUserPagesFast : getUserPages;
    const { pins, error } = call(cpu, k, this.m.mm(o.mm), o.address, 1, flags);
    fc.pre(error !== ENOMEM);
    const box = this.boxFor(o);
    expect(error).toBe(box ? 0 : EFAULT);
    if (!box) return;
    const pin = pins[0]!;
    expect(deviceRead(cpu, pin)).toBe(box.value);
    if (o.write) this.dma(pin, box);
    if (this.hold) this.held.push({ pin, box, reliable: o.pin });
    else if (o.write) unpinUserPageDirty(cpu, k, pin);
    else unpinUserPage(cpu, k, pin);
  }

  dma(pin: Pin, box: Box): void {
    box.value = this.#next++;
    deviceWrite(this.m.cpu, pin, box.value);
  }

  boxFor(o: Op & { op: 'gup' }): Box | undefined {
    const r = this.reference;
    if (o.write) return r.boxForWrite(o.mm, o.address, o.force);
    const area = r.spaces[o.mm]!.areas.get(o.address);
    const readable = area && (area.flags & (VM_READ | VM_WRITE) || (o.force && area.flags & VM_MAYWRITE));
    if (!readable) return undefined;
    if (area.flags & VM_SHARED) return area.file;
    if (this.m.k.design.pinReadOnly === 'writable') return r.boxForWrite(o.mm, o.address, true);
    r.flags(o.mm, o.address, o.address + 1, 0, VM_READ);
    const box = r.boxForRead(o.mm, o.address);
    r.flags(o.mm, o.address, o.address + 1, VM_READ, area.flags & VM_READ);
    return box;
  }

  useHeld(what: 'device' | 'unpin', which: number, dirty: boolean): void {
    const held = this.held[which];
    if (held === undefined) return;
    const { cpu, k } = this.m;
    if (held.reliable) expect(deviceRead(cpu, held.pin)).toBe(held.box.value);
    if (what === 'device') {
      const writes = held.reliable && (held.pin.flags & FOLL_WRITE) !== 0;
      if (writes) this.dma(held.pin, held.box);
      return;
    }
    this.held.splice(which, 1);
    if (dirty) unpinUserPageDirty(cpu, k, held.pin);
    else unpinUserPage(cpu, k, held.pin);
  }

  /** Ends everything: every page must be free or in the page cache. */
  end(): void {
    const { cpu, k } = this.m;
    for (const { pin } of this.held.splice(0)) unpinUserPage(cpu, k, pin);
    for (let n = 0; n < ROOMY.mms; n++) exitMmap(cpu, k, this.m.mm(n));
    expect(this.m.check()).toEqual([]);
    expect(cpu.rcuNesting).toBe(0);
  }

  check(): void {
    expect(this.m.check(this.held.map(({ pin }) => pin))).toEqual([]);
  }
}
