import { randomBytes } from 'node:crypto';
import { isRestError } from '@azure/storage-blob';
import { type AzurePlace, createNotAzure, requestAzure } from '../buckets/azure-place.ts';
import { AppError } from '../errors/index.ts';

export const MAX_BLOCKS = 50_000;
export const WRITER = 'the role "Storage Blob Data Contributor", or a SAS with read, create, write, delete and list';
const MARK = 'steelyardUpload';
const DIGITS = 5;

/** Mark of one upload: part of its block ids, then in the metadata of the object. */
export function generateMark(): string {
  return randomBytes(16).toString('hex');
}

/** All block ids of a blob must have the same length, for server and client uploads alike. */
export function blockId(mark: string, number: number): string {
  return Buffer.from(`${mark}-${String(number).padStart(DIGITS, '0')}`).toString('base64');
}

/** Makes the object of the blocks 1 to `blocks` of an upload. Doing it again is no error. Error: `bucket_object_changed`. */
export async function commitAzure(place: AzurePlace, key: string, mark: string, blocks: number): Promise<void> {
  const ids = Array.from({ length: blocks }, (_, index) => blockId(mark, index + 1));
  await requestAzure(place, { key, right: WRITER }, (abortSignal) =>
    place.container
      .getBlockBlobClient(key)
      .commitBlockList(ids, { metadata: { [MARK]: mark }, abortSignal })
      .catch((error: unknown) => {
        throw isRestError(error) && error.code === 'InvalidBlockList' ? createWrittenBetween(key) : error;
      }),
  );
}

/** Size of each block of an upload that has arrived and waits, by its number. */
export async function blockSizes(place: AzurePlace, key: string, mark: string): Promise<Map<number, number>> {
  const answer = await requestAzure(place, { key }, (abortSignal) =>
    place.container
      .getBlockBlobClient(key)
      .getBlockList('uncommitted', { abortSignal })
      .catch((error: unknown) => {
        if (isRestError(error) && error.code === 'BlobNotFound') return null;
        throw error;
      }),
  );
  const sizes = new Map<number, number>();
  for (const { name, size } of answer?.uncommittedBlocks ?? []) {
    const [owner, number] = Buffer.from(name, 'base64').toString().split('-');
    if (owner === mark) sizes.set(Number(number), size);
  }
  return sizes;
}

/** Size of an object and the mark of the upload that made it; null when there is none. */
export async function headAzure(
  place: AzurePlace,
  key: string,
): Promise<{ sizeBytes: number; mark: string | undefined } | null> {
  try {
    const answer = await requestAzure(place, { key }, (abortSignal) =>
      place.container.getBlobClient(key).getProperties({ abortSignal }),
    );
    if (answer.contentLength === undefined) throw createNotAzure(place, `"${key}" without its length`);
    // Proxies may change the case of metadata names.
    const mark = Object.entries(answer.metadata ?? {}).find(([name]) => name.toLowerCase() === MARK.toLowerCase())?.[1];
    return { sizeBytes: answer.contentLength, mark };
  } catch (error) {
    if (error instanceof AppError && error.code === 'bucket_object_not_found') return null;
    throw error;
  }
}

/** Each commit drops the blocks that wait for another one of the same blob. */
function createWrittenBetween(key: string): AppError {
  const detail = `"${key}" was written concurrently during the upload of its parts; the parts were discarded. Upload it again.`;
  return new AppError('bucket_object_changed', detail, { key });
}
