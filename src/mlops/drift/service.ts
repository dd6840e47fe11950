import { createOneAtATime } from '../../platform/concurrency/index.ts';
import type { Lake, LakeSession } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { TableFile } from '../../platform/tables/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Uploads } from '../../platform/uploads/index.ts';
import { compareSides } from './compare-files.ts';
import { profileColumns } from './profiles/make-profile.ts';
import type { StoredProfile } from './profiles/profile.ts';
import { createProfileStore } from './profiles/store.ts';
import { createTableReference, type Reference } from './reference.ts';
import type { DriftMethodChoice, DriftProfile, DriftReport } from './schema.ts';
import { openTable } from './tables/table.ts';

export interface DriftDeps {
  readonly lake: Lake;
  /** On this machine: the engine reads uploads as files. */
  readonly objects: Objects;
  readonly uploads: Uploads;
  readonly clock: Clock;
}

interface SentFile {
  readonly upload: string;
  readonly name: string;
}

/** A file, or the profile of one that was made before. */
type ReferenceRequest = SentFile | { readonly profile: string };

interface CompareRequest {
  readonly reference: ReferenceRequest;
  readonly current: SentFile;
  readonly method: DriftMethodChoice;
  readonly columns?: readonly string[] | undefined;
}

/** Compares uploaded data, and stores profiles of references on request. */
export interface DriftService {
  /**
   * Compares an uploaded file with another or with a profile; uploads are gone afterwards. One comparison at a time: each
   * takes all cores and some hundred megabytes. Errors: `upload_not_found`, those of the files, `drift_column_missing`,
   * `drift_profile_not_found`.
   */
  compare(request: CompareRequest): Promise<DriftReport>;
  /** Keeps the profile of an uploaded file under a name, in place of the one that had it. Errors: those of the file. */
  makeProfile(name: string, file: SentFile): Promise<DriftProfile>;
  profiles(): Promise<DriftProfile[]>;
  /** Error: `drift_profile_not_found`. */
  removeProfile(name: string): Promise<void>;
}

export function createDriftService({ lake, objects, uploads, clock }: DriftDeps): DriftService {
  const oneAtATime = createOneAtATime();
  const profiles = createProfileStore(objects);
  const fileOf = async ({ upload, name }: SentFile): Promise<TableFile> => {
    await uploads.facts(upload);
    const path = await objects.localPath(uploads.keyOf(upload));
    if (path === null) throw new Error('uploads are kept on this machine');
    return { path, name };
  };
  const referenceOf = async (session: LakeSession, request: ReferenceRequest): Promise<Reference> => {
    if ('profile' in request) return profiles.reference(await profiles.read(request.profile));
    return createTableReference(session, await openTable(session, await fileOf(request), 'reference'));
  };
  const compare = ({ reference, current, method, columns }: CompareRequest) =>
    lake.session(async (session) => {
      const left = await referenceOf(session, reference);
      const right = await openTable(session, await fileOf(current), 'current');
      return compareSides({ session, reference: left, current: right, method, columns });
    });
  const makeProfile = (name: string, file: SentFile) =>
    lake.session(async (session) => {
      const table = await openTable(session, await fileOf(file), 'reference');
      const numbers = profiles.numbersKey(name, uploads.newId());
      const columns = await profileColumns(session, table, objects, numbers);
      const createdAt = new Date(clock.now()).toISOString();
      const profile = { name, createdAt, file: file.name, rows: table.rows, numbers, columns };
      await profiles.write(profile);
      return toDriftProfile(profile);
    });
  /** Discards the uploads after use, also after an error. */
  const using = async <T>(sent: readonly ReferenceRequest[], work: () => Promise<T>): Promise<T> => {
    try {
      return await oneAtATime(work);
    } finally {
      await Promise.all(sent.map((file) => ('upload' in file ? uploads.discard(file.upload) : undefined)));
    }
  };
  return {
    compare: (request) => using([request.reference, request.current], () => compare(request)),
    makeProfile: (name, file) => using([file], () => makeProfile(name, file)),
    profiles: async () => (await profiles.list()).map(toDriftProfile),
    removeProfile: (name) => profiles.remove(name),
  };
}

function toDriftProfile({ name, createdAt, file, rows, columns }: StoredProfile): DriftProfile {
  return { name, createdAt, file, rows, columns: columns.map((column) => column.name) };
}
