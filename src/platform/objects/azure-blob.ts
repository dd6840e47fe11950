import { listAzure, listAzureLevel } from '../buckets/azure-list.ts';
import type { AzurePlace } from '../buckets/azure-place.ts';
import { createNotAzure, openAzurePlace, requestAzure } from '../buckets/azure-place.ts';
import { readAzure } from '../buckets/azure-read.ts';
import { createObjectNotFound } from '../buckets/failures.ts';
import type { AzureBlobLocation } from '../buckets/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import type { AzureSigner } from './azure-sign.ts';
import { createAzureSigner } from './azure-sign.ts';
import { blockId, blockSizes, commitAzure, generateMark, headAzure, MAX_BLOCKS, WRITER } from './azure-upload.ts';
import { DOWNLOAD_SECONDS, PARTS_SECONDS, requireAllParts } from './direct.ts';
import type { DirectAccess } from './objects.ts';
import { PIECE_BYTES } from './pieces.ts';
import type { LevelEntry, PiecewisePut, RemoteStore } from './remote.ts';

const MAX_KEY_CHARACTERS = 1024;
const MAX_SEGMENTS = 254;

/**
 * Objects in a container of Azure Blob Storage. Opening checks that the container exists and can be listed and
 * written to. Errors: those of buckets.
 */
export async function openAzureStore(
  { location, direct }: { readonly location: AzureBlobLocation; readonly direct: boolean },
  environment: Environment,
  clock: Clock,
): Promise<RemoteStore> {
  const place = await openAzurePlace(location, environment);
  await check(place);
  const sign = direct ? await createAzureSigner(place, clock) : null;
  return {
    folder: place.folder,
    accepts: isAcceptedKey,
    putWhole: (key, content) => putWhole(place, key, content),
    begin: async (key) => begin(place, key),
    read: (key, span) => readAzure(place, key, span === undefined ? {} : { span }),
    size: async (key) => (await headAzure(place, key))?.sizeBytes ?? null,
    level: (prefix) => listAzureEntries(place, prefix),
    keys: (prefix) => listAzureKeys(place, prefix),
    remove: (key) => remove(place, key),
    direct: sign === null ? null : createAzureDirect(place, sign),
    [Symbol.asyncDispose]: async () => {}, // idle connections do not keep the process
  };
}

/** Azure may take a dot at the end of a segment away, so that two keys would be one. */
function isAcceptedKey(key: string): boolean {
  const segments = key.split('/');
  return (
    key.length <= MAX_KEY_CHARACTERS &&
    segments.length <= MAX_SEGMENTS &&
    !segments.some((segment) => segment.endsWith('.'))
  );
}

/** Checks the rights to list and to write. The write is a block that is never committed: no reader sees it, and Azure drops it. */
async function check(place: AzurePlace): Promise<void> {
  await listAzureLevel(place, place.folder).next();
  await putBlock(place, `${place.folder}.incoming/check`, blockId(generateMark(), 1), Buffer.from('?'));
}

async function putWhole(place: AzurePlace, key: string, content: Buffer): Promise<void> {
  await requestAzure(place, { key, right: WRITER }, (abortSignal) =>
    place.container.getBlockBlobClient(key).upload(content, content.length, { abortSignal }),
  );
}

/** Azure drops uncommitted blocks after a week, so an abandoned upload needs no cleanup. */
function begin(place: AzurePlace, key: string): PiecewisePut {
  const mark = generateMark();
  return {
    async put(pieceNumber, piece) {
      if (pieceNumber > MAX_BLOCKS) throw createTooManyBlocks();
      await putBlock(place, key, blockId(mark, pieceNumber), piece);
    },
    finish: (pieces) => commitAzure(place, key, mark, pieces),
    abandon: async () => {},
  };
}

async function putBlock(place: AzurePlace, key: string, id: string, content: Buffer): Promise<void> {
  await requestAzure(place, { key, right: WRITER }, (abortSignal) =>
    place.container.getBlockBlobClient(key).stageBlock(id, content, content.length, { abortSignal }),
  );
}

function createTooManyBlocks(): AppError {
  const most = MAX_BLOCKS * PIECE_BYTES;
  const detail = `An artifact uploaded through the server to a container may have at most ${most} bytes; upload it in parts.`;
  return new AppError('payload_too_large', detail);
}

async function* listAzureEntries(place: AzurePlace, prefix: string): AsyncGenerator<LevelEntry> {
  for await (const entry of listAzureLevel(place, prefix)) {
    if (!('properties' in entry)) {
      yield { key: entry.name, sizeBytes: null, modifiedAt: null };
      continue;
    }
    const { contentLength: sizeBytes, lastModified } = entry.properties;
    if (sizeBytes === undefined) throw createNotAzure(place, `"${entry.name}" without its size`);
    yield { key: entry.name, sizeBytes, modifiedAt: lastModified.getTime() };
  }
}

async function* listAzureKeys(place: AzurePlace, prefix: string): AsyncGenerator<string> {
  for await (const { name } of listAzure(place, prefix)) yield name;
}

async function remove(place: AzurePlace, key: string): Promise<void> {
  await requestAzure(place, { key, right: WRITER }, (abortSignal) =>
    place.container.getBlobClient(key).deleteIfExists({ deleteSnapshots: 'include', abortSignal }),
  );
}

/**
 * URLs signed for one blob each. Azure cannot limit a signature to one block: the holder of the URL of a part may
 * write the whole blob until the signature expires, but no other blob.
 */
function createAzureDirect(place: AzurePlace, sign: AzureSigner): DirectAccess {
  const urlOf = (key: string) => place.container.getBlobClient(key).url;
  return {
    async download(key, presentation) {
      const head = await headAzure(place, key);
      if (head === null) throw createObjectNotFound(key, place.shown);
      const signature = await sign({ key, may: 'read', seconds: DOWNLOAD_SECONDS, presentation });
      return { url: `${urlOf(key)}?${signature}`, headers: {}, sizeBytes: head.sizeBytes };
    },
    beginUpload: async (key, mark) => ({ key, mark, storeId: mark }),
    async partAddresses({ key, mark }, parts) {
      const signature = await sign({ key, may: 'write', seconds: PARTS_SECONDS });
      return Array.from({ length: parts }, (_, index) => {
        const block = encodeURIComponent(blockId(mark, index + 1));
        return { url: `${urlOf(key)}?comp=block&blockid=${block}&${signature}`, headers: {} };
      });
    },
    async completeUpload({ key, mark }, parts, maxBytes) {
      const sizes = await blockSizes(place, key, mark);
      if (sizes.size === 0 && (await headAzure(place, key))?.mark === mark) return;
      requireAllParts(key, parts, sizes, maxBytes);
      await commitAzure(place, key, mark, parts.length);
    },
    abortUpload: async () => {}, // Azure drops uncommitted blocks after a week
  };
}
