import { cleanKey, type Objects } from '../../platform/objects/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildObjectKey } from '../artifacts/index.ts';
import {
  countSamples,
  type Deleted,
  type DeletedKind,
  type DeletedQuery,
  eraseLoggedModel,
  eraseRun,
  isDeleted,
  listDeleted,
  noteMissing,
} from './deletion-store.ts';

/** Files of one artifact root and their size together. */
export interface ArtifactVolume {
  readonly files: number;
  readonly bytes: number;
}

/** Deleted items that can still be restored, their size, and their final removal. */
export interface Deletions {
  /** Oldest deletion first. */
  list(sql: Sql, query: DeletedQuery): Promise<Deleted[]>;
  /** Sets the deletion time of items that were imported as deleted (from another server) to now. Call it before `list`, in a transaction. */
  noteMissing(sql: Sql, at: number): Promise<void>;
  /** Metric samples stored of each; those without any are left out. */
  samples(sql: Sql, kind: DeletedKind, ids: readonly string[]): Promise<Map<string, number>>;
  /** Size of the files in its `objectFolder`; null when it has no such folder. */
  volume(artifactUri: string, id: string): Promise<ArtifactVolume | null>;
  /** Folder of objects that only this run or model uses; null when this server does not store its artifacts. */
  objectFolder(artifactUri: string, id: string): string | null;
  /** Removes every row, in the caller's transaction, and nothing of the artifacts. False when it is not deleted any more. */
  erase(sql: Sql, kind: Exclude<DeletedKind, 'experiment'>, id: string, until: number): Promise<boolean>;
}

export function createDeletions(objects: Objects): Deletions {
  return {
    list: listDeleted,
    noteMissing: (sql, at) => noteMissing(sql.tables(), at),
    samples: countSamples,
    async volume(artifactUri, id) {
      const folder = toObjectFolder(artifactUri, id);
      return folder === null ? null : measureVolumeUnder(objects, folder);
    },
    objectFolder: toObjectFolder,
    async erase(sql, kind, id, until) {
      if (!(await isDeleted(sql, kind, id, until))) return false;
      await (kind === 'run' ? eraseRun(sql, id) : eraseLoggedModel(sql, id));
      return true;
    },
  };
}

async function measureVolumeUnder(objects: Objects, key: string): Promise<ArtifactVolume> {
  let [files, bytes] = [0, 0];
  for (const entry of await objects.list(key)) {
    const inner = entry.isFolder ? await measureVolumeUnder(objects, `${key}/${entry.name}`) : null;
    files += inner?.files ?? 1;
    bytes += inner?.bytes ?? entry.sizeBytes ?? 0;
  }
  return { files, bytes };
}

/** `…/<id>/artifacts` -> `…/<id>`; a root without the id in its place is taken as it is. */
function toObjectFolder(artifactUri: string, id: string): string | null {
  const key = buildObjectKey(artifactUri);
  if (key === null) return null;
  const whole = cleanKey(key).replace(/\/artifacts$/, '');
  return whole.endsWith(`/${id}`) ? whole : null;
}
