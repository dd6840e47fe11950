import type { Generated } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { DecidedAct } from './schema.ts';

interface ActTables {
  decided_act: {
    /** Grows with every act; the order in which they were decided. */
    sequence: Generated<number>;
    id: string;
    about: string;
    document: string;
  };
}

export async function insertAct(sql: Sql, act: DecidedAct): Promise<void> {
  const row = { id: act.decision, about: act.about, document: JSON.stringify(act) };
  await sql.tables<ActTables>().insertInto('decided_act').values(row).execute();
}

/** Newest first, before one of this sequence where it is given. */
export async function pageActs(
  sql: Sql,
  about: string | null,
  after: number | null,
  limit: number,
): Promise<{ sequence: number; act: DecidedAct }[]> {
  let query = sql.tables<ActTables>().selectFrom('decided_act').select(['sequence', 'document']);
  if (about !== null) query = query.where('about', '=', about);
  if (after !== null) query = query.where('sequence', '<', after);
  const rows = await query.orderBy('sequence', 'desc').limit(limit).execute();
  return rows.map(({ sequence, document }) => ({
    sequence: Number(sequence),
    act: DecidedAct.parse(JSON.parse(document)),
  }));
}
