import type { Lake } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Uploads } from '../../../platform/uploads/index.ts';
import { compareSides } from './compare-files.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { tableReference } from './reference.ts';
import type { DriftMethodChoice, DriftReport } from './schema.ts';
import type { TableFile } from './tables/file-format.ts';
import { openTable } from './tables/table.ts';

export interface DriftDeps {
  readonly lake: Lake;
  /** On this machine: the engine reads uploads as files. */
  readonly objects: Objects;
  readonly uploads: Uploads;
}

interface SentFile {
  readonly upload: string;
  readonly name: string;
}

interface CompareRequest {
  readonly reference: SentFile;
  readonly current: SentFile;
  readonly method: DriftMethodChoice;
  readonly columns?: readonly string[] | undefined;
}

/** Compares data that is sent, and keeps none of it. */
export interface DriftService {
  /**
   * Compares two uploaded files, which are gone afterwards. One comparison at a time: each takes all cores and some hundred
   * megabytes. Errors: `upload_not_found`, those of the files, `drift_column_missing`.
   */
  compare(request: CompareRequest): Promise<DriftReport>;
}

export function createDriftService({ lake, objects, uploads }: DriftDeps): DriftService {
  const oneAtATime = createOneAtATime();
  const fileOf = async ({ upload, name }: SentFile): Promise<TableFile> => {
    await uploads.facts(upload);
    const path = await objects.localPath(uploads.keyOf(upload));
    if (path === null) throw new Error('uploads are kept on this machine');
    return { path, name };
  };
  const compare = async ({ reference, current, method, columns }: CompareRequest) => {
    const files = { reference: await fileOf(reference), current: await fileOf(current) };
    return lake.session(async (session) => {
      const left = tableReference(session, await openTable(session, files.reference, 'reference'));
      const right = await openTable(session, files.current, 'current');
      return compareSides({ session, reference: left, current: right, method, columns });
    });
  };
  return {
    compare: async (request) => {
      try {
        return await oneAtATime(() => compare(request));
      } finally {
        await Promise.all([uploads.discard(request.reference.upload), uploads.discard(request.current.upload)]);
      }
    },
  };
}
