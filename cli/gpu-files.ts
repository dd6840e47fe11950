import { createUpload } from '../src/platform/uploads/schema.ts';
import { readBytes } from './bill-files.ts';
import type { Client } from './connection/client.ts';
import type { Context } from './frame/context.ts';
import { formatCount } from './output/amounts.ts';
import { createProgress, type Progress } from './output/progress.ts';

const MOST_UPLOAD_NAME_CHARACTERS = 255;
const MOST_NAME_CHARACTERS = 1024;

export interface Sent {
  readonly upload: string;
  readonly name: string;
}

export function wholly(sent: Sent | undefined): Sent {
  if (sent === undefined) throw new Error('every file was sent');
  return sent;
}

/** Uploads files, runs a query with them, and shows the answer; reports progress in the meantime. */
export async function sendAndShow<T>(
  context: Context,
  paths: readonly string[],
  doing: string,
  text: (document: T, context: Context) => string,
  ask: (client: Client, sent: readonly Sent[]) => Promise<T>,
): Promise<number> {
  const client = await context.client();
  const progress = createProgress(context.io.err, context.globals.json);
  try {
    const sent: Sent[] = [];
    for (const path of paths) sent.push(await send(client, path, progress));
    progress.show(doing, null);
    const document = await ask(client, sent);
    await progress.clear();
    await context.answer(document, () => text(document, context));
  } finally {
    await progress.clear();
  }
  return 0;
}

async function send(client: Client, path: string, progress: Progress): Promise<Sent> {
  const content = readBytes(path, (bytes) => progress.show(`Sending ${path} (${formatCount(bytes)} bytes)`, null));
  const query = { name: path.slice(-MOST_UPLOAD_NAME_CHARACTERS) };
  const { upload } = await client.upload(createUpload, { query }, content);
  return { upload, name: path.slice(-MOST_NAME_CHARACTERS) };
}
