import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed } from '@azure/storage-blob';
import type { AppError } from '../errors/index.ts';
import { type AzurePlace, createNotAzure, requestAzure, stripEtagQuotes } from './azure-place.ts';
import { createObjectChanged, createUnreachable } from './failures.ts';
import { parseTotalBytes, type Span } from './span.ts';
import { streamWholeBody } from './whole-body.ts';

/** An object's bytes, of one version, whole or failing; a span of them where one is wanted. */
export async function readAzure(
  place: AzurePlace,
  key: string,
  wanted: { readonly etag?: string | undefined; readonly span?: Span } = {},
): Promise<{ content: Readable; sizeBytes: number }> {
  const { start = 0, end = null } = wanted.span ?? {};
  const head = await downloadSpan(place, key, { start, end }, wanted.etag);
  const { version, bodyBytes } = head;
  const content = streamWholeBody({
    sizeBytes: bodyBytes,
    first: head.body,
    from: async (offset) => (await downloadSpan(place, key, { start: start + offset, end }, version)).body,
    failed: (cause, offset) =>
      createUnreachable(place.shown, `ended "${key}" early in every retry, at byte ${offset} of ${bodyBytes}`, cause),
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

async function downloadSpan(place: AzurePlace, key: string, span: Span, etag: string | undefined): Promise<Downloaded> {
  const ranged = span.start > 0 || span.end !== null;
  const count = span.end === null ? undefined : span.end - span.start;
  const conditions = etag === undefined ? {} : { ifMatch: `"${etag}"` };
  // The retries of the SDK during a body (maxRetryRequests) are off: they have no idle timeout.
  const answer = await requestAzure(place, { key }, (abortSignal) =>
    place.container.getBlobClient(key).download(span.start, count, { conditions, abortSignal, maxRetryRequests: 0 }),
  );
  const { readableStreamBody: body, etag: version, contentLength: bodyBytes } = answer;
  const sizeBytes = ranged ? parseTotalBytes(answer.contentRange) : bodyBytes;
  const failure = findAzureProblem(place, key, ranged ? span.start : null, etag, answer);
  if (
    body instanceof Readable &&
    failure === null &&
    version !== undefined &&
    bodyBytes !== undefined &&
    sizeBytes !== undefined
  ) {
    return { body, version: stripEtagQuotes(version), bodyBytes, sizeBytes };
  }
  if (body instanceof Readable) body.destroy();
  throw failure ?? createNotAzure(place, `"${key}" without length, etag or content`);
}

/** Azure-compatible servers may ignore conditions and ranges; then the bytes are not the requested ones. */
function findAzureProblem(
  place: AzurePlace,
  key: string,
  start: number | null,
  etag: string | undefined,
  answer: BlobDownloadResponseParsed,
): AppError | null {
  if (etag !== undefined && stripEtagQuotes(answer.etag ?? '') !== etag) return createObjectChanged(key);
  if (start !== null && answer.contentRange?.startsWith(`bytes ${start}-`) !== true) {
    return createNotAzure(place, `"${key}" from its start although a range was requested`);
  }
  return null;
}
