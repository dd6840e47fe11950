import { errorTable } from '../src/platform/errors/table.ts';
import { type Command, command, type Options, toTitle } from './frame/command.ts';
import { globalOptions } from './frame/globals.ts';
import { optionText, optionTitle, synopsis } from './frame/help.ts';
import { placeholder } from './frame/parse.ts';
import { answerGenerated, generatedExits, generatedOptions } from './generated-file.ts';

/** Receives the commands as a function, because its own command is among them. */
export function cliDocsCommand(loadCommands: () => Promise<readonly Command[]>): Command {
  return command({
    path: ['cli', 'docs'],
    summary: 'Print docs/cli.md, generated from the commands',
    example: 'steelyard cli docs --check',
    needs: 'nothing',
    exits: generatedExits,
    options: generatedOptions,
    run: async (context, input) => {
      const text = cliPage(await loadCommands());
      return answerGenerated(context, input, { file: 'docs/cli.md', text, renewal: 'steelyard cli docs --write' });
    },
  });
}

const exitMeanings: Readonly<Record<number, string>> = {
  1: 'refused input',
  2: 'wrong use',
  3: 'a server that does not answer',
  4: 'not found',
  5: 'conflict',
  6: 'not allowed',
  7: 'no space',
  8: 'damaged data',
  70: 'a bug in Steelyard',
};

/** docs/cli.md as text. */
export function cliPage(commands: readonly Command[]): string {
  const contents = commands.map((one) => `- [\`${toTitle(one)}\`](#${one.path.join('-')}): ${one.summary}`);
  const sections = commands.map(commandSection);
  return `<!-- Made by "steelyard cli docs --write" from the commands in cli/; do not edit. -->
# The command line

\`bin/steelyard\` in a checkout, \`steelyard\` once installed. A noun, then a verb. stdout carries the answer and nothing
else: a table for people, one JSON document with \`--json\`. Remarks, progress and errors go to stderr.

A command that needs a server asks the one of \`--url\` (or \`STEELYARD_URL\`); without it, the one that runs on its data
folder; without that, it runs the same server itself for as long as it takes. Commands that run at the same time on one data folder share
the server of the first of them; one of the others takes over when it ends. \`serve\` waits for commands, and commands for \`serve\`, up to \`--wait\`.

An error is one sentence, \`error[code]: what is wrong and what to do\`; with \`--json\` its problem document (RFC 9457) is the
one document on stdout.

${contents.join('\n')}

## Options of every command

${optionTable(globalOptions({ needs: 'server', options: {} }))}

Commands that ask no server have only those of them that mean something.

## Exit codes

| code | meaning | error codes |
|---|---|---|
| 0 | done | |
${exitRows().join('\n')}
| 10 | \`gate check\`: hold, evidence is missing | |
| 11 | \`gate check\`: reject, a check does not hold | |

${sections.join('\n\n')}
`;
}

function exitRows(): string[] {
  const byExit = Map.groupBy(Object.entries(errorTable), ([, { exitCode }]) => exitCode);
  return [...byExit]
    .toSorted(([left], [right]) => left - right)
    .map(
      ([exit, errors]) =>
        `| ${exit} | ${exitMeanings[exit] ?? ''} | ${errors.map(([code]) => `\`${code}\``).join(', ')} |`,
    );
}

function commandSection(one: Command): string {
  const positionals = Object.entries(one.positionals).map(
    ([name, { describe, many }]) => `| \`${placeholder(name)}${many ? '…' : ''}\` | ${describe} |`,
  );
  const options = Object.keys(one.options).length === 0 ? [] : [optionRows(one.options)];
  const words = [...positionals, ...options];
  const table = words.length === 0 ? [] : [`| | |\n|---|---|\n${words.join('\n')}`];
  const exits = Object.entries(one.exits ?? {}).map(([code, meaning]) => `${code} ${meaning}`);
  const exitLine = exits.length === 0 ? [] : [`Exit codes: ${exits.join('; ')}.`];
  const anchor = `<a id="${one.path.join('-')}"></a>`;
  return [
    `${anchor}\n## ${toTitle(one)}`,
    `${one.summary}.`,
    `\`\`\`\n${synopsis(one)}\n\`\`\``,
    ...table,
    ...exitLine,
    `\`\`\`sh\n${one.example}\n\`\`\``,
  ].join('\n\n');
}

function optionTable(options: Options): string {
  return `| | |\n|---|---|\n${optionRows(options)}`;
}

function optionRows(options: Options): string {
  return Object.entries(options)
    .map(([name, option]) =>
      `| \`${optionTitle(name, option)}\` | ${optionText(option)} |`.replaceAll(/(?<=\w)\|(?=\w)/g, '\\|'),
    )
    .join('\n');
}
