import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjects } from '../objects/index.ts';
import type { TestedPlace } from './bench.testing.ts';
import { copiedLakeSuite, lakeSuite, sharedLakeSuite } from './suite.testing.ts';

/** `bucket`: objects in a folder, which pass the same suite of `Objects` as those of a bucket. */
async function newPlace(kind: 'folder' | 'shared folder' | 'bucket'): Promise<TestedPlace> {
  const root = mkdtempSync(join(tmpdir(), 'lake-place-'));
  const files = await openObjects(root, { shared: true });
  const isShared = kind !== 'folder';
  return { database: 'sqlite', files, root: kind === 'bucket' ? null : root, isShared };
}

lakeSuite('a folder', () => newPlace('folder'));
lakeSuite('a shared folder', () => newPlace('shared folder'));
lakeSuite('a bucket', () => newPlace('bucket'));
sharedLakeSuite('a folder', () => newPlace('shared folder'));
sharedLakeSuite('a bucket', () => newPlace('bucket'));
copiedLakeSuite('a bucket', () => newPlace('bucket'));
