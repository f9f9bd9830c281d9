/** An element of XML, with what is in it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

/** Reads the XML that a view writes: elements, attributes, text and the five entities. Throws where it is not well-formed. */
export function readXml(source: string): Element {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at}: ${source.slice(at, at + 40)}`);
  };
  const unescaped = (text: string): string => {
    if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(text) || text.includes('<')) fail('a bare character');
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
    return text.replace(/&(.*?);/g, (_, name: string) => names[name]!);
  };
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    const sticky = new RegExp(pattern.source, 'y');
    sticky.lastIndex = at;
    const match = sticky.exec(source);
    if (match !== null) at = sticky.lastIndex;
    return match ?? undefined;
  };
  const element = (): Element => {
    const open = take(/<([a-z][\w-]*)/) ?? fail('no element');
    const attributes: Record<string, string> = {};
    for (let a = take(/\s+([\w-]+)="([^"]*)"/); a !== undefined; a = take(/\s+([\w-]+)="([^"]*)"/)) {
      if (Object.hasOwn(attributes, a[1]!)) fail(`a second ${a[1]}`);
      attributes[a[1]!] = unescaped(a[2]!);
    }
    const children: Element[] = [];
    let text = '';
    if (take(/\/>/) !== undefined) return { name: open[1]!, attributes, children, text };
    take(/>/) ?? fail('no end of a tag');
    while (take(new RegExp(`</${open[1]}>`)) === undefined) {
      const run = take(/[^<]+/);
      if (run !== undefined) text += unescaped(run[0]);
      else children.push(element());
    }
    return { name: open[1]!, attributes, children, text };
  };
  take(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*/) ?? fail('no declaration');
  const root = element();
  if (source.slice(at).trim() !== '') fail('more than one element');
  return root;
}

/** What an element of JUnit's XML may have, as Jenkins and the readers after it take it. */
interface Rule {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly children: readonly string[];
}

const COUNTS = ['tests', 'failures', 'errors', 'skipped', 'time'];
const DETAIL: Rule = { required: [], optional: ['message', 'type'], children: [] };
const JUNIT: Readonly<Record<string, Rule>> = {
  testsuites: { required: [], optional: ['name', ...COUNTS], children: ['testsuite'] },
  testsuite: {
    required: ['name', 'tests'],
    optional: [...COUNTS, 'timestamp', 'hostname', 'id', 'package'],
    children: ['properties', 'testcase', 'system-out', 'system-err'],
  },
  testcase: {
    required: ['name', 'classname'],
    optional: ['time', 'file', 'line', 'assertions', 'status'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
  },
  skipped: DETAIL,
  error: DETAIL,
  failure: DETAIL,
  'system-out': { required: [], optional: [], children: [] },
};

/** What is wrong with a JUnit file: elements and attributes that readers do not know, and counts that are not true. */
export function junitProblems(root: Element): string[] {
  const problems: string[] = [];
  const visit = (e: Element): void => {
    const rule = JUNIT[e.name];
    if (rule === undefined) {
      problems.push(`unknown <${e.name}>`);
      return;
    }
    const allowed = [...rule.required, ...rule.optional];
    for (const name of Object.keys(e.attributes)) if (!allowed.includes(name)) problems.push(`<${e.name} ${name}>`);
    for (const name of rule.required)
      if (!Object.hasOwn(e.attributes, name)) problems.push(`<${e.name}> without ${name}`);
    for (const child of e.children) {
      if (!rule.children.includes(child.name)) problems.push(`<${child.name}> in <${e.name}>`);
      visit(child);
    }
    for (const [count, element] of [
      ['tests', undefined],
      ['failures', 'failure'],
      ['errors', 'error'],
      ['skipped', 'skipped'],
    ] as const) {
      if (e.name !== 'testsuite' || e.attributes[count] === undefined) continue;
      const cases = e.children.filter((child) => child.name === 'testcase');
      const counted = cases.filter((c) => element === undefined || c.children.some((child) => child.name === element));
      if (Number(e.attributes[count]) !== counted.length)
        problems.push(`${count}=${e.attributes[count]}, not ${counted.length}`);
    }
  };
  if (root.name !== 'testsuites') problems.push(`<${root.name}> at the root`);
  visit(root);
  return problems;
}
