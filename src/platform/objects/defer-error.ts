import { Readable } from 'node:stream';

/**
 * Keeps the error of a stream for the one who reads it. Without a listener it would end the process when it comes before the
 * first read, as that of a file that is removed before it is opened.
 */
export function deferError(content: Readable | Buffer | string): void {
  if (content instanceof Readable) content.on('error', () => undefined);
}
