import type { Source } from '../litmus/source.ts';
import type { Check, Instruction, Test } from './ast.ts';
import { ExpressionParser } from './expression-parser.ts';

/** Reads a cat or bell file. @throws CatError */
export function parseCat(source: Source): { readonly title: string; readonly instructions: readonly Instruction[] } {
  return new Parser(source).file();
}

class Parser extends ExpressionParser {
  file(): { title: string; instructions: Instruction[] } {
    const title: string[] = [];
    while (title.length < 2 && (this.token.kind === 'name' || this.token.kind === 'string'))
      title.push(this.next().text);
    this.accept('catdep');
    const instructions: Instruction[] = [];
    while (this.token.kind !== 'end') instructions.push(this.instruction());
    return { title: title.at(-1) ?? '', instructions };
  }

  private instruction(): Instruction {
    const { start, text, kind } = this.token;
    const word = kind === 'keyword' || kind === 'symbol' ? text : '';
    const made = this.deeper(() => this.instructionOf(word));
    return { ...made, at: this.since(start) } as Instruction;
  }

  private instructionOf(word: string): object {
    switch (word) {
      case 'let': {
        this.next();
        const rec = this.accept('rec');
        const bindings = this.bindings();
        const when = rec && this.accept('when') ? this.test(false) : undefined;
        this.accept('in');
        return { kind: 'let', rec, bindings, when };
      }
      case 'acyclic':
      case 'irreflexive':
      case 'empty':
      case '~':
        return { kind: 'test', ...this.test(false) };
      case 'flag':
        this.next();
        return { kind: 'test', ...this.test(true) };
      case 'undefined_unless':
      case 'assert':
        return this.refused(word);
      case 'show':
      case 'unshow': {
        this.next();
        do this.operators(0);
        while (this.accept(','));
        if (this.accept('as')) this.nameAfter('a name after `as`');
        return { kind: 'instructions' };
      }
      case 'include':
        this.next();
        return { kind: 'include', file: this.string('the name of a file in quotes after `include`') };
      case 'with': {
        this.next();
        const name = this.nameAfter('a name after `with`');
        this.expect('from', 'after the name');
        return { kind: 'with', name, from: this.expression() };
      }
      case 'if': {
        this.next();
        const condition = this.condition();
        const yes = this.block('else', 'end');
        const no = this.accept('else') ? this.block('end') : [];
        this.expect('end', 'after the instructions');
        return { kind: 'if', condition, yes, no };
      }
      case 'procedure': {
        this.next();
        if (this.accept('rec')) return this.refused('procedure rec');
        const name = this.nameAfter('a name after `procedure`');
        const pattern = this.parameters();
        this.expect('=', 'after the parameters');
        const body = this.block('end');
        this.expect('end', 'after the instructions');
        return { kind: 'procedure', name, pattern, body };
      }
      case 'call': {
        this.next();
        const name = this.nameAfter('the name of a procedure after `call`');
        const argument = this.argument();
        if (argument === undefined) this.fail('an argument');
        if (this.accept('as')) this.nameAfter('a name after `as`');
        return { kind: 'call', name, argument };
      }
      case 'enum': {
        this.next();
        const name = this.nameAfter('a name after `enum`');
        this.expect('=', 'after the name');
        this.accept('||');
        const tags: string[] = [];
        do {
          if (this.token.kind !== 'tag') this.fail("a tag, such as `'once`");
          tags.push(this.next().text);
        } while (this.accept('||'));
        return { kind: 'enum', name, tags };
      }
      case 'instructions':
      case 'default': {
        this.next();
        this.nameAfter('a class of events');
        this.expect('[', 'after the class');
        if (!this.is(']')) this.list();
        this.expect(']', 'after the tags');
        return { kind: 'instructions' };
      }
      case 'debug':
        this.next();
        this.expression();
        return { kind: 'instructions' };
      case 'match':
      case 'forall':
        return this.refused(word);
      default:
        return this.fail('an instruction, such as `let`, `acyclic`, `empty` or `include`');
    }
  }

  private block(...ends: string[]): Instruction[] {
    const list: Instruction[] = [];
    while (!ends.some((end) => this.is(end))) {
      if (this.token.kind === 'end') this.fail('`end`');
      list.push(this.instruction());
    }
    return list;
  }

  private test(flag: boolean): Test {
    const negated = this.accept('~');
    const { text } = this.token;
    if (!this.is('acyclic') && !this.is('irreflexive') && !this.is('empty')) {
      this.fail('`acyclic`, `irreflexive` or `empty`');
    }
    this.next();
    const of = this.expression();
    const name = this.accept('as') ? this.nameAfter('a name after `as`') : undefined;
    return { flag, negated, check: text as Check, of, name };
  }
}
