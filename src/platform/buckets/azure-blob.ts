import type { BlobItem } from '@azure/storage-blob';
import type { Environment } from '../secrets/index.ts';
import { listAzure } from './azure-list.ts';
import { type AzurePlace, createNotAzure, openAzurePlace, stripEtagQuotes } from './azure-place.ts';
import { readAzure } from './azure-read.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { computeListingPrefix, requireInside } from './keys.ts';
import type { AzureBlobLocation } from './schema.ts';

/** A container of Azure Blob Storage, through the Azure SDK. No request is sent before the first use. */
export async function openAzureBlob(location: AzureBlobLocation, environment: Environment): Promise<Bucket> {
  const place = await openAzurePlace(location, environment);
  return {
    shown: place.shown,
    list: (prefix) => list(place, prefix),
    async read(key, etag) {
      requireInside(place.folder, key);
      return (await readAzure(place, key, { etag })).content;
    },
    [Symbol.asyncDispose]: async () => {}, // idle connections do not keep the process
  };
}

async function* list(place: AzurePlace, wanted: string): AsyncIterable<BucketObject> {
  const prefix = computeListingPrefix(place.folder, wanted);
  if (prefix === null) return;
  for await (const blob of listAzure(place, prefix)) yield describe(place, blob);
}

function describe(place: AzurePlace, { name, properties }: BlobItem): BucketObject {
  const { contentLength, etag, lastModified } = properties;
  if (contentLength === undefined) throw createNotAzure(place, `"${name}" without its size`);
  return { key: name, sizeBytes: contentLength, etag: stripEtagQuotes(etag), modifiedAt: lastModified.getTime() };
}
