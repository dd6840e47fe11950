import { readVersion } from '../src/app/version.ts';
import type { Connection } from './connection/connect.ts';
import type { Command } from './frame/command.ts';
import type { Globals } from './frame/context.ts';
import { createContext, jsonText } from './frame/context.ts';
import { toFailure } from './frame/failure.ts';
import { formatCommandHelp, formatNouns, formatVerbs } from './frame/help.ts';
import { listNouns } from './frame/noun.ts';
import { beforeTerminator, parseCommandLine, type Request } from './frame/parse.ts';
import type { Io } from './io.ts';
import { nounGroups } from './nouns.ts';
import { type Paint, paintFor } from './output/paint.ts';

/** Runs one command line and returns its exit code; never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = beforeTerminator(argv).includes('--json');
  try {
    const request = await parseCommandLine(listNouns(nounGroups), argv);
    if (request.kind === 'run') return await runCommand(request.command, request.input, request.globals, io);
    const { document, text } = formatInformation(request, paintFor(io.out, io.environment));
    await io.out.write(json ? jsonText(document) : text);
    return 0;
  } catch (error) {
    return await report(error, json, io);
  }
}

/** Version or help, in both forms of an answer. */
function formatInformation(
  request: Exclude<Request, { kind: 'run' }>,
  paint: Paint,
): { readonly document: unknown; readonly text: string } {
  if (request.kind === 'version') {
    const version = readVersion();
    return { document: { version }, text: `${version}\n` };
  }
  const text = formatHelp(request, paint);
  return { document: { help: text }, text };
}

function formatHelp(request: Exclude<Request, { kind: 'run' | 'version' }>, paint: Paint): string {
  switch (request.kind) {
    case 'nouns':
      return formatNouns(nounGroups, paint);
    case 'verbs':
      return formatVerbs(request.words, request.commands, paint);
    case 'help':
      return formatCommandHelp(request.command, request.below, paint);
  }
}

async function runCommand(
  command: Command,
  input: Readonly<Record<string, unknown>>,
  globals: Globals,
  io: Io,
): Promise<number> {
  let connecting: Promise<Connection> | undefined;
  const context = createContext(io, globals, async () => {
    connecting ??= import('./connection/connect.ts').then(({ connect }) => connect(globals, io));
    return (await connecting).client;
  });
  try {
    return (await command.run(context, input)) ?? 0;
  } finally {
    // A failed connection has already been reported; an open one is closed before the process ends.
    const connection = await connecting?.catch(() => undefined);
    await connection?.[Symbol.asyncDispose]();
  }
}

async function report(error: unknown, json: boolean, io: Io): Promise<number> {
  const failure = toFailure(error);
  const paint = paintFor(io.err, io.environment);
  if (json) await io.out.write(jsonText(failure.document));
  const hint = failure.hint === null ? '' : `\n${paint.faint('hint:')} ${failure.hint}`;
  const trace = failure.trace === null ? '' : `\n${failure.trace}`;
  await io.err.write(`${paint.bad(`error[${failure.code}]:`)} ${failure.detail}${hint}${trace}\n`);
  return failure.exitCode;
}
