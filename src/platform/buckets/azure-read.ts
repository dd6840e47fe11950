import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed } from '@azure/storage-blob';
import type { AppError } from '../errors/index.ts';
import { type AzurePlace, askAzure, bareEtag, notAzure } from './azure-place.ts';
import { objectChanged, unreachable } from './failures.ts';
import { type Span, totalOf } from './span.ts';
import { wholeBody } from './whole-body.ts';

/** An object's bytes, of one version, whole or failing; a span of them where one is wanted. */
export async function readAzure(
  place: AzurePlace,
  key: string,
  wanted: { readonly etag?: string | undefined; readonly span?: Span } = {},
): Promise<{ content: Readable; sizeBytes: number }> {
  const { start = 0, end = null } = wanted.span ?? {};
  const head = await download(place, key, { start, end }, wanted.etag);
  const { version, bodyBytes } = head;
  const content = wholeBody({
    sizeBytes: bodyBytes,
    first: head.body,
    from: async (offset) => (await download(place, key, { start: start + offset, end }, version)).body,
    failed: (cause, offset) =>
      unreachable(place.shown, `ended "${key}" early in every retry, at byte ${offset} of ${bodyBytes}`, cause),
  });
  return { content, sizeBytes: head.sizeBytes };
}

interface Downloaded {
  readonly body: Readable;
  readonly version: string;
  /** Size of the response body. */
  readonly bodyBytes: number;
  /** Of the whole object. */
  readonly sizeBytes: number;
}

async function download(place: AzurePlace, key: string, span: Span, etag: string | undefined): Promise<Downloaded> {
  const ranged = span.start > 0 || span.end !== null;
  const count = span.end === null ? undefined : span.end - span.start;
  const conditions = etag === undefined ? {} : { ifMatch: `"${etag}"` };
  // The retries of the SDK during a body (maxRetryRequests) are off: they have no idle timeout.
  const answer = await askAzure(place, { key }, (abortSignal) =>
    place.container.getBlobClient(key).download(span.start, count, { conditions, abortSignal, maxRetryRequests: 0 }),
  );
  const { readableStreamBody: body, etag: version, contentLength: bodyBytes } = answer;
  const sizeBytes = ranged ? totalOf(answer.contentRange) : bodyBytes;
  const failure = whatIsWrong(place, key, ranged ? span.start : null, etag, answer);
  if (
    body instanceof Readable &&
    failure === null &&
    version !== undefined &&
    bodyBytes !== undefined &&
    sizeBytes !== undefined
  ) {
    return { body, version: bareEtag(version), bodyBytes, sizeBytes };
  }
  if (body instanceof Readable) body.destroy();
  throw failure ?? notAzure(place, `"${key}" without length, etag or content`);
}

/** Azure-compatible servers may ignore conditions and ranges; then the bytes are not the requested ones. */
function whatIsWrong(
  place: AzurePlace,
  key: string,
  start: number | null,
  etag: string | undefined,
  answer: BlobDownloadResponseParsed,
): AppError | null {
  if (etag !== undefined && bareEtag(answer.etag ?? '') !== etag) return objectChanged(key);
  if (start !== null && answer.contentRange?.startsWith(`bytes ${start}-`) !== true) {
    return notAzure(place, `"${key}" from its start although a range was requested`);
  }
  return null;
}
