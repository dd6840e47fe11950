import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import { createNotS3, requestS3, type S3Place } from '../buckets/s3-place.ts';
import { AppError } from '../errors/index.ts';
import type { StoredPart } from './objects.ts';

export const MAX_PARTS = 10_000;
export const PUT_RIGHT = 's3:PutObject';
/** S3 may take minutes to put many parts together. */
const COMPLETE_MS = 600_000;
const MARK = 'steelyard-upload';

export interface S3Upload {
  readonly key: string;
  readonly uploadId: string;
  /** Kept with the object, so that an end whose answer was lost is recognised. */
  readonly mark: string;
}

/** Creates a multipart upload and returns its S3 upload id. */
export async function beginS3(place: S3Place, key: string, mark: string): Promise<string> {
  const command = new CreateMultipartUploadCommand({ Bucket: place.bucket, Key: key, Metadata: { [MARK]: mark } });
  const { UploadId: uploadId } = await requestS3(place, { key, right: PUT_RIGHT }, (options) =>
    place.client.send(command, options),
  );
  if (uploadId === undefined) throw createNotS3(place, `an upload of "${key}" without its id`);
  return uploadId;
}

/** Makes the object of its parts; an upload that made it already is no error. Errors: `invalid_request`, `upload_not_found`. */
export async function completeS3(
  place: S3Place,
  { key, uploadId, mark }: S3Upload,
  parts: readonly StoredPart[],
): Promise<void> {
  const named = parts.toSorted((one, other) => one.partNumber - other.partNumber);
  const command = new CompleteMultipartUploadCommand({
    Bucket: place.bucket,
    Key: key,
    UploadId: uploadId,
    MultipartUpload: { Parts: named.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) },
  });
  const question = { key, right: PUT_RIGHT, deadlineMs: COMPLETE_MS };
  const answer = await requestS3(place, question, (options) =>
    place.client.send(command, options).catch((error: unknown) => {
      if (isGone(error)) return null;
      throw isRefused(error) ? createPartsRefused(key, error) : error;
    }),
  );
  if (answer === null && !(await isComplete(place, key, mark))) throw uploadGone(key);
}

/** Size of each uploaded part, by its number; null when the upload no longer exists. */
export async function listPartSizesS3(
  place: S3Place,
  key: string,
  uploadId: string,
): Promise<Map<number, number> | null> {
  const sizes = new Map<number, number>();
  let marker: string | undefined;
  do {
    const page = await listParts(place, key, uploadId, marker);
    if (page === null) return null;
    for (const { PartNumber: number, Size: bytes } of page.Parts ?? [])
      if (number !== undefined && bytes !== undefined) sizes.set(number, bytes);
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return sizes;
}

async function listParts(
  place: S3Place,
  key: string,
  uploadId: string,
  marker: string | undefined,
): Promise<ListPartsCommandOutput | null> {
  const from = marker === undefined ? {} : { PartNumberMarker: marker };
  const command = new ListPartsCommand({ Bucket: place.bucket, Key: key, UploadId: uploadId, ...from });
  return requestS3(place, { key, right: 's3:ListMultipartUploadParts' }, (options) =>
    place.client.send(command, options).catch(toNullIfGone),
  );
}

export async function abortS3(place: S3Place, key: string, uploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: place.bucket, Key: key, UploadId: uploadId });
  await requestS3(place, { key, right: 's3:AbortMultipartUpload' }, (options) =>
    place.client.send(command, options).catch(toNullIfGone),
  );
}

/** Whether the object at a key was made by the upload of this mark. */
export async function isComplete(place: S3Place, key: string, mark: string): Promise<boolean> {
  return (await headS3(place, key))?.mark === mark;
}

/** Size of an object and the mark of the upload that made it; null when there is none. */
export async function headS3(
  place: S3Place,
  key: string,
): Promise<{ sizeBytes: number; mark: string | undefined } | null> {
  const command = new HeadObjectCommand({ Bucket: place.bucket, Key: key });
  try {
    const answer = await requestS3(place, { key }, (options) => place.client.send(command, options));
    if (answer.ContentLength === undefined) throw createNotS3(place, `"${key}" without its length`);
    return { sizeBytes: answer.ContentLength, mark: answer.Metadata?.[MARK] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'bucket_object_not_found') throw error;
    // A response without a body does not show whether the bucket is missing, too.
    const bucket = new HeadBucketCommand({ Bucket: place.bucket });
    await requestS3(place, { key: null }, (options) => place.client.send(bucket, options));
    return null;
  }
}

export function uploadGone(key: string): AppError {
  return new AppError('upload_not_found', `The upload of "${key}" was aborted or has expired; start a new one.`, {
    key,
  });
}

function toNullIfGone(error: unknown): null {
  if (isGone(error)) return null;
  throw error;
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchUpload';
}

function isRefused(error: unknown): error is Error {
  return error instanceof Error && ['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(error.name);
}

function createPartsRefused(key: string, { name }: Error): AppError {
  const why =
    name === 'EntityTooSmall'
      ? 'every part but the last must have at least 5 MiB'
      : 'a part is missing, or does not match its etag';
  return new AppError('invalid_request', `Invalid parts of "${key}": ${why}.`, { key });
}
