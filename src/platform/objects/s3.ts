import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { createObjectNotFound } from '../buckets/failures.ts';
import { isFolderMarker } from '../buckets/keys.ts';
import { decodeKey, listS3 } from '../buckets/s3-list.ts';
import { createNotS3, openS3Place, requestS3, type S3Place } from '../buckets/s3-place.ts';
import { readS3 } from '../buckets/s3-read.ts';
import type { S3Location } from '../buckets/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import { DOWNLOAD_SECONDS, PARTS_SECONDS, requireAllParts } from './direct.ts';
import type { DirectAccess, SignedAddress } from './objects.ts';
import { PIECE_BYTES } from './pieces.ts';
import type { LevelEntry, PiecewisePut, RemoteStore } from './remote.ts';
import {
  abortS3,
  beginS3,
  completeS3,
  headS3,
  isComplete,
  listPartSizesS3,
  MAX_PARTS,
  PUT_RIGHT,
  uploadGone,
} from './s3-upload.ts';

const MAX_KEY_BYTES = 1024;
/** Longer than any upload may take, by an hour. */
const ABANDONED_MS = 25 * 3_600_000;

/**
 * Objects in an S3 bucket. Opening checks that the bucket exists and can be listed and written to. It also aborts the uploads that a crash
 * left: no reader sees them, but the bucket keeps them. Errors: those of buckets.
 */
export async function openS3Store(
  { location, direct }: { readonly location: S3Location; readonly direct: boolean },
  environment: Environment,
  clock: Clock,
): Promise<RemoteStore> {
  const place = await openS3Place(location, environment);
  try {
    await check(place);
    await clearAbandoned(place, clock.now() - ABANDONED_MS);
  } catch (error) {
    place.client.destroy();
    throw error;
  }
  return {
    folder: place.folder,
    accepts: (key) => Buffer.byteLength(key) <= MAX_KEY_BYTES,
    putWhole: (key, content) => putWhole(place, key, content),
    begin: (key) => begin(place, key),
    read: (key, span) => readS3(place, key, span === undefined ? {} : { span }),
    size: async (key) => (await headS3(place, key))?.sizeBytes ?? null,
    level: (prefix) => listS3Entries(place, prefix),
    keys: (prefix) => listS3Keys(place, prefix),
    remove: (key) => remove(place, key),
    direct: direct ? createS3Direct(place) : null,
    [Symbol.asyncDispose]: async () => place.client.destroy(),
  };
}

/** Checks the rights to list and to write. The write is an aborted upload: it leaves no object and no version. */
async function check(place: S3Place): Promise<void> {
  await listS3(place, place.folder, '/').next();
  const key = `${place.folder}.incoming/check`;
  await abortS3(place, key, await beginS3(place, key, randomUUID()));
}

async function clearAbandoned(place: S3Place, before: number): Promise<void> {
  const command = new ListMultipartUploadsCommand({ Bucket: place.bucket, Prefix: place.folder });
  const question = { key: null, right: 's3:ListBucketMultipartUploads' };
  const { Uploads: uploads = [] } = await requestS3(place, question, (options) => place.client.send(command, options));
  for (const { Key: key, UploadId: id, Initiated: begun } of uploads) {
    if (key !== undefined && id !== undefined && begun !== undefined && begun.getTime() < before)
      await abortS3(place, key, id);
  }
}

async function putWhole(place: S3Place, key: string, content: Buffer): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: place.bucket,
    Key: key,
    Body: content,
    ContentLength: content.length,
  });
  await requestS3(place, { key, right: PUT_RIGHT }, (options) => place.client.send(command, options));
}

async function begin(place: S3Place, key: string): Promise<PiecewisePut> {
  const mark = randomUUID();
  const uploadId = await beginS3(place, key, mark);
  const etags = new Map<number, string>();
  return {
    async put(pieceNumber, piece) {
      if (pieceNumber > MAX_PARTS) throw createTooManyParts();
      etags.set(pieceNumber, await putPart(place, { key, uploadId, pieceNumber, piece }));
    },
    async finish() {
      const parts = [...etags].map(([partNumber, etag]) => ({ partNumber, etag }));
      await completeS3(place, { key, uploadId, mark }, parts);
    },
    abandon: () => abortS3(place, key, uploadId),
  };
}

