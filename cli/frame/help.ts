import type { Paint } from '../output/paint.ts';
import { type Command, flagOf, type OptionDefinition, type Options, titleOf } from './command.ts';
import { globalOptions } from './globals.ts';
import { placeholder } from './parse.ts';

const LINE = 80;

/** Name, arguments and required options: `steelyard gate check MODEL VERSION --policy NAME [options]`. */
export function synopsis(command: Command): string {
  const positionals = Object.entries(command.positionals).map(([name, { many, optional }]) => {
    const shown = placeholder(name) + (many ? '…' : '');
    return optional ? `[${shown}]` : shown;
  });
  const required = Object.entries(command.options)
    .filter(([, option]) => option.required)
    .map(([name, option]) => `${option.short === undefined ? flagOf(name) : `-${option.short}`} ${option.value}`);
  return [titleOf(command), ...positionals, ...required, '[options]'].join(' ');
}

/** `--by DIM`, `-f, --file FILE`. */
export function optionTitle(name: string, option: OptionDefinition): string {
  const flag = option.short === undefined ? flagOf(name) : `-${option.short}, ${flagOf(name)}`;
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

export function commandHelp(command: Command, paint: Paint): string {
  const positionals = Object.entries(command.positionals).map(([name, { describe, many }]) => [
    placeholder(name) + (many ? '…' : ''),
    describe,
  ]);
  const sections: [title: string, body: string][] = [
    ['Arguments', pairs(positionals)],
    ['Options', pairs(optionPairs(command.options))],
    ['On every command', pairs(optionPairs(globalOptions(command)))],
    ['Example', indented(command.example)],
    ['Exit codes', pairs(exitPairs(command))],
  ];
  const shown = sections.filter(([, body]) => body !== '').map(([title, body]) => `${paint.heading(title)}\n${body}`);
  return `${[`${paint.heading('Usage')}  ${synopsis(command)}`, `${command.summary}.`, ...shown].join('\n\n')}\n`;
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

/** The commands whose path begins with these words. */
export function commandList(commands: readonly Command[], words: readonly string[], paint: Paint): string {
  const under = commands.filter(({ path }) => words.every((word, index) => path[index] === word));
  const title = words.length === 0 ? 'Steelyard weighs what an AI workload is worth against what it costs.' : '';
  const usage = `${paint.heading('Usage')}  ${titleOf({ path: words })} COMMAND [options]`;
  const list = pairs(under.map((command) => [command.path.join(' '), command.summary]));
  const next = `"steelyard COMMAND --help" shows its options and an example; --json works on every command.`;
  return `${[title, usage, `${paint.heading('Commands')}\n${list}`, next].filter((part) => part !== '').join('\n\n')}\n`;
}

/** Two columns; the right one is broken into lines. */
function pairs(rows: readonly (readonly string[])[]): string {
  const width = Math.min(34, Math.max(0, ...rows.map(([left = '']) => left.length)));
  return rows
    .map(([left = '', right = '']) => {
      const lines = broken(right, LINE - width - 4);
      const head = left.length > width ? `  ${left}\n  ${' '.repeat(width)}` : `  ${left.padEnd(width)}`;
      return `${head}  ${lines.join(`\n  ${' '.repeat(width)}  `)}`;
    })
    .join('\n');
}

function broken(text: string, width: number): string[] {
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

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
