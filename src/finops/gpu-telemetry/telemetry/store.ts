import type { Sql } from '../../../platform/store/index.ts';
import { GpuImport } from './schema.ts';

interface GpuImportTables {
  gpu_import: {
    id: string;
    sequence: number;
    content: string;
    price_amount: string | null;
    price_currency: string | null;
    resource: string | null;
    answer: string;
  };
}

const NEWEST = 100;

export async function saveImport(sql: Sql, content: string, done: GpuImport): Promise<void> {
  const db = sql.tables<GpuImportTables>();
  const { last } = await db
    .selectFrom('gpu_import')
    .select((eb) => eb.fn.max('sequence').as('last'))
    .executeTakeFirstOrThrow();
  await db
    .insertInto('gpu_import')
    .values({
      id: done.import,
      sequence: Number(last ?? 0) + 1,
      content,
      price_amount: done.price?.amount ?? null,
      price_currency: done.price?.currency ?? null,
      resource: done.resource,
      answer: JSON.stringify(done),
    })
    .execute();
}

/** Imports stored before files could have holders have none. */
function importIn(answer: string): GpuImport {
  return GpuImport.parse({ holders: null, ...JSON.parse(answer) });
}

/** The earlier import of the same file with the same options; null if there is none. */
export async function findSameImport(sql: Sql, content: string): Promise<GpuImport | null> {
  const row = await sql
    .tables<GpuImportTables>()
    .selectFrom('gpu_import')
    .select('answer')
    .where('content', '=', content)
    .orderBy('sequence', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : importIn(row.answer);
}

export async function findNewestImports(sql: Sql): Promise<GpuImport[]> {
  const rows = await sql
    .tables<GpuImportTables>()
    .selectFrom('gpu_import')
    .select('answer')
    .orderBy('sequence', 'desc')
    .limit(NEWEST)
    .execute();
  return rows.map(({ answer }) => importIn(answer));
}

/** Price stated with an import. */
export interface ImportPrice {
  readonly id: string;
  readonly stated: { readonly amount: string; readonly currency: string } | null;
  readonly resource: string | null;
}

export async function importPrices(sql: Sql): Promise<ImportPrice[]> {
  const rows = await sql
    .tables<GpuImportTables>()
    .selectFrom('gpu_import')
    .select(['id', 'price_amount', 'price_currency', 'resource'])
    .orderBy('sequence')
    .execute();
  return rows.map(({ id, price_amount: amount, price_currency: currency, resource }) => ({
    id,
    stated: amount === null || currency === null ? null : { amount, currency },
    resource,
  }));
}
