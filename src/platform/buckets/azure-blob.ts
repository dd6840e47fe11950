import type { BlobItem } from '@azure/storage-blob';
import type { Environment } from '../secrets/index.ts';
import { type AzurePlace, askAzure, bareEtag, notAzure, openAzurePlace } from './azure-place.ts';
import { readAzure } from './azure-read.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { isFolderMarker, listingPrefix, requireInside } from './keys.ts';
import type { AzureBlobLocation } from './schema.ts';

const PAGE_BLOBS = 1000;

/** A container of Azure Blob Storage, through the SDK of Azure. Nothing is asked before the first use. */
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
  const prefix = listingPrefix(place.folder, wanted);
  if (prefix === null) return;
  let token: string | undefined;
  do {
    const page = await listPage(place, prefix, token);
    for (const blob of page.blobs) {
      if (!isFolder(blob)) yield describe(place, blob);
    }
    token = page.next;
  } while (token !== undefined);
}

async function listPage(
  place: AzurePlace,
  prefix: string,
  token: string | undefined,
): Promise<{ blobs: readonly BlobItem[]; next: string | undefined }> {
  return askAzure(place, { key: null }, async (abortSignal) => {
    const from = token === undefined ? {} : { continuationToken: token };
    const pages = place.container
      .listBlobsFlat({ prefix, includeMetadata: true, abortSignal })
      .byPage({ maxPageSize: PAGE_BLOBS, ...from });
    const { done, value } = await pages.next();
    // A page of HTML parses into an empty listing: then nothing would seem to be there.
    if (done === true || value.containerName === undefined) throw notAzure(place, 'no listing of a container');
    return { blobs: value.segment.blobItems, next: value.continuationToken || undefined };
  });
}

/** Accounts with hierarchical namespace list their folders as empty blobs too. */
function isFolder({ name, metadata }: BlobItem): boolean {
  return isFolderMarker(name) || metadata?.hdi_isfolder === 'true';
}

function describe(place: AzurePlace, { name, properties }: BlobItem): BucketObject {
  const { contentLength, etag, lastModified } = properties;
  if (contentLength === undefined) throw notAzure(place, `"${name}" without its size`);
  return { key: name, sizeBytes: contentLength, etag: bareEtag(etag), modifiedAt: lastModified.getTime() };
}
