import { createHash } from 'node:crypto';
import { sql as raw } from 'kysely';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { buildObjectKey, type Tracking } from '../tracking/index.ts';
import type { RegistryTables } from './tables.ts';

/** Job that measures the files of a new version. */
export const MEASURE_VERSION = 'registry.measure-version';

/** Files of a version at its registration. */
export interface MeasuredFiles {
  /** SHA-256 in lower-case hex of the list of files: of each its path, its size and the SHA-256 of its content. */
  readonly digest: string;
  readonly files: number;
  readonly sizeBytes: number;
}

type Files = Pick<Tracking, 'artifactFiles'>['artifactFiles'];

const PREFIX = 'artifacts/';

/**
 * Location of a version's artifacts, as a path under the proxy; null if this server does not store them.
 * Example: `mlflow-artifacts:/0/RUN/artifacts/model` has the path `0/RUN/artifacts/model`.
 */
export async function toFrozenPath(
  tracking: Pick<Tracking, 'runArtifactUri'>,
  sql: Sql,
  storageLocation: string,
): Promise<string | null> {
  const [, runId = '', inside = ''] = /^runs:\/+([^/]+)\/?(.*)$/s.exec(storageLocation) ?? [];
  const root = runId === '' ? storageLocation : await tracking.runArtifactUri(sql, runId);
  if (root === null) return null;
  try {
    const key = buildObjectKey(root, inside);
    return key?.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
  } catch (error) {
    if (error instanceof AppError) return null; // no path of ours, so nothing of ours to keep
    throw error;
  }
}

/**
 * Refuses to write to a path of a registered version or, with `folder`, to delete a folder with such paths.
 * Error: `artifact_immutable`.
 */
export async function refuseFrozen(sql: Sql, path: string, what: 'file' | 'folder' = 'file'): Promise<void> {
  const key = buildObjectKey('mlflow-artifacts:/', path)?.slice(PREFIX.length) ?? '';
  const parts = key.split('/');
  const below = key === '' ? '' : `${key}/`;
  const above = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  const frozen = sql.tables<RegistryTables>().selectFrom('model_version').select(['model', 'version']);
  const found = await frozen
    .where((version) =>
      version.or([
        version('artifact_path', 'in', above),
        // Not by the order of texts, which is another in some databases.
        ...(what === 'folder' ? [raw<boolean>`substr(artifact_path, 1, ${[...below].length}) = ${below}`] : []),
      ]),
    )
    .orderBy('model')
    .orderBy('version')
    .limit(1)
    .executeTakeFirst();
  if (found === undefined) return;
  const detail = `Version ${found.version} of the registered model "${found.model}" contains "${path}", so it cannot be changed. Log to another path and register that path.`;
  throw new AppError('artifact_immutable', detail, { path, model: found.model, version: String(found.version) });
}

/** Measures the files of a version and stores the result with it. A deleted version, or one stored elsewhere, is not measured. */
export async function measureVersion(
  { store, files }: { readonly store: Store; readonly files: Files },
  model: string,
  version: number,
): Promise<void> {
  const rows = store.tables<RegistryTables>().selectFrom('model_version').select('artifact_path');
  const row = await rows.where('model', '=', model).where('version', '=', version).executeTakeFirst();
  if (row?.artifact_path == null) return;
  const { digest, files: count, sizeBytes } = await measureFiles(files, row.artifact_path);
  await store
    .tables<RegistryTables>()
    .updateTable('model_version')
    .set({ artifact_digest: digest, artifact_files: count, artifact_bytes: sizeBytes })
    .where('model', '=', model)
    .where('version', '=', version)
    .execute();
}

async function measureFiles(files: Files, path: string): Promise<MeasuredFiles> {
  const root = `mlflow-artifacts:/${path}`;
  const lines: string[] = [];
  let sizeBytes = 0;
  for await (const file of listAllUnder(files, root, '')) {
    const hash = createHash('sha256');
    const { content } = await files.open(root, file.path);
    for await (const chunk of content) hash.update(chunk);
    lines.push(JSON.stringify([file.path, file.sizeBytes, hash.digest('hex')]));
    sizeBytes += file.sizeBytes;
  }
  const digest = createHash('sha256').update(lines.toSorted().join('\n')).digest('hex');
  return { digest, files: lines.length, sizeBytes };
}

async function* listAllUnder(
  files: Files,
  root: string,
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly sizeBytes: number }> {
  for (const { name, isFolder, sizeBytes } of await files.list(root, folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isFolder) yield* listAllUnder(files, root, path);
    else yield { path, sizeBytes: sizeBytes ?? 0 };
  }
}
