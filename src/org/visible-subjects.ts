import { isWithinLimit, type OwnerLimit } from '../platform/http/index.ts';
import type { Sql } from '../platform/store/index.ts';
import type { Subject } from './schema.ts';

/** Team and project of a subject; null: nothing in it has a known owner. Implemented by bridges. */
export type FindSubjectOwner = (
  sql: Sql,
  subject: Subject,
) => Promise<{ readonly team: string | null; readonly project: string | null } | null>;

/** Whether a subject belongs to the teams of a caller. */
export type IsVisibleSubject = (subject: Subject) => Promise<boolean>;

/** Checks subjects against a limit (null: none); the owner of each is looked up once. */
export function createVisibleSubjects(
  sql: Sql,
  limit: OwnerLimit | null,
  findOwner: FindSubjectOwner,
): IsVisibleSubject {
  const known = new Map<string, boolean>();
  return async (subject) => {
    if (limit === null) return true;
    const key = JSON.stringify(subject);
    const found = known.get(key) ?? isWithinLimit(limit, await findOwner(sql, subject));
    known.set(key, found);
    return found;
  };
}

/** Reads pages of rows until there are enough visible ones, or no more. */
export async function readVisiblePage<Row, Place>(
  limit: number,
  start: Place | null,
  {
    read,
    placeOf,
    isVisible,
  }: {
    read(after: Place | null): Promise<readonly Row[]>;
    placeOf(row: Row): Place;
    isVisible(row: Row): Promise<boolean>;
  },
): Promise<Row[]> {
  const found: Row[] = [];
  for (let after = start; ; ) {
    const rows = await read(after);
    for (const row of rows) if (await isVisible(row)) found.push(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit || found.length >= limit) return found.slice(0, limit);
    after = placeOf(last);
  }
}
