import type { _Object as Listed, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Environment } from '../secrets/index.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { computeListingPrefix, isFolderMarker, requireInside } from './keys.ts';
import { decodeKey, listS3 } from './s3-list.ts';
import { createNotS3, openS3Place, type S3Place } from './s3-place.ts';
import { readS3 } from './s3-read.ts';
import type { S3Location } from './schema.ts';

/** A bucket of S3 or of an S3-compatible server, through the AWS SDK. No request is sent before the first use. */
export async function openS3(location: S3Location, environment: Environment): Promise<Bucket> {
  const place = await openS3Place(location, environment);
  return {
    shown: place.shown,
    list: (prefix) => list(place, prefix),
    async read(key, etag) {
      requireInside(place.folder, key);
      return (await readS3(place, key, { etag })).content;
    },
    [Symbol.asyncDispose]: async () => place.client.destroy(),
  };
}

async function* list(place: S3Place, wanted: string): AsyncIterable<BucketObject> {
  const prefix = computeListingPrefix(place.folder, wanted);
  if (prefix === null) return;
  for await (const page of listS3(place, prefix)) {
    for (const listed of page.Contents ?? []) {
      const object = describe(place, page, listed);
      if (!isFolderMarker(object.key)) yield object;
    }
  }
}

function describe(place: S3Place, page: ListObjectsV2CommandOutput, listed: Listed): BucketObject {
  const { Key, Size, ETag, LastModified } = listed;
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    throw createNotS3(place, 'an object without key, size, etag or time');
  }
  return { key: decodeKey(page, Key), sizeBytes: Size, etag: ETag, modifiedAt: LastModified.getTime() };
}
