import { Readable } from 'node:stream';
import type { BlobDownloadResponseParsed, BlobItem, ContainerClient } from '@azure/storage-blob';
import type { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import { azureContainer } from './azure-container.ts';
import { azureFailure, azureMayHelp } from './azure-failures.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { objectChanged, unreachable } from './failures.ts';
import { folderOf, isFolderMarker, listingPrefix, requireInside } from './keys.ts';
import { retrying, withDeadline } from './retry.ts';
import type { AzureBlobLocation } from './schema.ts';
import { wholeBody } from './whole-body.ts';

const PAGE_BLOBS = 1000;

interface AzurePlace {
  readonly container: ContainerClient;
  readonly folder: string;
  readonly shown: string;
}

/** A container of Azure Blob Storage, through the SDK of Azure. Nothing is asked before the first use. */
export async function openAzureBlob(location: AzureBlobLocation, environment: Environment): Promise<Bucket> {
  const container = await azureContainer(location, environment);
  const folder = folderOf(location.prefix);
  const { origin, pathname } = new URL(container.url); // without the signature in its query
  const place = { container, folder, shown: `${origin}${pathname}/${folder}`.replace(/\/$/, '') };
  return {
    shown: place.shown,
    list: (prefix) => list(place, prefix),
    read: (key, etag) => read(place, key, etag),
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
  return ask(place, null, async (abortSignal) => {
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
  return { key: name, sizeBytes: contentLength, etag: bare(etag), modifiedAt: lastModified.getTime() };
}

async function read(place: AzurePlace, key: string, etag: string | undefined): Promise<Readable> {
  requireInside(place.folder, key);
  const { body, version, sizeBytes } = await download(place, key, 0, etag);
  return wholeBody({
    sizeBytes,
    first: body,
    from: async (offset) => (await download(place, key, offset, version)).body,
    failed: (cause, offset) =>
      unreachable(place.shown, `broke off "${key}" at byte ${offset} of ${sizeBytes} again and again`, cause),
  });
}

interface Downloaded {
  readonly body: Readable;
  readonly version: string;
  /** From the offset to the end. */
  readonly sizeBytes: number;
}

async function download(place: AzurePlace, key: string, offset: number, etag: string | undefined): Promise<Downloaded> {
  const conditions = etag === undefined ? {} : { ifMatch: `"${etag}"` };
  // The SDK's own way of going on (maxRetryRequests) is left off: it has no limit for silence.
  const answer = await ask(place, key, (abortSignal) =>
    place.container.getBlobClient(key).download(offset, undefined, { conditions, abortSignal, maxRetryRequests: 0 }),
  );
  const { readableStreamBody: body, etag: version, contentLength: sizeBytes } = answer;
  const failure = whatIsWrong(place, key, offset, etag, answer);
  if (body instanceof Readable && failure === null && version !== undefined && sizeBytes !== undefined) {
    return { body, version: bare(version), sizeBytes };
  }
  if (body instanceof Readable) body.destroy();
  throw failure ?? notAzure(place, `"${key}" without length, etag or content`);
}

/** Servers that only resemble Azure may pass over conditions and ranges; then these are not the bytes asked for. */
function whatIsWrong(
  place: AzurePlace,
  key: string,
  offset: number,
  etag: string | undefined,
  answer: BlobDownloadResponseParsed,
): AppError | null {
  if (etag !== undefined && bare(answer.etag ?? '') !== etag) return objectChanged(key);
  if (offset > 0 && answer.contentRange?.startsWith(`bytes ${offset}-`) !== true) {
    return notAzure(place, `"${key}" from its start where its rest was asked for`);
  }
  return null;
}

/** The SDK retries nothing (it does not know 429): one place decides what is repeated and for how long. */
async function ask<T>(
  place: AzurePlace,
  key: string | null,
  act: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const asking = withDeadline((signal) => retrying(() => act(signal), azureMayHelp, signal));
  return asking.catch((error: unknown) => {
    throw azureFailure(error, place.shown, key);
  });
}

/** Listings give the etag without its quotes, downloads with them. */
function bare(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}

function notAzure(place: AzurePlace, what: string): AppError {
  return unreachable(place.shown, `answered ${what}, which Azure Blob does not`, null);
}
