import { listAzure, listAzureLevel } from '../buckets/azure-list.ts';
import { type AzurePlace, createNotAzure, openAzurePlace, requestAzure } from '../buckets/azure-place.ts';
import { readAzure } from '../buckets/azure-read.ts';
import type { AzureBlobLocation } from '../buckets/schema.ts';
import { AppError } from '../errors/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import { createAzureDirect } from './azure-direct.ts';
import { createAzureSigner } from './azure-sign.ts';
import { blockId, commitAzure, generateMark, headAzure, MAX_BLOCKS, WRITER } from './azure-upload.ts';
import { PIECE_BYTES } from './pieces.ts';
import type { PiecewisePut, RemoteStore } from './remote.ts';

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

async function* listAzureEntries(
  place: AzurePlace,
  prefix: string,
): AsyncGenerator<{ key: string; sizeBytes: number | null }> {
  for await (const entry of listAzureLevel(place, prefix)) {
    if (!('properties' in entry)) yield { key: entry.name, sizeBytes: null };
    else if (entry.properties.contentLength === undefined)
      throw createNotAzure(place, `"${entry.name}" without its size`);
    else yield { key: entry.name, sizeBytes: entry.properties.contentLength };
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
