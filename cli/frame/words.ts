import { parseArgs } from 'node:util';
import { type Command, type OptionDefinition, type Options, toFlag, toTitle } from './command.ts';
import { CommandError } from './failure.ts';
import { didYouMean } from './suggest.ts';

export interface GivenWords {
  readonly positionals: readonly string[];
  /** Every option by its key: a flag is true or false, a value is checked by its schema. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** The words behind a command's path, checked. Errors: `usage`. */
export function readWords(command: Command, options: Options, words: readonly string[]): GivenWords {
  const names = new Map(Object.keys(options).map((name) => [toFlag(name).slice(2), name]));
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries([...names].map(([flag, name]) => [flag, parserOption(options[name])])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const positionals: string[] = [];
  const givenTexts = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const name = names.get(token.name);
    const definition = name === undefined ? undefined : options[name];
    if (name === undefined || definition === undefined)
      throw unknownOption(command, words[token.index] ?? token.rawName, names);
    givenTexts.set(name, [...(givenTexts.get(name) ?? []), readValue(command, definition, token)]);
  }
  const values = Object.entries(options).map(([name, option]) => [
    name,
    checked(command, name, option, givenTexts.get(name) ?? []),
  ]);
  return { positionals, options: Object.fromEntries(values) };
}

function parserOption(definition: OptionDefinition | undefined): { type: 'string' | 'boolean'; short?: string } {
  const type = definition?.value === undefined ? 'boolean' : 'string';
  return definition?.short === undefined ? { type } : { type, short: definition.short };
}

function unknownOption(command: Command, word: string, names: ReadonlyMap<string, string>): CommandError {
  const [asked = word] = word.split('=');
  const known = [...names.keys()].map((flag) => `--${flag}`);
  return usage(command, `has no option ${asked}.${didYouMean(asked.replace(/^-(?=\w\w)/, '--'), known)}`);
}

function readValue(
  command: Command,
  definition: OptionDefinition,
  token: { rawName: string; value: string | undefined; inlineValue: boolean | undefined },
): string {
  if (definition.value === undefined) {
    if (token.value !== undefined) throw usage(command, `takes no value for ${token.rawName}.`);
    return '';
  }
  const swallowed = token.inlineValue !== true && /^-{1,2}[a-zA-Z]/.test(token.value ?? '');
  if (token.value === undefined || swallowed) {
    throw usage(command, `needs a value after ${token.rawName}: ${token.rawName} ${definition.value}.`);
  }
  return token.value;
}

function checked(command: Command, name: string, definition: OptionDefinition, givenTexts: readonly string[]): unknown {
  const { value, fallback, required, repeat } = definition;
  if (value === undefined) return givenTexts.length > 0;
  if (givenTexts.length === 0 && required === true) throw usage(command, `needs ${toFlag(name)} ${value}.`);
  if (givenTexts.length > 1 && repeat !== true) throw usage(command, `takes ${toFlag(name)} once.`);
  const texts = givenTexts.length === 0 && fallback !== undefined ? [fallback] : givenTexts;
  const parsed = texts.map((text) => parseValue(command, name, definition, text));
  return repeat === true ? parsed : parsed[0];
}

function parseValue(command: Command, name: string, definition: OptionDefinition, text: string): unknown {
  const parsed = definition.schema?.safeParse(text);
  if (parsed === undefined) return text;
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues[0]?.message ?? 'not valid';
  throw usage(command, `cannot take ${toFlag(name)} "${text}": ${why}.`);
}

function usage(command: Command, what: string): CommandError {
  return new CommandError('usage', `"${toTitle(command)}" ${what} See "${toTitle(command)} --help".`);
}
