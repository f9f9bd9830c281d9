/** A path as a file beside another names it. */
export function joined(path: string, name: string): string {
  if (name.startsWith('/')) return name;
  const parts = [...path.split('/').slice(0, -1), ...name.split('/')];
  const made: string[] = [];
  for (const part of parts) {
    if (part === '..' && made.length > 0 && made.at(-1) !== '..' && made.at(-1) !== '') made.pop();
    else if (part !== '.') made.push(part);
  }
  return made.join('/');
}
