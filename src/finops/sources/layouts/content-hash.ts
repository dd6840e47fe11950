import { createHash } from 'node:crypto';
import type { BucketObject } from '../../../platform/buckets/index.ts';

/** Changes when an object changes or is replaced by a different one. */
export function hashOfObjects(objects: readonly BucketObject[]): string {
  const hash = createHash('sha256');
  for (const { key, sizeBytes, etag } of objects) hash.update(JSON.stringify([key, sizeBytes, etag]));
  return hash.digest('hex');
}
