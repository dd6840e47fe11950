import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Work } from '../compute/index.ts';
import type { DriveDeps } from './context.ts';
import type { Masker } from './masking/index.ts';
import { NO_MASK } from './work-secrets.ts';

/** Allowance for line ends inside a secret, in bytes. */
const BEFORE_BYTES = 4096;
/** Number of bytes read from the end of a log to find its last lines. */
const TAIL_BYTES = 16 * 1024;
const MOST_LINES = 10;
const MOST_CHARACTERS = 400;

export interface LogRange {
  readonly from: number;
  readonly maxBytes: number;
}

/** Bytes of a growing file, masked. A possible beginning of a secret at the end is left for the next call. */
export async function maskBytes(file: FileHandle, masker: Masker, { from, maxBytes }: LogRange): Promise<Buffer> {
  const before = bytesBefore(masker, from);
  // Also a few bytes after the part, which complete a secret that started in it.
  const bytes = await readBytes(file, from - before, before + maxBytes + 2 * masker.longest);
  return masker
    .pass()
    .write(bytes)
    .subarray(before, before + maxBytes);
}

/** The last lines of an attempt's output, masked; null for no output. */
export async function readLastLines(
  { workSecrets }: Pick<DriveDeps, 'workSecrets'>,
  { id, folder }: Pick<Work, 'id' | 'folder'>,
): Promise<string | null> {
  await using log = await open(join(folder, 'output.log')).catch(() => null);
  if (log === null) return null;
  const masker = workSecrets.maskerOf(id) ?? NO_MASK;
  const from = Math.max(0, (await log.stat()).size - TAIL_BYTES);
  const before = bytesBefore(masker, from);
  const session = masker.pass();
  const masked = [session.write(await readBytes(log, from - before, before + TAIL_BYTES)), session.end()];
  return takeLastLines(Buffer.concat(masked).subarray(before).toString());
}

/** Bytes before a position that are masked with it: a secret may start there. */
function bytesBefore({ longest }: Masker, from: number): number {
  return longest === 0 ? 0 : Math.min(from, 2 * longest + BEFORE_BYTES);
}

async function readBytes(file: FileHandle, from: number, sizeBytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sizeBytes), 0, sizeBytes, from);
  return buffer.subarray(0, bytesRead);
}

/**
 * The last lines of a text that are not empty: at most ten, each cut at 400 characters, without what colours them; null where there is none.
 * Example: `"a\n\n\u001b[31mb\u001b[0m\n"` -> `"a\nb"`.
 */
export function takeLastLines(text: string): string | null {
  const lines = text
    .split(/\r\n|[\r\n]/)
    .map(stripControls)
    .filter((line) => line !== '');
  const last = lines
    .slice(-MOST_LINES)
    .map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line));
  return last.length === 0 ? null : last.join('\n');
}

function stripControls(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters that are removed
  return line.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '').trimEnd();
}
