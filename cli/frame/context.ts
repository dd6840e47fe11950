import type { Client } from '../connection/client.ts';
import type { Io } from '../io.ts';
import { type Paint, paintFor } from '../output/paint.ts';

/** Values of the options that every command has. */
export interface Globals {
  readonly json: boolean;
  readonly url?: string | undefined;
  readonly data?: string | undefined;
  readonly config?: string | undefined;
  /** Seconds to wait for the data folder. */
  readonly wait?: number | undefined;
}

/** Environment of a command. */
export interface Context {
  readonly io: Io;
  readonly globals: Globals;
  /** Colours, where stdout shows them. */
  readonly paint: Paint;
  /** Client of the server; starts a server for this command when there is none. */
  client(): Promise<Client>;
  /** The command's answer: the document with --json, the text otherwise. */
  answer(document: unknown, text: () => string): Promise<void>;
  /** A remark for a person, on stderr; none with --json. */
  remark(text: string): Promise<void>;
}

export function createContext(io: Io, globals: Globals, client: () => Promise<Client>): Context {
  return {
    io,
    globals,
    client,
    paint: paintFor(io.out, io.environment),
    answer: (document, text) => io.out.write(globals.json ? jsonText(document) : ended(text())),
    remark: async (text) => {
      if (!globals.json) await io.err.write(ended(text));
    },
  };
}

/** One document, for people and programs alike. */
export function jsonText(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
