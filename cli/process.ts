import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Io, Signal, Sink } from './io.ts';

const DISK_FULL_EXIT = 7;

/** Runs the command line of this process and ends it with the command's exit code. */
export async function runProcess(): Promise<void> {
  // The cache of compiled code is in the user's folder, never in a shared temporary folder; it halves the start time.
  enableCompileCache(process.env.NODE_COMPILE_CACHE ?? join(homedir(), '.cache', 'steelyard', 'compiled'));
  const { main } = await import('./program.ts');
  const code = await main(process.argv.slice(2), processIo());
  process.exit(code);
}

function processIo(): Io {
  process.stdout.on('error', endOnLostOutput);
  return {
    out: createSink(process.stdout),
    err: createSink(process.stderr),
    environment: process.env,
    askSecret,
    onSignal: (listener) => {
      const signals: Signal[] = ['SIGINT', 'SIGTERM'];
      for (const signal of signals) process.on(signal, listener);
      return { [Symbol.dispose]: () => signals.forEach((signal) => void process.off(signal, listener)) };
    },
    onHangup: (listener) => {
      process.on('SIGHUP', listener);
      return { [Symbol.dispose]: () => void process.off('SIGHUP', listener) };
    },
  };
}

/** Reads a line with the echo of the terminal off. */
async function askSecret(question: string): Promise<string | null> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return null;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8').resume();
  let typed = '';
  try {
    for await (const key of stdin) {
      for (const character of String(key)) {
        if (character === '\r' || character === '\n' || character === '\u0004') return typed;
        if (character === '\u0003') return null;
        typed = character === '\u007f' ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}

/** Ends on a failed write to stdout. A closed reader (`| head`) is no failure; a full disk behind `>` is one. */
function endOnLostOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  const sentence = `error[storage_full]: The answer could not be written to stdout (${error.code}). Free space and try again.\n`;
  process.stderr.write(sentence, () => process.exit(DISK_FULL_EXIT));
}

function createSink(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => new Promise((resolve) => void stream.write(text, () => resolve())),
    isTerminal: stream.isTTY === true,
    // A terminal without a known width reports 0.
    columns: stream.columns || 80,
  };
}
