import { processEnvironment } from '../environment/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Clock } from '../units/index.ts';
import { createLocalObjects } from './local.ts';
import type { Objects } from './objects.ts';
import { createRemoteObjects, type RemoteStore } from './remote.ts';
import { parseObjectsPlace } from './schema.ts';

export { createKeptDigests, type Digests, type KeptDigest, keepDigests } from './keep-digests.ts';
export { cleanKey } from './key.ts';
export { objectMigrations } from './migrations.ts';
export type { DirectUpload, Objects, SignedAddress, StoredPart } from './objects.ts';
export { nameObjectsPlace } from './schema.ts';

/** Objects as files under `root`; `shared` where other processes may write there at the same time. */
export function openObjects(root: string, { shared = false } = {}): Promise<Objects> {
  return createLocalObjects(root, shared);
}

/**
 * Objects in a bucket, by the address of the setting `objects`. Opening checks that the bucket exists and can be
 * listed and written to. The SDKs of the clouds are loaded here, so that a server without a bucket starts without them.
 * Errors: `bucket_not_found`, `bucket_access_denied`, `bucket_unreachable`, `secret_unresolved`.
 */
export async function openRemoteObjects(
  address: string,
  { clock, environment = processEnvironment() }: { readonly clock: Clock; readonly environment?: Environment },
): Promise<Objects> {
  return createRemoteObjects(await openStore(address, environment, clock));
}

async function openStore(address: string, environment: Environment, clock: Clock): Promise<RemoteStore> {
  const { location, direct } = parseObjectsPlace(address);
  if (location.type === 's3') return (await import('./s3.ts')).openS3Store({ location, direct }, environment, clock);
  return (await import('./azure-blob.ts')).openAzureStore({ location, direct }, environment, clock);
}
