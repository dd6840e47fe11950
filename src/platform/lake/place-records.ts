import { nameObjectsPlace } from '../objects/index.ts';
import type { Sql } from '../store/index.ts';

interface LakePlaceTables {
  lake_place: {
    id: number;
    address: string;
    parameters: string;
    installation: string;
    state: string;
    left_at: number | null;
  };
  lake_file: { id: string; place: number };
}

/** `current`: new files go there. `target`: of a move. `left`: since a move; may have files. `gone`: has none any more. */
export type PlaceState = 'current' | 'target' | 'left' | 'gone';

/** A place as the store has it. */
export interface PlaceRecord {
  readonly id: number;
  /** `IN_DATA_FOLDER`, or a bucket without its parameters: `s3://bucket/prefix`. */
  readonly address: string;
  /** `region=…&endpoint=…`; secrets are references. */
  readonly parameters: string;
  readonly installation: string;
  readonly state: PlaceState;
  /** Unix milliseconds since when no server has to read its files, apart from those whose manifest entry names it; null: never left. */
  readonly leftAt: number | null;
}

/** Address of a lake in the data folder. */
export const IN_DATA_FOLDER = 'the data folder';

/** Address and parameters of a place in one text, as a setting has them. */
export function buildFullAddress({ address, parameters }: Pick<PlaceRecord, 'address' | 'parameters'>): string {
  return parameters === '' ? address : `${address}?${parameters}`;
}

/** Inverse of `buildFullAddress`. Each way to write the address of a bucket has one result. */
export function splitAddress(full: string): Pick<PlaceRecord, 'address' | 'parameters'> {
  if (full === IN_DATA_FOLDER) return { address: full, parameters: '' };
  const at = full.indexOf('?');
  return { address: nameObjectsPlace(full), parameters: at === -1 ? '' : full.slice(at + 1) };
}

/** In the order of their ids, without those that are gone. */
export async function findPlaces(sql: Sql): Promise<PlaceRecord[]> {
  const rows = await sql
    .tables<LakePlaceTables>()
    .selectFrom('lake_place')
    .selectAll()
    .where('state', '!=', 'gone')
    .orderBy('id')
    .execute();
  return rows.map(toRecord);
}

/** Adds a place with the next id. */
export async function addPlace(sql: Sql, place: Omit<PlaceRecord, 'id' | 'leftAt'>): Promise<PlaceRecord> {
  const db = sql.tables<LakePlaceTables>();
  const last = await db
    .selectFrom('lake_place')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst();
  const id = (last?.id ?? 0) + 1;
  const { address, parameters, installation, state } = place;
  await db.insertInto('lake_place').values({ id, address, parameters, installation, state, left_at: null }).execute();
  return { ...place, id, leftAt: null };
}

export async function updatePlace(
  sql: Sql,
  id: number,
  change: Partial<Pick<PlaceRecord, 'parameters' | 'state' | 'leftAt' | 'installation'>>,
): Promise<void> {
  const { leftAt, ...columns } = change;
  await sql
    .tables<LakePlaceTables>()
    .updateTable('lake_place')
    .set({ ...columns, ...(leftAt === undefined ? {} : { left_at: leftAt }) })
    .where('id', '=', id)
    .execute();
}

/** Whether any manifest, current or old, names a file, or one in this place. */
export async function hasFiles(sql: Sql, place?: number): Promise<boolean> {
  const query = sql.tables<LakePlaceTables>().selectFrom('lake_file').select('id').limit(1);
  const found = await (place === undefined ? query : query.where('place', '=', place)).executeTakeFirst();
  return found !== undefined;
}

/** Those of the places that can have no files any more. */
export async function findGonePlaces(sql: Sql, ids: readonly number[]): Promise<number[]> {
  const rows = await sql
    .tables<LakePlaceTables>()
    .selectFrom('lake_place')
    .select('id')
    .where('id', 'in', ids)
    .where('state', '=', 'gone')
    .execute();
  return rows.map(({ id }) => id);
}

/** Of a copy of the store: all files are in the data folder of another installation. */
export async function savePlaceOfCopy(sql: Sql, installation: string): Promise<void> {
  const db = sql.tables<LakePlaceTables>();
  await db.updateTable('lake_place').set({ state: 'gone' }).execute();
  const { id } = await addPlace(sql, { address: IN_DATA_FOLDER, parameters: '', installation, state: 'current' });
  await db.updateTable('lake_file').set({ place: id }).execute();
}

function toRecord(row: LakePlaceTables['lake_place']): PlaceRecord {
  const { id, address, parameters, installation, state, left_at: leftAt } = row;
  return { id, address, parameters, installation, state: state as PlaceState, leftAt };
}
