import type { Generated } from 'kysely';
import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import { Restatement, UnitChange } from '../schema.ts';

interface ActTables {
  bill_act: {
    sequence: Generated<number>;
    at: string;
    act: string;
    actor: string;
    why: string | null;
    delivery_id: string;
    period: string;
    changes: string;
    delta: string | null;
  };
}

/** One operation (import, revert, preference, deletion) that changed the counted deliveries of one billing period. */
export interface BillAct extends Omit<Restatement, 'delta'> {
  /** Money moved by the operation; null unless the period was closed and already had a counted delivery. */
  readonly delta: Restatement['delta'] | null;
}

/** Returns the sequence number of the stored operation. */
export async function insertAct(sql: Sql, act: BillAct): Promise<number> {
  const { sequence } = await sql
    .tables<ActTables>()
    .insertInto('bill_act')
    .values({
      at: act.at,
      act: act.act,
      actor: act.actor,
      why: act.why,
      delivery_id: act.delivery,
      period: act.period,
      changes: JSON.stringify(act.changes),
      delta: act.delta === null ? null : JSON.stringify(act.delta),
    })
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence;
}

/** Time of the last operation that stopped counting the rows of a delivery; null when there is none. */
export async function findLastActAgainst(sql: Sql, delivery: string): Promise<string | null> {
  const row = await sql
    .tables<ActTables>()
    .selectFrom('bill_act')
    .select('at')
    // Delivery ids have a fixed length and contain no LIKE wildcard.
    .where('changes', 'like', `%"before":"${delivery}"%`)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? null;
}

const Changes = z.array(UnitChange);

/** Newest first. */
export async function findRestatements(
  sql: Sql,
  page: { readonly period: string | null; readonly after: number | null; readonly limit: number },
): Promise<{ sequence: number; restatement: Restatement }[]> {
  let query = sql
    .tables<ActTables>()
    .selectFrom('bill_act')
    .selectAll()
    .where('delta', 'is not', null)
    .orderBy('sequence', 'desc')
    .limit(page.limit);
  if (page.period !== null) query = query.where('period', '=', page.period);
  if (page.after !== null) query = query.where('sequence', '<', page.after);
  return (await query.execute()).map((row) => ({
    sequence: row.sequence,
    restatement: Restatement.parse({
      at: row.at,
      act: row.act,
      actor: row.actor,
      why: row.why,
      delivery: row.delivery_id,
      period: row.period,
      changes: Changes.parse(JSON.parse(row.changes)),
      delta: JSON.parse(row.delta ?? '[]'),
    }),
  }));
}
