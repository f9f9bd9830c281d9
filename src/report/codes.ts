/** What `holdfast explain CODE` tells. */
export interface CodeEntry {
  /** The subject, as a title. */
  readonly title: string;
  /** What it means that this was reported: one paragraph. */
  readonly meaning: string;
  /** What to do about it: one paragraph. */
  readonly remedy: string;
}

/**
 * Every code that a diagnostic can carry; a code keeps its meaning for ever. HF1xx: the text of a litmus test cannot
 * be read. HF2xx: it can be read, but not run. HF9xx: the command line and files.
 */
export const CODES: Readonly<Record<string, CodeEntry>> = {
  HF900: {
    title: 'Unknown command',
    meaning: 'The first word after `holdfast` names a command, and this one does not exist.',
    remedy: 'Run `holdfast --help` for the list of commands. To check a litmus test, say `holdfast litmus FILE`.',
  },
  HF901: {
    title: 'Unknown option',
    meaning: 'The command has no option of this name.',
    remedy: 'Run `holdfast COMMAND --help` for its options. Put `--` before a file name that starts with a dash.',
  },
  HF902: {
    title: 'Value of an option',
    meaning: 'The value of an option, or of the environment variable that stands for it, is not one that it takes.',
    remedy: 'Run `holdfast COMMAND --help` for the values. Limits are positive whole numbers, and times are seconds.',
  },
  HF903: {
    title: 'Missing or extra argument',
    meaning: 'The command needs an argument that is not there, or takes fewer than it was given.',
    remedy: 'Run `holdfast COMMAND --help` to see what the command takes.',
  },
  HF910: {
    title: 'No such file',
    meaning: 'There is no file or folder of this name.',
    remedy: 'Look for a typing error in the path; it is taken relative to the folder in which the command runs.',
  },
  HF911: {
    title: 'File cannot be read',
    meaning: 'The file is there, but the system does not let it be read, or it is not a file.',
    remedy: 'The message has the reason that the system gave; most often it is a missing permission.',
  },
  HF912: {
    title: 'No litmus tests in a folder',
    meaning: 'The folder, with all folders in it, has no file whose name ends in `.litmus`.',
    remedy: 'Name the file itself, which may then have any name, or another folder.',
  },
  HF920: {
    title: 'No such code',
    meaning: '`holdfast explain` was asked for a code that no diagnostic carries.',
    remedy: 'Codes are `HF` and three digits, as in `error[HF910]`. `holdfast explain` alone lists all of them.',
  },
  HF999: {
    title: 'Internal error',
    meaning: 'Holdfast itself went wrong. The result it was working on is not known, and none is claimed.',
    remedy: 'Please report it, with the version that the message gives and the test that shows it.',
  },
};
