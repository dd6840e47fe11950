import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  type _Object as Listed,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { objectChanged, unreachable } from './failures.ts';
import { folderOf, isFolderMarker, listingPrefix, requireInside } from './keys.ts';
import { ATTEMPTS, withDeadline } from './retry.ts';
import { s3Credentials } from './s3-credentials.ts';
import { isAmazon } from './s3-endpoint.ts';
import { s3Failure } from './s3-failures.ts';
import type { S3Location } from './schema.ts';
import { wholeBody } from './whole-body.ts';

const PAGE_KEYS = 1000;
const CONNECT_MS = 10_000;
/** For the head of one answer; a body has its own limit. */
const ANSWER_MS = 30_000;

interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  readonly folder: string;
  readonly shown: string;
}

/** A bucket of S3 or of what speaks like it, through the SDK of AWS. Nothing is asked before the first use. */
export async function openS3(location: S3Location, environment: Environment): Promise<Bucket> {
  const { endpoint, bucket } = location;
  const region = location.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1';
  const credentials = await s3Credentials(location, region, environment);
  const client = new S3Client({
    region,
    ...(credentials === null ? {} : { credentials }),
    ...(endpoint === undefined ? { followRegionRedirects: true } : { endpoint }),
    forcePathStyle: location.forcePathStyle ?? (endpoint !== undefined && !isAmazon(endpoint)),
    retryMode: 'adaptive',
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
    // Servers that only resemble S3 answer checksums of their own; that a body is whole is seen by its length.
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const folder = folderOf(location.prefix);
  const place = { client, bucket, folder, shown: `s3://${bucket}/${folder}`.replace(/\/$/, '') };
  return {
    shown: place.shown,
    list: (prefix) => list(place, prefix),
    read: (key, etag) => read(place, key, etag),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

async function* list(place: S3Place, wanted: string): AsyncIterable<BucketObject> {
  const prefix = listingPrefix(place.folder, wanted);
  if (prefix === null) return;
  let token: string | undefined;
  do {
    const page = await listPage(place, prefix, token);
    // A page of HTML parses into an empty listing: then nothing would seem to be there.
    if (page.IsTruncated === undefined) throw notS3(place, 'a listing without `IsTruncated`');
    for (const listed of page.Contents ?? []) {
      const object = describe(place, listed, page.EncodingType === 'url');
      if (!isFolderMarker(object.key)) yield object;
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && token === undefined) throw notS3(place, 'a page without the next one');
  } while (token !== undefined);
}

async function listPage(
  place: S3Place,
  prefix: string,
  token: string | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command({
    Bucket: place.bucket,
    Prefix: prefix,
    MaxKeys: PAGE_KEYS,
    EncodingType: 'url', // a key may hold what XML cannot
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  return withDeadline((abortSignal) => place.client.send(command, { abortSignal })).catch((error: unknown) => {
    throw s3Failure(error, place.shown, null);
  });
}

function describe(place: S3Place, listed: Listed, encoded: boolean): BucketObject {
  const { Key, Size, ETag, LastModified } = listed;
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    throw notS3(place, 'an object without key, size, etag or time');
  }
  const key = encoded ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key;
  return { key, sizeBytes: Size, etag: ETag, modifiedAt: LastModified.getTime() };
}

async function read(place: S3Place, key: string, etag: string | undefined): Promise<Readable> {
  requireInside(place.folder, key);
  const head = await get(place, key, 0, etag);
  const { version, sizeBytes } = head;
  return wholeBody({
    sizeBytes,
    first: head.body,
    from: async (offset) => (await get(place, key, offset, version)).body,
    failed: (cause, offset) =>
      unreachable(place.shown, `broke off "${key}" at byte ${offset} of ${sizeBytes} again and again`, cause),
  });
}

interface Got {
  readonly body: Readable;
  readonly version: string;
  /** From the offset to the end. */
  readonly sizeBytes: number;
}

async function get(place: S3Place, key: string, offset: number, etag: string | undefined): Promise<Got> {
  const command = new GetObjectCommand({
    Bucket: place.bucket,
    Key: key,
    ...(etag === undefined ? {} : { IfMatch: etag }),
    ...(offset === 0 ? {} : { Range: `bytes=${offset}-` }),
  });
  const answer = await withDeadline((abortSignal) => place.client.send(command, { abortSignal })).catch(
    (error: unknown) => {
      throw s3Failure(error, place.shown, key);
    },
  );
  const failure = whatIsWrong(place, key, offset, etag, answer);
  const { Body: body, ETag: version, ContentLength: sizeBytes } = answer;
  if (body instanceof Readable && failure === null && version !== undefined && sizeBytes !== undefined) {
    return { body, version, sizeBytes };
  }
  if (body instanceof Readable) body.destroy();
  throw failure ?? notS3(place, `"${key}" without length, etag or content`);
}

/** Servers that only resemble S3 may pass over conditions and ranges; then these are not the bytes that were asked for. */
function whatIsWrong(
  place: S3Place,
  key: string,
  offset: number,
  etag: string | undefined,
  answer: GetObjectCommandOutput,
): AppError | null {
  if (etag !== undefined && answer.ETag !== etag) return objectChanged(key);
  if (offset > 0 && answer.ContentRange?.startsWith(`bytes ${offset}-`) !== true) {
    return notS3(place, `"${key}" from its start where its rest was asked for`);
  }
  return null;
}

function notS3(place: S3Place, what: string): AppError {
  return unreachable(place.shown, `answered ${what}, which S3 does not`, null);
}
