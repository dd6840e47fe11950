import type { Paint } from '../output/paint.ts';
import { type Command, type OptionDefinition, type Options, toFlag, toTitle } from './command.ts';
import { globalOptions } from './globals.ts';
import type { NounGroup } from './noun.ts';
import { placeholder } from './parse.ts';

/** Help is for a terminal of this width. */
const LINE = 100;

/** Name, arguments and required options: `steelyard gate check MODEL VERSION --policy NAME [options]`. */
export function synopsis(command: Command): string {
  const positionals = Object.entries(command.positionals).map(([name, { many, optional }]) => {
    const word = placeholder(name) + (many ? '…' : '');
    return optional ? `[${word}]` : word;
  });
  const required = Object.entries(command.options)
    .filter(([, option]) => option.required)
    .map(([name, option]) => `${option.short === undefined ? toFlag(name) : `-${option.short}`} ${option.value}`);
  return [toTitle(command), ...positionals, ...required, '[options]'].join(' ');
}

/** `--by DIM`, `-f, --file FILE`. */
export function optionTitle(name: string, option: OptionDefinition): string {
  const flag = option.short === undefined ? toFlag(name) : `-${option.short}, ${toFlag(name)}`;
  return option.value === undefined ? flag : `${flag} ${option.value}`;
}

/** Description of an option, with its default. */
export function optionText(option: OptionDefinition): string {
  const notes = [
    option.required ? 'required' : '',
    option.repeat ? 'may be repeated' : '',
    (option.fallback ?? '') === '' ? '' : `default ${option.fallback}`,
  ].filter((note) => note !== '');
  return notes.length === 0 ? option.describe : `${option.describe} (${notes.join('; ')})`;
}

/** Options and an example of one command; `below` are commands that begin with its words. */
export function formatCommandHelp(command: Command, below: readonly Command[], paint: Paint): string {
  const positionals = Object.entries(command.positionals).map(([name, { describe, many }]) => [
    placeholder(name) + (many ? '…' : ''),
    describe,
  ]);
  const sections: [title: string, body: string][] = [
    ['Arguments', formatPairs(positionals)],
    ['Options', formatPairs(optionPairs(command.options))],
    ['On every command', formatPairs(optionPairs(globalOptions(command)))],
    ['Example', indent(command.example)],
    ['Exit codes', formatPairs(exitPairs(command))],
    ['More commands', formatPairs(verbPairs(below, command.path))],
  ];
  const bodies = sections.filter(([, body]) => body !== '').map(([title, body]) => `${paint.heading(title)}\n${body}`);
  return `${[`${paint.heading('Usage')}  ${synopsis(command)}`, `${command.summary}.`, ...bodies].join('\n\n')}\n`;
}

function exitPairs(command: Command): string[][] {
  const own = Object.entries(command.exits ?? {});
  return [
    ...(own.some(([code]) => code === '0') ? [] : [['0', 'done']]),
    ...own,
    ['else', 'see "Exit codes" in docs/cli.md'],
  ];
}

function optionPairs(options: Options): string[][] {
  return Object.entries(options).map(([name, option]) => [optionTitle(name, option), optionText(option)]);
}

/** `steelyard --help`: related nouns in one line each. */
export function formatNouns(groups: readonly NounGroup[], paint: Paint): string {
  const rows = groups.map(({ lines }) =>
    lines.map(({ nouns, summary }) => [nouns.map(({ name }) => name).join(', '), summary]),
  );
  const width = Math.max(...rows.flat().map(([left = '']) => left.length));
  const sections = groups.map(
    ({ title }, index) => `${paint.heading(title)}\n${formatPairs(rows[index] ?? [], width)}`,
  );
  return `${paint.heading('Usage')}  steelyard NOUN VERB [options]

${sections.join('\n')}

"steelyard NOUN --help" lists the verbs of a noun.
"steelyard NOUN VERB --help" shows the options of a command and an example.
`;
}

/** `steelyard NOUN --help`: the commands that begin with these words, one line each. */
export function formatVerbs(words: readonly string[], commands: readonly Command[], paint: Paint): string {
  const title = toTitle({ path: words });
  return `${paint.heading('Usage')}  ${title} VERB [options]

${paint.heading('Verbs')}
${formatPairs(verbPairs(commands, words))}

"${title} VERB --help" shows the options of a command and an example.
`;
}

function verbPairs(commands: readonly Command[], words: readonly string[]): string[][] {
  return commands.map(({ path, summary }) => [path.slice(words.length).join(' '), summary]);
}

const MOST_LEFT_WIDTH = 34;

/** Two columns; the right one is broken into lines. */
function formatPairs(
  rows: readonly (readonly string[])[],
  width = Math.min(MOST_LEFT_WIDTH, Math.max(0, ...rows.map(([left = '']) => left.length))),
): string {
  return rows
    .map(([left = '', right = '']) => {
      const lines = breakLines(right, LINE - width - 4);
      const head = left.length > width ? `  ${left}\n  ${' '.repeat(width)}` : `  ${left.padEnd(width)}`;
      return `${head}  ${lines.join(`\n  ${' '.repeat(width)}  `)}`;
    })
    .join('\n');
}

function breakLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