interface Part {
  readonly key: string;
  readonly uploadId: string;
  readonly pieceNumber: number;
  readonly piece: Buffer;
}

async function putPart(place: S3Place, { key, uploadId, pieceNumber, piece }: Part): Promise<string> {
  const command = new UploadPartCommand({
    Bucket: place.bucket,
    Key: key,
    UploadId: uploadId,
    PartNumber: pieceNumber,
    Body: piece,
    ContentLength: piece.length,
  });
  const { ETag: etag } = await requestS3(place, { key, right: PUT_RIGHT }, (options) =>
    place.client.send(command, options),
  );
  if (etag === undefined) throw createNotS3(place, `a part of "${key}" without its etag`);
  return etag;
}

function createTooManyParts(): AppError {
  const most = MAX_PARTS * PIECE_BYTES;
  const detail = `An artifact uploaded through the server to a bucket may have at most ${most} bytes; upload it in parts.`;
  return new AppError('payload_too_large', detail);
}

async function* listS3Entries(place: S3Place, prefix: string): AsyncGenerator<LevelEntry> {
  for await (const page of listS3(place, prefix, '/')) {
    for (const { Prefix: folder } of page.CommonPrefixes ?? [])
      if (folder !== undefined) yield { key: decodeKey(page, folder), sizeBytes: null, modifiedAt: null };
    for (const { Key: written, Size: sizeBytes, LastModified: modified } of page.Contents ?? []) {
      if (written === undefined || sizeBytes === undefined || modified === undefined)
        throw createNotS3(place, 'an object without key, size or time');
      const key = decodeKey(page, written);
      if (!isFolderMarker(key)) yield { key, sizeBytes, modifiedAt: modified.getTime() };
    }
  }
}

async function* listS3Keys(place: S3Place, prefix: string): AsyncGenerator<string> {
  for await (const page of listS3(place, prefix))
    for (const { Key: key } of page.Contents ?? []) if (key !== undefined) yield decodeKey(page, key);
}

async function remove(place: S3Place, key: string): Promise<void> {
  const command = new DeleteObjectCommand({ Bucket: place.bucket, Key: key });
  await requestS3(place, { key, right: 's3:DeleteObject' }, (options) => place.client.send(command, options));
}

/** URLs signed for one request each: S3 limits the holder to its method, key, upload and part. */
function createS3Direct(place: S3Place): DirectAccess {
  return {
    async download(key, { contentType, contentDisposition }) {
      const head = await headS3(place, key);
      if (head === null) throw createObjectNotFound(key, place.shown);
      const command = new GetObjectCommand({
        Bucket: place.bucket,
        Key: key,
        ResponseContentType: contentType,
        ResponseContentDisposition: contentDisposition,
      });
      const url = await requestS3(place, { key }, () =>
        getSignedUrl(place.client, command, { expiresIn: DOWNLOAD_SECONDS }),
      );
      return { url, headers: {}, sizeBytes: head.sizeBytes };
    },
    beginUpload: async (key, mark) => ({ key, mark, storeId: await beginS3(place, key, mark) }),
    async partAddresses({ key, storeId }, parts) {
      const addresses: SignedAddress[] = [];
      for (let part = 1; part <= parts; part += 1) addresses.push(await signPartAddress(place, key, storeId, part));
      return addresses;
    },
    async completeUpload({ key, storeId, mark }, parts, maxBytes) {
      const sizes = await listPartSizesS3(place, key, storeId);
      if (sizes !== null) {
        requireAllParts(key, parts, sizes, maxBytes);
        await completeS3(place, { key, uploadId: storeId, mark }, parts);
      } else if (!(await isComplete(place, key, mark))) throw uploadGone(key);
    },
    abortUpload: ({ key, storeId }) => abortS3(place, key, storeId),
  };
}

async function signPartAddress(place: S3Place, key: string, uploadId: string, part: number): Promise<SignedAddress> {
  const command = new UploadPartCommand({ Bucket: place.bucket, Key: key, UploadId: uploadId, PartNumber: part });
  const url = await requestS3(place, { key }, () => getSignedUrl(place.client, command, { expiresIn: PARTS_SECONDS }));
  return { url, headers: {} };
}
