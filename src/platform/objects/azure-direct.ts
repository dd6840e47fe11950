import type { AzurePlace } from '../buckets/azure-place.ts';
import { createObjectNotFound } from '../buckets/failures.ts';
import type { AzureSigner } from './azure-sign.ts';
import { blockId, blockSizes, commitAzure, headAzure } from './azure-upload.ts';
import { DOWNLOAD_SECONDS, PARTS_SECONDS, requireAllParts } from './direct.ts';
import type { DirectAccess } from './objects.ts';

/**
 * URLs signed for one blob each. Azure cannot limit a signature to one block: the holder of the URL of a part may
 * write the whole blob until the signature expires, but no other blob.
 */
export function createAzureDirect(place: AzurePlace, sign: AzureSigner): DirectAccess {
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
