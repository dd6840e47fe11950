import { type Command, flagOf, titleOf } from './command.ts';
import type { Globals } from './context.ts';
import { CommandError } from './failure.ts';
import { globalOptions, waitOption } from './globals.ts';
import { didYouMean } from './suggest.ts';
import { type GivenWords, readWords } from './words.ts';

/** A parsed command line. */
export type Request =
  | { readonly kind: 'version' }
  /** `words` is the beginning of a path: all the commands under it. */
  | { readonly kind: 'list'; readonly words: readonly string[] }
  | { readonly kind: 'help'; readonly command: Command }
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly input: Readonly<Record<string, unknown>>;
      readonly globals: Globals;
    };

/** Parses a command line. Errors: `usage`, one sentence that suggests the intended word. */
export function parseCommandLine(commands: readonly Command[], argv: readonly string[]): Request {
  if (argv[0] === 'help') return parseCommandLine(commands, [...argv.slice(1), '--help']);
  const { words, rest } = splitPath(commands, argv);
  const command = commands.find(({ path }) => path.join(' ') === words.join(' '));
  if (command === undefined) return withoutCommand(commands, words, rest);
  if (beforeTerminator(rest).some((word) => word === '--help' || word === '-h')) return { kind: 'help', command };
  return { kind: 'run', ...parseInput(command, rest) };
}

/** Words before `--`; the words after it are the command line of another program. */
export function beforeTerminator(words: readonly string[]): readonly string[] {
  const terminator = words.indexOf('--');
  return terminator === -1 ? words : words.slice(0, terminator);
}

/** Splits the command's words, in any order with options, from the other words. */
function splitPath(commands: readonly Command[], argv: readonly string[]): { words: string[]; rest: string[] } {
  // --wait follows the words of a command, which may have its own --wait without a value.
  const globals = globalOptions({ needs: 'server', options: { wait: waitOption } });
  const takesValue = new Set(
    Object.keys(globals)
      .filter((name) => globals[name]?.value !== undefined)
      .map(flagOf),
  );
  const words: string[] = [];
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return { words, rest: [...rest, ...argv.slice(index)] };
    if (word.startsWith('-')) {
      rest.push(...argv.slice(index, index + (takesValue.has(word) ? 2 : 1)));
      index += takesValue.has(word) ? 1 : 0;
    } else if (beginsCommand(commands, [...words, word])) {
      words.push(word);
    } else {
      return { words, rest: [...rest, ...argv.slice(index)] };
    }
  }
  return { words, rest };
}

function beginsCommand(commands: readonly Command[], words: readonly string[]): boolean {
  return commands.some(({ path }) => words.every((word, index) => path[index] === word));
}

function withoutCommand(commands: readonly Command[], words: readonly string[], rest: readonly string[]): Request {
  const asked = rest.find((word) => !word.startsWith('-'));
  if (asked !== undefined) throw unknownCommand(commands, words, asked);
  if (words.length === 0 && rest.includes('--version')) return { kind: 'version' };
  const known = ['--help', '-h', '--json', '--version'];
  const option = rest.find((word) => !known.includes(word));
  if (option === undefined) return { kind: 'list', words };
  const title = titleOf({ path: words });
  throw usage(`"${title}" has no option ${option}.${didYouMean(option, known)} A command must follow.`, title);
}

function unknownCommand(commands: readonly Command[], words: readonly string[], asked: string): CommandError {
  const under = commands.filter(({ path }) => words.every((word, index) => path[index] === word));
  const next = new Set(under.map(({ path }) => path[words.length] ?? ''));
  const sameVerb = commands.find(({ path }) => path.at(-1) === asked)?.path.join(' ');
  const guess = didYouMean(asked, next) || (sameVerb === undefined ? '' : ` Did you mean "${sameVerb}"?`);
  const title = titleOf({ path: words });
  return usage(`"${title} ${asked}" is no command.${guess}`, title);
}

function usage(sentence: string, title: string): CommandError {
  return new CommandError('usage', `${sentence} See "${title} --help".`);
}

function parseInput(
  command: Command,
  rest: readonly string[],
): { command: Command; input: Record<string, unknown>; globals: Globals } {
  const globals = globalOptions(command);
  const given = readWords(command, { ...command.options, ...globals }, rest);
  const input: Record<string, unknown> = positionalInput(command, given);
  for (const name of Object.keys(command.options)) input[name] = given.options[name];
  const said = Object.fromEntries(Object.keys(globals).map((name) => [name, given.options[name]]));
  return { command, input, globals: said as unknown as Globals };
}

function positionalInput(command: Command, given: GivenWords): Record<string, unknown> {
  const left = [...given.positionals];
  const input: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries(command.positionals)) {
    if (left.length === 0 && definition.optional === true) continue;
    if (left.length === 0) throw usage(`"${titleOf(command)}" needs ${placeholder(name)}.`, titleOf(command));
    input[name] = definition.many === true ? left.splice(0) : left.shift();
  }
  const [extra] = left;
  if (extra !== undefined) {
    throw usage(`"${titleOf(command)}" does not take "${extra}".`, titleOf(command));
  }
  return input;
}

/** `modelVersion` -> `MODEL_VERSION`, as help shows it. */
export function placeholder(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
