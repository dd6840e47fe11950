import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { createNotS3, requestS3, type S3Place } from './s3-place.ts';

const PAGE_KEYS = 1000;

/** Pages of a listing by prefix, in order; with a delimiter, only entries directly under the prefix. */
export async function* listS3(
  place: S3Place,
  prefix: string,
  delimiter?: '/',
): AsyncGenerator<ListObjectsV2CommandOutput> {
  let token: string | undefined;
  do {
    const page = await listPage(place, prefix, delimiter, token);
    // An HTML page parses into an empty listing, which would look like an empty bucket.
    if (page.IsTruncated === undefined) throw createNotS3(place, 'a listing without `IsTruncated`');
    yield page;
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
    if (page.IsTruncated && token === undefined)
      throw createNotS3(place, 'a truncated page without a token of the next one');
  } while (token !== undefined);
}

async function listPage(
  place: S3Place,
  prefix: string,
  delimiter: '/' | undefined,
  token: string | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const command = new ListObjectsV2Command({
    Bucket: place.bucket,
    Prefix: prefix,
    MaxKeys: PAGE_KEYS,
    EncodingType: 'url', // a key may contain characters that XML cannot represent
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  return requestS3(place, { key: null }, (options) => place.client.send(command, options));
}

/** A key from a page, decoded where the server applied the requested encoding. */
export function decodeKey({ EncodingType: encoding }: ListObjectsV2CommandOutput, written: string): string {
  return encoding === 'url' ? decodeURIComponent(written.replaceAll('+', ' ')) : written;
}
