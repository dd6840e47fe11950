import type { Readable } from 'node:stream';
import { AppError } from '../../platform/errors/index.ts';
import { cleanKey, type Objects } from '../../platform/objects/index.ts';
import { doesNotExist, invalidParameter } from '../wire/index.ts';
import { objectKey, proxiedKey } from './artifact-uri.ts';

export interface ArtifactEntry {
  /** Last segment of the path. */
  readonly name: string;
  readonly isFolder: boolean;
  /** null for a folder. */
  readonly sizeBytes: number | null;
}

export interface ArtifactContent {
  readonly content: Readable;
  readonly sizeBytes: number;
  /** Name of the file without its folders. */
  readonly filename: string;
}

export type Artifacts = ReturnType<typeof createArtifacts>;

/** Artifacts as objects: by their path under the proxy, or by the URI of a run's, model's or version's root. */
export function createArtifacts(objects: Objects) {
  return {
    put: (path: string, content: Readable) => objects.put(proxiedKey(path), content),
    get: (path: string) => open(objects, proxiedKey(path), path),
    list: (path: string) => objects.list(proxiedKey(path)),
    async remove(path: string): Promise<void> {
      const key = proxiedKey(path);
      // Removing every artifact of every experiment at once is nobody's wish.
      if (key === proxiedKey('')) throw invalidParameter('Invalid path: the artifact root itself cannot be removed.');
      await objects.remove(key);
    },
    putUnder: (rootUri: string, path: string, content: Readable) => objects.put(keyUnder(rootUri, path), content),
    getUnder: (rootUri: string, path: string) => open(objects, keyUnder(rootUri, path), path),
    listUnder: (rootUri: string, path: string): Promise<ArtifactEntry[]> => objects.list(keyUnder(rootUri, path)),
  };
}

function keyUnder(rootUri: string, path: string): string {
  // The path is checked on its own: joined to a root it could hide that it is absolute.
  const key = objectKey(rootUri, cleanKey(path));
  if (key !== null) return key;
  throw invalidParameter(`The artifacts at ${rootUri} are not kept by this server; read them where they are.`);
}

async function open(objects: Objects, key: string, path: string): Promise<ArtifactContent> {
  try {
    const { content, sizeBytes } = await objects.open(key);
    return { content, sizeBytes, filename: key.slice(key.lastIndexOf('/') + 1) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'object_not_found') throw error;
    if ((await objects.list(key)).length > 0) {
      throw invalidParameter(`Artifact path refers to a directory, not a file: '${path}'`);
    }
    throw doesNotExist(`No such artifact: '${path}'`);
  }
}
