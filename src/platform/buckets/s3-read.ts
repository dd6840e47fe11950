import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { AppError } from '../errors/index.ts';
import { createObjectChanged, createUnreachable } from './failures.ts';
import { createNotS3, requestS3, type S3Place } from './s3-place.ts';
import { parseTotalBytes, type Span } from './span.ts';
import { streamWholeBody } from './whole-body.ts';

/** An object's bytes, of one version, whole or failing; a span of them where one is wanted. */
export async function readS3(
  place: S3Place,
  key: string,
  wanted: { readonly etag?: string | undefined; readonly span?: Span } = {},
): Promise<{ content: Readable; sizeBytes: number }> {
  const { start = 0, end = null } = wanted.span ?? {};
  const head = await get(place, key, { start, end }, wanted.etag);
  const { version, bodyBytes } = head;
  const content = streamWholeBody({
    sizeBytes: bodyBytes,
    first: head.body,
    from: async (offset) => (await get(place, key, { start: start + offset, end }, version)).body,
    failed: (cause, offset) =>
      createUnreachable(place.shown, `ended "${key}" early in every retry, at byte ${offset} of ${bodyBytes}`, cause),
  });
  return { content, sizeBytes: head.sizeBytes };
}

interface Got {
  readonly body: Readable;
  readonly version: string;
  /** Size of the response body. */
  readonly bodyBytes: number;
  /** Of the whole object. */
  readonly sizeBytes: number;
}

async function get(place: S3Place, key: string, span: Span, etag: string | undefined): Promise<Got> {
  const ranged = span.start > 0 || span.end !== null;
  const command = new GetObjectCommand({
    Bucket: place.bucket,
    Key: key,
    ...(etag === undefined ? {} : { IfMatch: etag }),
    ...(ranged ? { Range: `bytes=${span.start}-${span.end === null ? '' : span.end - 1}` } : {}),
  });
  const answer = await requestS3(place, { key }, (options) => place.client.send(command, options));
  const failure = findS3Problem(place, key, ranged ? span.start : null, etag, answer);
  const { Body: body, ETag: version, ContentLength: bodyBytes } = answer;
  const sizeBytes = ranged ? parseTotalBytes(answer.ContentRange) : bodyBytes;
  if (
    body instanceof Readable &&
    failure === null &&
    version !== undefined &&
    bodyBytes !== undefined &&
    sizeBytes !== undefined
  ) {
    return { body, version, bodyBytes, sizeBytes };
  }
  if (body instanceof Readable) body.destroy();
  throw failure ?? createNotS3(place, `"${key}" without length, etag or content`);
}

/** S3-compatible servers may ignore conditions and ranges; then the bytes are not the requested ones. */
function findS3Problem(
  place: S3Place,
  key: string,
  start: number | null,
  etag: string | undefined,
  answer: GetObjectCommandOutput,
): AppError | null {
  if (etag !== undefined && answer.ETag !== etag) return createObjectChanged(key);
  if (start !== null && answer.ContentRange?.startsWith(`bytes ${start}-`) !== true) {
    return createNotS3(place, `"${key}" from its start although a range was requested`);
  }
  return null;
}
