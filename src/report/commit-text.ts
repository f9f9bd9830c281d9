/** A commit of the kernel as people write it, with the first release that has it. */
export const commitText = ({ hash, subject, release }: { hash: string; subject: string; release: string }): string =>
  `${hash} ("${subject}", ${release})`;
