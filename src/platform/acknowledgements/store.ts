import { isAmong, type Sql } from '../store/index.ts';
import { type Handling, Handling as HandlingSchema } from './schema.ts';

interface HandlingTables {
  handling: { noun: string; thing: string; document: string };
}

const NONE: Handling = { acknowledged: null, assigned: null, work: null, steps: [] };

/** Neither acknowledged nor assigned where nothing is stored. */
export async function findHandling(sql: Sql, noun: string, thing: string): Promise<Handling> {
  return (await findHandlings(sql, noun, [thing])).get(thing) ?? NONE;
}

/** Stored handlings of these things. */
export async function findHandlings(sql: Sql, noun: string, things: readonly string[]): Promise<Map<string, Handling>> {
  const query = sql.tables<HandlingTables>().selectFrom('handling').select(['thing', 'document']);
  const rows = await query
    .where('noun', '=', noun)
    .where(isAmong(sql, 'thing', things))
    .execute();
  return new Map(rows.map(({ thing, document }) => [thing, HandlingSchema.parse(JSON.parse(document))]));
}

export async function putHandling(sql: Sql, noun: string, thing: string, handling: Handling): Promise<void> {
  const row = { noun, thing, document: JSON.stringify(handling) };
  const query = sql.tables<HandlingTables>().insertInto('handling').values(row);
  await query.onConflict((of) => of.columns(['noun', 'thing']).doUpdateSet({ document: row.document })).execute();
}
