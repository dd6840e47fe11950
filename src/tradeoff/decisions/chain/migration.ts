import { type Kysely, sql as raw } from 'kysely';
import { GENESIS, hashLink } from '../../../platform/hash-chain/index.ts';
import { detectEngine } from '../../../platform/store/index.ts';
import { listBasis } from '../basis.ts';
import { serializeCanonical } from '../evidence-digest.ts';
import type { DecisionTables } from '../tables.ts';

const DOCUMENTS_A_STATEMENT = 200;
/** Tables whose rows are never changed or removed. */
const APPEND_ONLY = ['decision', 'decided_act', 'decision_review'] as const;

/** Chains the decisions of an existing store in their order and lists what their evidence names. */
export async function chainExistingDecisions(database: Kysely<unknown>): Promise<void> {
  const db = database.withTables<Pick<DecisionTables, keyof DecisionTables>>();
  let link = { seq: 0, hash: GENESIS };
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('decision')
      .select(['sequence', 'document'])
      .where('sequence', '>', after)
      .orderBy('sequence')
      .limit(DOCUMENTS_A_STATEMENT)
      .execute();
    for (const { sequence, document } of rows) {
      const parsed: unknown = JSON.parse(document);
      const hash = hashLink(link.hash, serializeCanonical(parsed));
      const set = { position: link.seq + 1, previous_sha256: link.hash, sha256: hash };
      await db.updateTable('decision').set(set).where('sequence', '=', sequence).execute();
      link = { seq: set.position, hash };
      const basis = listBasis(parsed).map((named) => ({ sequence, ...named }));
      if (basis.length > 0) await db.insertInto('decision_basis').values(basis).execute();
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  await db
    .insertInto('decision_head')
    .values({ id: 1, ...link })
    .execute();
}

/**
 * Triggers that refuse changes and removals. Backups copy the database file, or run pg_dump, which restores triggers after the rows.
 */
export async function forbidChanges(database: Kysely<unknown>): Promise<void> {
  if (detectEngine(database) === 'sqlite') {
    for (const table of APPEND_ONLY) {
      for (const act of ['update', 'delete'] as const) {
        await raw`create trigger ${raw.ref(`${table}_no_${act}`)} before ${raw.raw(act)} on ${raw.table(table)}
          begin select raise(abort, ${raw.lit(`${table} is append-only`)}); end`.execute(database);
      }
    }
    return;
  }
  await raw`create function refuse_decision_change() returns trigger language plpgsql as
    $$ begin raise exception '% is append-only', tg_table_name; end $$`.execute(database);
  for (const table of APPEND_ONLY) {
    await raw`create trigger ${raw.ref(`${table}_append_only`)} before update or delete or truncate on ${raw.table(table)}
      for each statement execute function refuse_decision_change()`.execute(database);
  }
}
