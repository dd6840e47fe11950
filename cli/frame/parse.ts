import { type Command, toFlag, toTitle } from './command.ts';
import type { Globals } from './context.ts';
import { CommandError } from './failure.ts';
import { globalOptions, waitOption } from './globals.ts';
import type { Noun } from './noun.ts';
import { didYouMean } from './suggest.ts';
import { type GivenWords, readWords } from './words.ts';

/** A parsed command line. */
export type Request =
  | { readonly kind: 'version' }
  /** All nouns. */
  | { readonly kind: 'nouns' }
  /** The commands that begin with these words. */
  | { readonly kind: 'verbs'; readonly words: readonly string[]; readonly commands: readonly Command[] }
  /** `below` are the commands that begin with the words of this one, as `run list` does with `run`. */
  | { readonly kind: 'help'; readonly command: Command; readonly below: readonly Command[] }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly input: Readonly<Record<string, unknown>>;
      readonly globals: Globals;
    };

type Path = readonly string[];

/**
 * Parses a command line; loads only the commands of its noun. Errors: `usage`, one sentence that suggests the nearest noun,
 * verb or option.
 */
export async function parseCommandLine(nouns: readonly Noun[], argv: readonly string[]): Promise<Request> {
  if (argv[0] === 'help') return parseCommandLine(nouns, [...argv.slice(1), '--help']);
  const { words, rest } = splitPath(
    nouns.map(({ name }) => [name]),
    argv,
  );
  const noun = nouns.find(({ name }) => name === words[0]);
  if (noun === undefined) return parseWithoutNoun(nouns, rest);
  return parseForNoun(await noun.load(), argv);
}

function parseForNoun(commands: readonly Command[], argv: readonly string[]): Request {
  const { words, rest } = splitPath(
    commands.map(({ path }) => path),
    argv,
  );
  const under = commands.filter(({ path }) => startsWith(path, words));
  const command = under.find(({ path }) => path.length === words.length);
  if (command === undefined) return parseWithoutVerb(under, words, rest);
  if (beforeTerminator(rest).some((word) => word === '--help' || word === '-h')) {
    return { kind: 'help', command, below: under.filter((each) => each !== command) };
  }
  return { kind: 'run', ...parseInput(command, rest) };
}

/** Words before `--`; the words after it are the command line of another program. */
export function beforeTerminator(words: readonly string[]): readonly string[] {
  const terminator = words.indexOf('--');
  return terminator === -1 ? words : words.slice(0, terminator);
}

/** Splits the words of a path, in any order with options, from the other words. */
function splitPath(paths: readonly Path[], argv: readonly string[]): { words: string[]; rest: string[] } {
  // --wait follows the words of a command, which may have its own --wait without a value.
  const globals = globalOptions({ needs: 'server', options: { wait: waitOption } });
  const takesValue = new Set(
    Object.keys(globals)
      .filter((name) => globals[name]?.value !== undefined)
      .map(toFlag),
  );
  const words: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return { words, rest: [...rest, ...argv.slice(index)] };
    if (word.startsWith('-')) {
      rest.push(...argv.slice(index, index + (takesValue.has(word) ? 2 : 1)));
      index += takesValue.has(word) ? 1 : 0;
    } else if (paths.some((path) => startsWith(path, [...words, word]))) {
      words.push(word);
    } else {
      return { words, rest: [...rest, ...argv.slice(index)] };
    }
  }
  return { words, rest };
}

function startsWith(path: Path, words: readonly string[]): boolean {
  return words.every((word, index) => path[index] === word);
}

const OPTIONS_WITHOUT_COMMAND = ['--help', '-h', '--json', '--version'];

function parseWithoutNoun(nouns: readonly Noun[], rest: readonly string[]): Request {
  const word = findWord(rest);
  if (word !== undefined) throw unknownWord([], word, suggestNoun(nouns, word));
  if (rest.includes('--version')) return { kind: 'version' };
  refuseOptions([], rest);
  return { kind: 'nouns' };
}

function parseWithoutVerb(under: readonly Command[], words: readonly string[], rest: readonly string[]): Request {
  const word = findWord(rest);
  const verbs = new Set(under.map(({ path }) => path[words.length] ?? ''));
  if (word !== undefined) throw unknownWord(words, word, didYouMean(word, verbs));
  refuseOptions(words, rest);
  return { kind: 'verbs', words, commands: under };
}

function findWord(rest: readonly string[]): string | undefined {
  return rest.find((word) => !word.startsWith('-'));
}

/** For the name of a verb, the first command with it; else the nearest noun. */
function suggestNoun(nouns: readonly Noun[], word: string): string {
  const withVerb = nouns.find(({ verbs }) => verbs.includes(word));
  if (withVerb !== undefined) return ` Did you mean "${withVerb.name} ${word}"?`;
  return didYouMean(
    word,
    nouns.map(({ name }) => name),
  );
}

function unknownWord(words: readonly string[], word: string, suggestion: string): CommandError {
  const title = toTitle({ path: words });
  return usage(`"${title} ${word}" is no command.${suggestion}`, title);
}

function refuseOptions(words: readonly string[], rest: readonly string[]): void {
  const option = rest.find((word) => !OPTIONS_WITHOUT_COMMAND.includes(word));
  if (option === undefined) return;
  const title = toTitle({ path: words });
  const suggestion = didYouMean(option, OPTIONS_WITHOUT_COMMAND);
  throw usage(`"${title}" has no option ${option}.${suggestion} A command must follow.`, title);
}

function usage(sentence: string, title: string): CommandError {
  return new CommandError('usage', `${sentence} See "${title} --help".`);
}

function parseInput(
  command: Command,
  rest: readonly string[],
): { command: Command; input: Record<string, unknown>; globals: Globals } {
  const globals = globalOptions(command);
  const parsed = readWords(command, { ...command.options, ...globals }, rest);
  const input: Record<string, unknown> = positionalInput(command, parsed);
  for (const name of Object.keys(command.options)) input[name] = parsed.options[name];
  const values = Object.fromEntries(Object.keys(globals).map((name) => [name, parsed.options[name]]));
  return { command, input, globals: values as unknown as Globals };
}

function positionalInput(command: Command, parsed: GivenWords): Record<string, unknown> {
  const left = [...parsed.positionals];
  const input: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(command.positionals)) {
    if (left.length === 0 && definition.optional === true) continue;
    if (left.length === 0) throw usage(`"${toTitle(command)}" needs ${placeholder(name)}.`, toTitle(command));
    input[name] = definition.many === true ? left.splice(0) : left.shift();
  }
  const [extra] = left;
  if (extra !== undefined) {
    throw usage(`"${toTitle(command)}" does not take "${extra}".`, toTitle(command));
  }
  return input;
}

/** `modelVersion` -> `MODEL_VERSION`, as help shows it. */
export function placeholder(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
