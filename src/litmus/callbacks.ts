import type { Call, Declaration, Expression, FunctionDefinition, Name, Parameter, Statement } from './ast.ts';
import { didYouMean } from './nearest.ts';
import { PRIMITIVES } from './primitives.ts';
import type { Diagnostics } from './source.ts';
import { eachPart, type Node, someNode } from './walk.ts';

/**
 * The threads of a test with one more for each call of call_rcu(), which runs the function that the call names: they come
 * after all others, in the order of the calls in the text. Such a thread begins when the call is made, waits for a grace
 * period, and runs the function; see compile-callback.ts.
 * @param functions what is defined besides threads
 */
export function withCallbacks(
  threads: readonly FunctionDefinition[],
  functions: readonly FunctionDefinition[],
  errors: Diagnostics,
): FunctionDefinition[] {
  const byName = new Map<string, FunctionDefinition>();
  for (const f of functions) {
    if (byName.has(f.name)) errors.report('HF104', nameOf(f), `there are two functions ${f.name}`);
    byName.set(f.name, f);
    for (const { call } of callsIn(f)) {
      errors.report('HF120', call.callee, `${call.callee.name}() in a callback is not supported`, () => {
        return { help: 'Call it in a thread.' };
      });
    }
  }
  const started: FunctionDefinition[] = [];
  for (const [thread, definition] of threads.entries()) {
    for (const { call, inLoop } of callsIn(definition)) {
      const f = calledBy(call, byName, errors);
      if (f === undefined) continue;
      if (inLoop) {
        errors.report('HF120', call.callee, `${call.callee.name}() in a loop is not supported`, () => {
          return { help: 'Write each call by itself.' };
        });
      }
      const before = started.filter(({ name }) => name === f.name || name.startsWith(`${f.name}#`)).length;
      started.push(callback(f, before, thread, call));
    }
  }
  for (const f of byName.values()) {
    if (started.some(({ body }) => body.start === f.body.start)) continue;
    errors.report('HF120', nameOf(f), 'functions other than threads and callbacks are not supported', () => {
      return { help: 'Write its body where it is called. call_rcu() alone calls a function.' };
    });
  }
  return [...threads, ...started];
}

const nameOf = ({ name, start }: FunctionDefinition): Name => {
  return { kind: 'name', name, start, end: start + name.length };
};

interface Found {
  readonly call: Call;
  readonly inLoop: boolean;
}

/** The calls of call_rcu() with the number of arguments that it has, in the order of the text. */
function callsIn({ body }: FunctionDefinition): Found[] {
  const found: Found[] = [];
  const visit = (node: Node, inLoop: boolean): void => {
    if (node.kind === 'call' && isCallback(node) && node.arguments.length === 2) found.push({ call: node, inLoop });
    eachPart(node, (part) => visit(part, inLoop || node.kind === 'while' || node.kind === 'for'));
  };
  visit(body, false);
  return found;
}

const isCallback = ({ callee }: Call): boolean => PRIMITIVES.get(callee.name)?.kind === 'callback';

function calledBy(
  call: Call,
  byName: ReadonlyMap<string, FunctionDefinition>,
  errors: Diagnostics,
): FunctionDefinition | undefined {
  const [, named] = call.arguments;
  if (named?.kind !== 'name') {
    errors.report('HF112', named!, `${call.callee.name}() needs the name of a function`);
    return undefined;
  }
  const f = byName.get(named.name);
  if (f !== undefined) return f;
  errors.report('HF110', named, `there is no function ${named.name}`, () => {
    const expected = `\`void ${named.name}(struct rcu_head *head) { ... }\` among the threads`;
    return { expected, ...didYouMean(named.name, byName.keys()) };
  });
  return undefined;
}

/** The thread that a call starts. What the function is given is a variable of it; other parameters are as those of threads. */
function callback(f: FunctionDefinition, before: number, thread: number, call: Call): FunctionDefinition {
  const head = f.parameters.find(isHead);
  const body = head === undefined ? f.body : { ...f.body, body: [declared(head), ...f.body.body] };
  const isUsed = head !== undefined && someNode(f.body, (node) => node.kind === 'name' && node.name === head.name);
  return {
    ...f,
    name: before === 0 ? f.name : `${f.name}#${before + 1}`,
    parameters: f.parameters.filter((p) => p !== head),
    body,
    callback: { start: f.start, end: f.start + f.name.length, thread, call, head: isUsed ? head : undefined },
  };
}

const isHead = ({ type }: Parameter): boolean => type.base === 'struct rcu_head' && type.pointers === 1;

function declared({ start, end, name, type }: Parameter): Statement {
  const declaration: Declaration = {
    kind: 'declaration',
    start,
    end,
    declarators: [{ start, end, name, type, initial: undefined }],
  };
  return declaration;
}

/** What the callback is given: `&p->head` is taken for p, for a structure is one location here. */
export function headOf(e: Expression): Expression {
  if (e.kind !== 'unary' || e.operator !== '&' || e.operand.kind !== 'member') return e;
  const { object, arrow } = e.operand;
  return arrow ? object : { ...e, operand: object };
}
