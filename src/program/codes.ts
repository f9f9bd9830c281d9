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
 * be read. HF2xx: it can be read, but not run. HF9xx: the command line, files, and scenarios.
 */
export const CODES = {
  HF101: {
    title: 'Syntax of a litmus test',
    meaning:
      'The text is not what the format has at this place. The message says what was found, and what was expected.',
    remedy:
      'Mend the text at the caret; what is really wrong may stand just before it, such as a missing `;`. The format is ' +
      'that of herd7: a line `C NAME`, the initial state in braces, the threads P0, P1, ..., and `exists (...)`. It is not ' +
      'preprocessed, so there are no `#define` and no `#include`.',
  },
  HF102: {
    title: 'A comment or a text without an end',
    meaning: 'A comment, or a quoted text, starts here and goes on to the end of the file.',
    remedy: 'Close it, with `*)`, `*/` or `"`. Outside of the threads `(*` starts a comment.',
  },
  HF103: {
    title: 'Too large',
    meaning:
      'The file, an array, an expression, the depth of its parentheses or the number of threads is beyond what is read. ' +
      'The limits are far above what an exhaustive answer can be given for.',
    remedy: 'Look whether this is the file that was meant. If it is, split the test, or name intermediate results.',
  },
  HF104: {
    title: 'Structure of a litmus test',
    meaning: 'A part of the test is missing, is there twice, or stands in the wrong place.',
    remedy:
      'A test has a line `C NAME`, the initial state in braces (`{}` where all is 0), the threads P0, P1, ... numbered ' +
      'without gaps, and a condition.',
  },
  HF105: {
    title: 'Declarations and statements',
    meaning: 'A declaration is there twice or has no meaning, or a statement stands where C does not allow it.',
    remedy:
      'A parameter of a thread is a pointer to a location of the same name. A thread has one register of each name, since ' +
      'the condition can name but one.',
  },
  HF106: {
    title: 'Initial state',
    meaning: 'An initial value is given twice, or is not one that this variable can have.',
    remedy:
      'Give each location and register one value: a number, or the name of a location for its address, as in ' +
      '`{ x=1; p=&x; 0:r1=2; }`. What is not named is 0.',
  },
  HF107: {
    title: 'Number too large',
    meaning:
      'Values are integers of up to 64 bits, and this one is larger; or it counts something, and no test has so many. As in C, a ' +
      'decimal number of all 64 bits has the suffix U.',
    remedy: 'Use a smaller value, or the suffix U; what orders accesses does not depend on it.',
  },
  HF110: {
    title: 'Unknown primitive',
    meaning: 'A thread calls what is neither a primitive of the Linux kernel memory model nor a function of the test.',
    remedy:
      'Look for a typing error; the message has the names that come nearest. docs/litmus.md lists all primitives.',
  },
  HF111: {
    title: 'What a name stands for',
    meaning:
      'A name is used as what it is not: a register as a location, a parameter as the value behind it, or nothing of the ' +
      'name is there at all.',
    remedy:
      'Locations are shared and named by the initial state, the parameters and the condition; a thread reaches one through ' +
      'a parameter, as in `P0(int *x)` and `READ_ONCE(*x)`. Registers are local and must be declared or assigned first.',
  },
  HF112: {
    title: 'Arguments and results of a primitive',
    meaning:
      'A primitive has too many or too few arguments, an argument is of the wrong kind, or its result does not exist.',
    remedy: 'Compare with the signature in the message, or with docs/litmus.md.',
  },
  HF113: {
    title: 'No such thread',
    meaning: 'The condition, or the initial state, names a register of a thread that the test does not have.',
    remedy: 'Threads are numbered from 0, so a test with P0 and P1 has `0:r1` and `1:r1`, and no `2:r1`.',
  },
  HF114: {
    title: 'A register that is not there',
    meaning:
      'The condition names a register that its thread never uses. As for herd7, its value is 0. This is a warning.',
    remedy: 'Look for a typing error in the condition: as it stands, that part of it does not depend on the test.',
  },
  HF120: {
    title: 'Not supported',
    meaning:
      'This is known, and not supported: it is outside of the memory model of Linux 6.12, or of what a litmus test needs.',
    remedy: 'The message says what to write instead, where there is something. No verdict is given for such a test.',
  },
  HF130: {
    title: 'Syntax of a cat file',
    meaning:
      'The text of a model is not what the language of herd7 has at this place. The message says what was found, and what was expected.',
    remedy:
      'Mend the text at the caret. Where operators are mixed, herd7 reads `a ; b \\ c` as `a ; (b \\ c)`, and neither `~r*` nor ' +
      '`A * B * C` without parentheses. docs/models.md has the language.',
  },
  HF131: {
    title: 'What a name or an expression of a model stands for',
    meaning:
      'A name stands for nothing here, or an expression for something of another type than is wanted: a set where a relation is, ' +
      'say, or too few parts of a tuple.',
    remedy: 'docs/models.md has the sets and relations that there are; `co` and `fr` come with `include "cos.cat"`.',
  },
  HF132: {
    title: 'Not supported in a model',
    meaning: 'This is known of the language of herd7, and not supported.',
    remedy: 'docs/models.md says what is, and what to write instead, where there is something.',
  },
  HF133: {
    title: 'A model that cannot be explored',
    meaning:
      'Executions are explored in which each thread sees one order of the writes of a location, and nothing comes between the ' +
      'halves of a read-modify-write. The model does not say that for certain, so that it might allow others.',
    remedy: 'Say it in the model, by `acyclic po-loc | rf | co | fr` and `empty rmw & (fre ; coe)`.',
  },
  HF134: {
    title: 'A file that a model includes',
    meaning: 'A model includes a file that is not found.',
    remedy: 'It is looked for beside the model, and in the folders that --include names.',
  },
  HF140: {
    title: 'Wrong use of the preprocessor',
    meaning:
      'A directive of a file of C, or the use of a macro, is not what the preprocessor of C takes, or the file says `#error` itself.',
    remedy:
      'The message says what is wrong. Of a macro it says where it is defined. `-D NAME=VALUE` defines a macro from outside, such as a ' +
      'switch of the configuration.',
  },
  HF141: {
    title: 'No such header',
    meaning:
      'A file of C includes a header that is neither beside it nor among those of Holdfast. The headers of the kernel itself are not read: ' +
      'they are made for a compiler, not for a memory model.',
    remedy:
      'Write what the protocol needs into a file beside yours, and include it in quotes. Primitives of the memory model need no header.',
  },
  HF201: {
    title: 'No meaning at run time',
    meaning:
      'There is an execution in which a thread does what has no meaning, such as to follow a pointer that points nowhere. ' +
      'The test is then wrong as a program, and a verdict would say nothing.',
    remedy: 'Guard the access with an `if`, or give the pointer an initial value.',
  },
  HF202: {
    title: 'Accesses of different sizes',
    meaning:
      'There is an execution in which a thread accesses a word of memory as a type of another size than the word has: a part of it, ' +
      'or more than it. The memory model of Linux orders accesses of whole words and says nothing of such ones, and no more does herd7.',
    remedy:
      'Give the location one type, in the initial state and in the parameters of every thread; types that differ in their sign ' +
      'alone are of one size. An atomic_t has 4 bytes, an atomic64_t, a long and a pointer have 8.',
  },
  HF203: {
    title: 'Too many memory accesses',
    meaning:
      'In some execution a thread makes more than 4096 memory accesses, or four times as many barriers and choices. It may never ' +
      'end, and no verdict can be given. The place is the one that it had come to.',
    remedy:
      'Look for a loop that goes on for ever. In a litmus test, write fewer rounds or lower --unroll; a few rounds show ' +
      'whatever many would.',
  },
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
  HF904: {
    title: 'Not a file of results',
    meaning: 'The file of --resume has no line that holdfast litmus --format json prints.',
    remedy: 'Name the file into which an earlier run with --format json was written.',
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
  HF913: {
    title: 'Binary file',
    meaning: 'The file has bytes that are no text.',
    remedy: 'Name a text file in UTF-8. UTF-16, as some editors save it, counts as binary: save it as UTF-8.',
  },
  HF914: {
    title: 'Output cannot be written',
    meaning:
      'The system refused to take what was to be printed, so the output is cut short. The exit code is 74 then, whatever ' +
      'was found.',
    remedy: 'Make room on the device, or send the output elsewhere; --resume goes on from what is whole.',
  },
  HF920: {
    title: 'No such code',
    meaning:
      '`holdfast explain` was asked for what is neither a code of a diagnostic, a flag, a race, a property, a knob, nor a design.',
    remedy:
      'Codes are `HF` and three digits, as in `error[HF910]`; flags are words, such as `data-race`. `holdfast explain` alone ' +
      'lists all of them.',
  },
  HF930: {
    title: 'No such race',
    meaning: '`holdfast check` was asked for a race that does not exist.',
    remedy:
      'Run `holdfast list` for the races. A file with races of your own is told by its ending, or by a slash in its name.',
  },
  HF931: {
    title: 'No such design',
    meaning: 'No kernel and no proposal is called so.',
    remedy:
      'Run `holdfast list` for the designs. What is not among them is said with `--set knob=value` on top of one that is.',
  },
  HF932: {
    title: 'No such variant',
    meaning: 'The race has no form of this name.',
    remedy: 'Run `holdfast list` for the variants of each race.',
  },
  HF933: {
    title: 'No such knob',
    meaning: '`--set knob=value` names a decision that no design takes.',
    remedy: 'Run `holdfast list` for the knobs, with what each of their values means.',
  },
  HF934: {
    title: 'No such value of a knob',
    meaning: '`--set knob=value` names a decision that cannot be taken this way.',
    remedy: 'Run `holdfast list` for the values of each knob, and what they mean.',
  },
  HF935: {
    title: 'No litmus kernel',
    meaning: 'A litmus test has integers and no page tables, so only races that are a few accesses at heart have one.',
    remedy: 'The message names the variants that have one. `holdfast check RACE` checks the race itself.',
  },
  HF940: {
    title: 'Scenario file cannot be compiled',
    meaning:
      'The file that `holdfast check` was given, or one that it imports, is not correct TypeScript or JavaScript.',
    remedy:
      'The message and the place are those of the compiler, esbuild. Types are not checked here: `npx tsc` does that.',
  },
  HF941: {
    title: 'No scenario in a file',
    meaning: 'The file exports nothing that `scenario({ ... })` of `holdfast` made.',
    remedy: 'Export each race by a name, as in `export const mine = scenario({ ... })`.',
  },
  HF942: {
    title: 'Scenario file throws',
    meaning: 'The file was compiled, but throws when it is loaded, before any race begins.',
    remedy: 'The message has what it threw. Work that belongs to a race goes into its `setup`, not beside it.',
  },
  HF943: {
    title: 'Scenario is wrong',
    meaning: 'A function of a race of your own threw, or gave what it must not. Nothing is claimed about the race.',
    remedy: 'The message says which function; the place is the line that threw, or that of the call of scenario().',
  },
  HF944: {
    title: 'Design is wrong',
    meaning:
      'A design of your own names a base, a decision or a function that does not exist, or a name that is taken.',
    remedy:
      'The message says which; the place is the call of design(). `holdfast list` has the designs, `holdfast list knobs` the ' +
      'decisions, `holdfast list functions` what can be replaced.',
  },
  HF945: {
    title: 'No such design in a file',
    meaning:
      'The file exports nothing that `design({ ... })` of `holdfast` made, several where one is needed, or none of the name asked for.',
    remedy: 'Export each design by a name; of several, name one after the file, as in `--design ./mine.ts#swapped`.',
  },
  HF946: {
    title: 'No such word of memory',
    meaning:
      'Code of your own reads or writes at an address at which there is no word, or writes what no word can hold: a fraction, or what is no number.',
    remedy:
      'Addresses are those of `k.layout`, such as `k.layout.mm(0)`, with a field such as `MM_HAS_PINNED` added; an index beyond the ' +
      'array that it is for, and what is undefined, lead elsewhere. Look at the arithmetic at the place.',
  },
  HF947: {
    title: 'Not deterministic',
    meaning:
      'A thread did something else than it did before when its reads returned the same values. Its executions cannot be told apart ' +
      'then, and nothing is claimed.',
    remedy:
      'Keep nothing outside of the function, and ask neither the clock nor Math.random(): all that a thread knows it reads through the ' +
      '`cpu`. What may go one way or the other is `cpu.choose(2)`.',
  },
  HF948: {
    title: 'Endless loop',
    meaning:
      'Code of your own has come to no end and made no memory access for a long time. The place is where it was.',
    remedy:
      'Look for a loop whose condition nothing changes. A loop that waits for another thread must read through the `cpu`: ' +
      '`cpu.readWhen()` waits in one step.',
  },
  HF950: {
    title: 'Not the id of an execution',
    meaning: 'What `holdfast replay` was given is not an id as it is printed after `Again:`.',
    remedy: 'Ids start with `hf1-` and have no blanks in them. Mail programs may have broken one over two lines.',
  },
  HF951: {
    title: 'Id of a newer version',
    meaning: 'The id is of a form that this version of Holdfast does not know.',
    remedy: 'Use the version that made it, or a newer one.',
  },
  HF952: {
    title: 'Test changed since the id was made',
    meaning:
      'An id holds a digest of the text of its test. This test has another text, but still has the execution that the id means, which is shown.',
    remedy: 'Look whether lines and values are what was meant. Comments and blanks count as changes, too.',
  },
  HF953: {
    title: 'No such execution',
    meaning:
      'The test has no execution of this id: its threads do something else, or no memory model allows it any more.',
    remedy: 'If the test was changed, that may have mended it: `holdfast show` looks for a failing execution anew.',
  },
  HF954: {
    title: 'Test of an id not found',
    meaning: 'An id has the name of its test, and no file of that name was found.',
    remedy: 'Name the file, or the folder that it is in, after the id.',
  },
  HF955: {
    title: 'No such race under a design',
    meaning: 'The race is about something that a kernel of this design does not have.',
    remedy: 'The message has the reason. Name another design with `--design`, or another variant with `--variant`.',
  },
  HF956: {
    title: 'Id of an execution under another model',
    meaning:
      'An id holds which model allows its execution. This one was found under a model of a cat file, of which it has a digest of all ' +
      'the text, and that is not the model that is given; or the other way round.',
    remedy:
      'Give the cat file, and the bell file before it, that the execution was found under, by --model and --bell.',
  },
  HF960: {
    title: 'The run of a test was ended',
    meaning:
      'What was run ended its worker, or the whole command, instead of coming back. A race of your own does so with ' +
      'process.exit(). The other tests of the run are not touched.',
    remedy: 'Throw an error, or return what is wrong, where a race has to stop.',
  },
  HF961: {
    title: 'Out of memory',
    meaning: 'A test needs more memory than its worker may have. The other tests of the run are not touched.',
    remedy: 'Make the test smaller, limit it with --max-executions or --timeout, or run fewer at once with --jobs.',
  },
  HF999: {
    title: 'Internal error',
    meaning: 'Holdfast itself went wrong. The result it was working on is not known, and none is claimed.',
    remedy: 'Please report it, with the version that the message gives and the test that shows it.',
  },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type Code = keyof typeof CODES;

/** Is it a code? In any other text somebody may have named one. */
export const isCode = (text: string): text is Code => Object.hasOwn(CODES, text);
