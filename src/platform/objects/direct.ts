import { AppError } from '../errors/index.ts';
import type { StoredPart } from './objects.ts';

/** Lifetime of a download URL. A client requests a new one for the rest. */
export const DOWNLOAD_SECONDS = 900;
/** Lifetime of the URLs of the parts. All are issued together, so the last one waits for the others. */
export const PARTS_SECONDS = 3600;

/** Refuses parts that have not arrived, and more bytes together than an object may have. */
export function requireAllParts(
  key: string,
  parts: readonly StoredPart[],
  arrived: ReadonlyMap<number, number>,
  maxBytes: number,
): void {
  let sizeBytes = 0;
  for (const { partNumber } of parts) {
    const partBytes = arrived.get(partNumber);
    if (partBytes === undefined) {
      const detail = `Invalid parts of "${key}": part ${partNumber} has not been uploaded.`;
      throw new AppError('invalid_request', detail, { key, partNumber });
    }
    sizeBytes += partBytes;
  }
  if (sizeBytes > maxBytes)
    throw new AppError('payload_too_large', `An artifact may have at most ${maxBytes} bytes.`, { key, sizeBytes });
}
