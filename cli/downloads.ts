import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from './frame/context.ts';
import { CommandError } from './frame/failure.ts';

/** Streams to stdout, so that a file of any size passes through. */
export async function passOn(content: Readable, { io }: Context): Promise<void> {
  await pipeline(content, async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) await io.out.write(chunk);
  });
}

/** Writes a file atomically: the existing file stays until the download is complete. Returns the number of bytes. */
export async function saveTo(path: string, content: Readable): Promise<number> {
  const part = `${path}.part`;
  const target = createWriteStream(part);
  try {
    await pipeline(content, target);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    if (error instanceof Error && 'syscall' in error) {
      throw new CommandError('file_unreadable', `${path} cannot be written: ${error.message}.`, { file: path });
    }
    throw error;
  }
  return target.bytesWritten;
}

export function refuseBothFormats(context: Context, csv: boolean): void {
  if (csv && context.globals.json)
    throw new CommandError('usage', '--csv and --json exclude each other: give one of them.');
}
