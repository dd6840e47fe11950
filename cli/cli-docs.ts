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
  2: 'usage error',
  3: 'server unreachable',
  4: 'not found',
  5: 'conflict',
  6: 'not allowed',
  7: 'no disk space',
  8: 'damaged data',
  70: 'a bug in Steelyard',
};

/** docs/cli.md as text. */
export function cliPage(commands: readonly Command[]): string {
  const contents = commands.map((one) => `- [\`${toTitle(one)}\`](#${one.path.join('-')}): ${one.summary}`);
  const sections = commands.map(commandSection);
  return `<!-- Made by "steelyard cli docs --write" from the commands in cli/; do not edit. -->
# The command line

\`bin/steelyard\` in a checkout, \`steelyard\` once installed. A command is a noun and a verb: \`steelyard --help\` lists the nouns,
\`steelyard NOUN --help\` the verbs of a noun, and \`steelyard NOUN VERB --help\` shows the options and an example. stdout has the
result only: a table, or one JSON document with \`--json\`. Remarks, progress and errors go to stderr.

A command that needs a server uses the server of \`--url\` (or \`STEELYARD_URL\`), by default the server that runs on its data folder. If
none runs, the command starts a temporary server and stops it at the end. Concurrent commands on one data folder share the temporary
server of the first command; another command takes over when that command ends. \`serve\` and commands wait for each other up to \`--wait\`.

An error is one sentence, \`error[code]: problem and next step\`; with \`--json\`, stdout has its problem document (RFC 9457).

${contents.join('\n')}

## Options of every command

${optionTable(globalOptions({ needs: 'server', options: {} }))}

A command without a server has only the options that apply to it.

## Exit codes

| code | meaning | error codes |
|---|---|---|
| 0 | done | |
${exitRows().join('\n')}
| 10 | \`gate check\`: hold, evidence is missing | |
| 11 | \`gate check\`: reject, a check fails | |

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
