import {
  BlobSASPermissions,
  BlobServiceClient,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
  type UserDelegationKey,
} from '@azure/storage-blob';
import { type AzurePlace, requestAzure } from '../buckets/azure-place.ts';
import type { Clock } from '../units/index.ts';
import { PARTS_SECONDS } from './direct.ts';
import type { Presentation } from './objects.ts';

const DELEGATOR =
  'the role "Storage Blob Delegator" on the account, so that addresses can be signed, or add "direct=false"';
const KEY_SECONDS = 6 * 3600;
/** Clocks differ. */
const EARLIER_SECONDS = 300;

export interface AddressPermission {
  readonly key: string;
  readonly may: 'read' | 'write';
  readonly seconds: number;
  readonly presentation?: Presentation;
}

/** A shared access signature for one blob, as the query of an address. */
export type AzureSigner = (leave: AddressPermission) => Promise<string>;

/** Signs by the account's key, or by one that Azure lends to an identity; null where there is neither. */
export async function createAzureSigner(place: AzurePlace, clock: Clock): Promise<AzureSigner | null> {
  const { credential, container } = place;
  if (credential === null) return null;
  if (credential instanceof StorageSharedKeyCredential) {
    return async (leave) => generateBlobSASQueryParameters(buildSasValues(place, leave, clock), credential).toString();
  }
  const lent = createLentKeys(place, new BlobServiceClient(toServiceUrl(container.url), credential), clock);
  await lent();
  return async (leave) => {
    const values = buildSasValues(place, leave, clock);
    return generateBlobSASQueryParameters(values, await lent(), container.accountName).toString();
  };
}

function buildSasValues(
  { container }: AzurePlace,
  { key, may, seconds, presentation = undefined }: AddressPermission,
  clock: Clock,
) {
  const permissions = new BlobSASPermissions();
  if (may === 'read') permissions.read = true;
  else permissions.write = true;
  return {
    containerName: container.containerName,
    blobName: key,
    permissions,
    startsOn: new Date(clock.now() - EARLIER_SECONDS * 1000),
    expiresOn: new Date(clock.now() + seconds * 1000),
    ...(container.url.startsWith('https:') ? { protocol: SASProtocol.Https } : {}),
    ...presentation,
  };
}

/** One delegation key signs many URLs; a new one is requested before a URL could outlive the current one. */
function createLentKeys(place: AzurePlace, service: BlobServiceClient, clock: Clock): () => Promise<UserDelegationKey> {
  let lent: { readonly key: Promise<UserDelegationKey>; readonly endsAt: number } | null = null;
  return async () => {
    if (lent === null || lent.endsAt < clock.now() + (PARTS_SECONDS + EARLIER_SECONDS) * 1000) {
      const starts = new Date(clock.now() - EARLIER_SECONDS * 1000);
      const ends = new Date(clock.now() + KEY_SECONDS * 1000);
      const key = requestAzure(place, { key: null, right: DELEGATOR }, (abortSignal) =>
        service.getUserDelegationKey(starts, ends, { abortSignal }),
      );
      lent = { key, endsAt: ends.getTime() };
      key.catch(() => {
        lent = null;
      });
    }
    return lent.key;
  };
}

function toServiceUrl(containerUrl: string): string {
  return containerUrl.replace(/\/[^/]+\/?$/, '');
}
