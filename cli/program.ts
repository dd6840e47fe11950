import { readVersion } from '../src/app/version.ts';
import { commands } from './commands.ts';
import { type Connection, connect } from './connection/connect.ts';
import type { Command } from './frame/command.ts';
import type { Globals } from './frame/context.ts';
import { createContext, jsonText } from './frame/context.ts';
import { failureOf } from './frame/failure.ts';
import { commandHelp, commandList } from './frame/help.ts';
import { beforeTerminator, parseCommandLine } from './frame/parse.ts';
import type { Io } from './io.ts';
import { paintFor } from './output/paint.ts';

/** Runs one command line and returns its exit code; never throws. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = beforeTerminator(argv).includes('--json');
  try {
    const request = parseCommandLine(commands, argv);
    if (request.kind === 'run') return await runCommand(request.command, request.input, request.globals, io);
    const { document, text } = standingAnswer(request, io);
    await io.out.write(json ? jsonText(document) : text);
    return 0;
  } catch (error) {
    return await report(error, json, io);
  }
}

function standingAnswer(
  request: Exclude<ReturnType<typeof parseCommandLine>, { kind: 'run' }>,
  io: Io,
): { document: unknown; text: string } {
  const paint = paintFor(io.out, io.environment);
  if (request.kind === 'version') {
    const version = readVersion();
    return { document: { version }, text: `${version}\n` };
  }
  if (request.kind === 'help') {
    const text = commandHelp(request.command, paint);
    return { document: { help: text }, text };
  }
  const text = commandList(commands, request.words, paint);
  return { document: { help: text }, text };
}

async function runCommand(
  command: Command,
  input: Readonly<Record<string, unknown>>,
  globals: Globals,
  io: Io,
): Promise<number> {
  let connecting: Promise<Connection> | undefined;
  const context = createContext(io, globals, async () => {
    connecting ??= connect(globals, io);
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
  const failure = failureOf(error);
  const paint = paintFor(io.err, io.environment);
  if (json) await io.out.write(jsonText(failure.document));
  const hint = failure.hint === null ? '' : `\n${paint.faint('hint:')} ${failure.hint}`;
  const trace = failure.trace === null ? '' : `\n${failure.trace}`;
  await io.err.write(`${paint.bad(`error[${failure.code}]:`)} ${failure.detail}${hint}${trace}\n`);
  return failure.exitCode;
}
