import type { Answer } from '../ask/request.ts';
import { reported } from '../report/reported.ts';

/** An answer as the line of JSON that the command prints of it, as the schemas say. */
export const json = (answer: Answer): string => reported(answer).json();

/** An answer in words, as the command prints it. @param width in columns */
export const text = (answer: Answer, width = 80): string => reported(answer).text(width);
