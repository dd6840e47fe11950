import type { Readable } from 'node:stream';
import { AppError } from '../../platform/errors/index.ts';
import { cleanKey, type Objects, type SignedAddress } from '../../platform/objects/index.ts';
import { buildDoesNotExist, buildInvalidParameter } from '../wire/index.ts';
import { buildObjectKey, toProxiedKey } from './artifact-uri.ts';
import { type Range, readRange } from './byte-range.ts';
import { buildAttachmentHeader, detectMimeType } from './mime-type.ts';

export interface ArtifactEntry {
  /** Last segment of the path. */
  readonly name: string;
  readonly isFolder: boolean;
  /** null for a folder. */
  readonly sizeBytes: number | null;
}

export interface ArtifactContent {
  readonly content: Readable;
  /** Size of the whole file. */
  readonly sizeBytes: number;
  /** Part of the file in `content`; null: all of it. */
  readonly range: Range | null;
  /** Name of the file without its folders. */
  readonly filename: string;
}

export type Artifacts = ReturnType<typeof createArtifacts>;

/** Artifacts as objects: by their path under the proxy, or by the URI of a run's, model's or version's root. */
export function createArtifacts(objects: Objects) {
  return {
    put: (path: string, content: Readable) => objects.put(toProxiedKey(path), content),
    /** `wanted` is the `Range` header. Error: `range_not_satisfiable`. */
    get: (path: string, wanted?: string) => open(objects, toProxiedKey(path), path, wanted),
    /** An address in the store itself, with the size of the file; null where there is none. */
    address: (path: string) => findSignedAddress(objects, toProxiedKey(path), path),
    list: (path: string) => objects.list(toProxiedKey(path)),
    async remove(path: string): Promise<void> {
      const key = toProxiedKey(path);
      // A request for all artifacts of all experiments is a mistake.
      if (key === toProxiedKey(''))
        throw buildInvalidParameter('Invalid path: the artifact root itself cannot be removed.');
      await objects.remove(key);
    },
    putUnder: (rootUri: string, path: string, content: Readable) =>
      objects.put(buildArtifactKey(rootUri, path), content),
    getUnder: (rootUri: string, path: string, wanted?: string) =>
      open(objects, buildArtifactKey(rootUri, path), path, wanted),
    listUnder: (rootUri: string, path: string): Promise<ArtifactEntry[]> =>
      objects.list(buildArtifactKey(rootUri, path)),
  };
}

/** Object key of a path under a root. Errors: `object_path_invalid`; `invalid_request` for a root that this server does not store. */
export function buildArtifactKey(rootUri: string, path: string): string {
  // The path is checked separately: after the join, the root would hide an absolute path.
  const key = buildObjectKey(rootUri, cleanKey(path));
  if (key !== null) return key;
  throw buildInvalidParameter(
    `The artifacts at ${rootUri} are not stored on this server; read them from their location.`,
  );
}

/** Path under the proxy of a path under a root. Errors: those of `artifactKey`. */
export function toProxiedPath(rootUri: string, path: string): string {
  return buildArtifactKey(rootUri, path).slice(`${toProxiedKey('')}/`.length);
}

async function open(objects: Objects, key: string, path: string, wanted?: string): Promise<ArtifactContent> {
  return explainMissing(objects, key, path, async () => {
    const range = wanted === undefined ? null : await resolveRange(objects, key, path, wanted);
    const { content, sizeBytes } = await (range === null ? objects.open(key) : objects.open(key, range));
    return { content, sizeBytes, range, filename: parseFilename(key) };
  });
}

async function findSignedAddress(
  objects: Objects,
  key: string,
  path: string,
): Promise<(SignedAddress & { readonly sizeBytes: number }) | null> {
  const { direct } = objects;
  if (direct === null) return null;
  const filename = parseFilename(key);
  const presentation = { contentType: detectMimeType(filename), contentDisposition: buildAttachmentHeader(filename) };
  return explainMissing(objects, key, path, () => direct.download(key, presentation));
}

function parseFilename(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** For a missing object, the error states whether the path is a folder. */
async function explainMissing<T>(objects: Objects, key: string, path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'object_not_found') throw error;
    if ((await objects.list(key)).length > 0) {
      throw buildInvalidParameter(`Artifact path refers to a directory, not a file: '${path}'`);
    }
    throw buildDoesNotExist(`No such artifact: '${path}'`);
  }
}

async function resolveRange(objects: Objects, key: string, path: string, wanted: string): Promise<Range | null> {
  const sizeBytes = await objects.size(key);
  const range = sizeBytes === null ? null : readRange(wanted, sizeBytes);
  if (range !== 'unsatisfiable') return range;
  const detail = `The artifact '${path}' has ${sizeBytes} bytes; the range "${wanted}" is beyond its end.`;
  throw new AppError('range_not_satisfiable', detail, { path, sizeBytes });
}
