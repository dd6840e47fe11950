import type { BlobItem, BlobPrefix, ContainerListBlobFlatSegmentResponse } from '@azure/storage-blob';
import { type AzurePlace, createNotAzure, requestAzure } from './azure-place.ts';
import { isFolderMarker } from './keys.ts';

const PAGE_BLOBS = 1000;

interface Page {
  readonly containerName?: string;
  readonly continuationToken?: string;
}

interface PageOptions {
  readonly maxPageSize: number;
  readonly continuationToken?: string;
}

/** Every blob under a prefix, page by page. */
export async function* listAzure(place: AzurePlace, prefix: string): AsyncGenerator<BlobItem> {
  const pages = listPages<ContainerListBlobFlatSegmentResponse>(place, (abortSignal, asked) =>
    place.container.listBlobsFlat({ prefix, includeMetadata: true, abortSignal }).byPage(asked),
  );
  for await (const { segment } of pages) for (const blob of segment.blobItems) if (!isFolder(blob)) yield blob;
}

/** Blobs and folders directly under a prefix, page by page; the names of folders end in `/`. */
export async function* listAzureLevel(place: AzurePlace, prefix: string): AsyncGenerator<BlobItem | BlobPrefix> {
  const pages = listPages(place, (abortSignal, asked) =>
    place.container.listBlobsByHierarchy('/', { prefix, includeMetadata: true, abortSignal }).byPage(asked),
  );
  for await (const { segment } of pages) {
    yield* segment.blobPrefixes ?? [];
    for (const blob of segment.blobItems) if (!isFolder(blob)) yield blob;
  }
}

async function* listPages<P extends Page>(
  place: AzurePlace,
  open: (abortSignal: AbortSignal, asked: PageOptions) => AsyncIterableIterator<P>,
): AsyncGenerator<P> {
  let token: string | undefined;
  do {
    const from = token === undefined ? {} : { continuationToken: token };
    const page = await requestAzure(place, { key: null }, async (abortSignal): Promise<P> => {
      const { done, value } = await open(abortSignal, { maxPageSize: PAGE_BLOBS, ...from }).next();
      // An HTML page parses into an empty listing, which would look like an empty container.
      if (done === true || value.containerName === undefined)
        throw createNotAzure(place, 'not a listing of a container');
      return value;
    });
    yield page;
    token = page.continuationToken || undefined;
  } while (token !== undefined);
}

/** Accounts with hierarchical namespace list their folders as empty blobs too. */
function isFolder({ name, metadata }: BlobItem): boolean {
  return isFolderMarker(name) || metadata?.hdi_isfolder === 'true';
}
