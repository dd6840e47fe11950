import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isGzip } from '../../../platform/archives/gzip.ts';
import { AppError, readSystemCode } from '../../../platform/errors/index.ts';
import { JsonTextError } from './json-members.ts';

/** A file of a catalogue on its way in. */
export interface PriceFile {
  /** As its sender names it, for messages. */
  readonly name: string;
  /** Its bytes, from the beginning; can be called repeatedly. */
  open(): Promise<Readable>;
}

async function isCompressed(file: PriceFile): Promise<boolean> {
  const content = await file.open();
  for await (const chunk of content as AsyncIterable<Buffer>) {
    content.destroy();
    return isGzip(chunk);
  }
  throw new AppError('file_empty', `${file.name} is empty (0 bytes). Fetch it again.`, { file: file.name });
}

/** The text of a file, unpacked if compressed. Errors: `file_empty`, `file_truncated`, `file_unreadable`. */
export async function* readText(file: PriceFile): AsyncGenerator<Buffer, void, undefined> {
  const isPacked = await isCompressed(file);
  const raw = await file.open();
  const text = isPacked ? raw.pipe(createGunzip()) : raw;
  if (isPacked) raw.on('error', (error) => text.destroy(error));
  try {
    yield* text as AsyncIterable<Buffer>;
  } catch (error) {
    throw toUnpackError(error, file.name);
  } finally {
    raw.destroy();
  }
}

function toUnpackError(error: unknown, name: string): unknown {
  const code = readSystemCode(error);
  if (code === 'Z_BUF_ERROR') {
    const detail = `${name} ends in the middle of its compressed data. Fetch it again; nothing has changed.`;
    return new AppError('file_truncated', detail, { file: name }, { cause: error });
  }
  if (code?.startsWith('Z_') !== true) return error;
  const detail = `${name} is damaged: its compressed data does not unpack. Fetch it again; nothing has changed.`;
  return new AppError('file_unreadable', detail, { file: name }, { cause: error });
}

/** The failure of a text that is no JSON, as its sender can understand it. */
export function toJsonError(error: unknown, name: string): unknown {
  if (!(error instanceof JsonTextError)) return error;
  if (error.isTruncated) {
    const detail = `${name} is cut off: ${error.message}. Fetch it again; nothing has changed.`;
    return new AppError('file_truncated', detail, { file: name }, { cause: error });
  }
  return createForeignFileError(name, error.message, error);
}

/** Error for a file that is not a supported catalogue. */
export function createForeignFileError(name: string, why: string, cause?: unknown): AppError {
  const detail = `${name} is no price list that is read here: ${why}. Nothing has changed.`;
  return new AppError('file_format_unknown', detail, { file: name }, { cause });
}
