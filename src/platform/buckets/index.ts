import { processEnvironment } from '../environment/index.ts';
import type { Environment } from '../secrets/index.ts';
import type { Bucket } from './bucket.ts';
import { openFolder } from './folder.ts';
import type { BucketLocation } from './schema.ts';

export type { Bucket, BucketObject } from './bucket.ts';
export { compareKeys } from './keys.ts';
export type { BucketLocation } from './schema.ts';

/**
 * Opens a place to read from. The SDKs of the clouds are slow to load (0.1 to 0.4 s), so they are loaded here on demand, not
 * at server start. Secrets are resolved now; no request is sent to a remote place before the first listing or read.
 * Errors: `bucket_not_found`, `bucket_access_denied` (a folder), `secret_unresolved`.
 */
export async function openBucket(
  location: BucketLocation,
  environment: Environment = processEnvironment(),
): Promise<Bucket> {
  switch (location.type) {
    case 'folder':
      return openFolder(location.path);
    case 's3':
      return (await import('./s3.ts')).openS3(location, environment);
    case 'azureBlob':
      return (await import('./azure-blob.ts')).openAzureBlob(location, environment);
  }
}
