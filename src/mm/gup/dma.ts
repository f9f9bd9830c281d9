/** A device that reads and writes pinned pages. It knows nothing of page tables: it has the page itself. */

import type { Cpu } from '../../cpu/cpu.ts';
import { PAGE_DATA } from '../memory/page.ts';
import type { Pin } from './gup.ts';

/** What the device finds in the page. */
export const deviceRead = (cpu: Cpu, pin: Pin): number => cpu.readOnce(pin.page + PAGE_DATA);

/** The device writes to the page. */
export const deviceWrite = (cpu: Cpu, pin: Pin, value: number): void => cpu.writeOnce(pin.page + PAGE_DATA, value);
