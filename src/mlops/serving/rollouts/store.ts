import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';

interface RolloutTables {
  endpoint_rollout: {
    endpoint: string;
    revision: number;
    state: string;
    step: number;
    step_ms: number;
    reason: string | null;
  };
}

const RolloutState = z.enum(['running', 'promoted', 'aborted']);

/** Stored progress of a canary. */
export interface StoredRollout {
  readonly endpoint: string;
  readonly revision: number;
  readonly state: z.infer<typeof RolloutState>;
  /** Index of the current step, from 0. */
  readonly step: number;
  readonly stepMs: number;
  readonly reason: string | null;
}

type Key = Pick<StoredRollout, 'endpoint' | 'revision'>;

/** Inserts the rollout at its first step. An existing rollout stays at its step, and that step restarts. */
export async function insertRollout(sql: Sql, { endpoint, revision }: Key, at: number): Promise<void> {
  await sql
    .tables<RolloutTables>()
    .insertInto('endpoint_rollout')
    .values({ endpoint, revision, state: 'running', step: 0, step_ms: at, reason: null })
    .onConflict((conflict) =>
      conflict
        .columns(['endpoint', 'revision'])
        .doUpdateSet({ step_ms: at })
        .where('endpoint_rollout.state', '=', 'running'),
    )
    .execute();
}

/** The one of a revision; of the newest that had one, without. */
export async function findRollout(sql: Sql, endpoint: string, revision?: number): Promise<StoredRollout | null> {
  let query = sql.tables<RolloutTables>().selectFrom('endpoint_rollout').selectAll().where('endpoint', '=', endpoint);
  if (revision !== undefined) query = query.where('revision', '=', revision);
  const row = await query.orderBy('revision', 'desc').limit(1).executeTakeFirst();
  if (row === undefined) return null;
  return {
    endpoint,
    revision: row.revision,
    state: RolloutState.parse(row.state),
    step: row.step,
    stepMs: Number(row.step_ms),
    reason: row.reason,
  };
}

/**
 * Advances to the next step, unless another server has already. `unproven`: a note that is added to the reason about the
 * step that ends.
 */
export async function advanceStep(
  sql: Sql,
  { endpoint, revision, step, reason }: StoredRollout,
  at: number,
  unproven: string | null = null,
): Promise<void> {
  const said = [reason, unproven].filter((one) => one !== null).join(', ');
  await sql
    .tables<RolloutTables>()
    .updateTable('endpoint_rollout')
    .set({ step: step + 1, step_ms: at, reason: said === '' ? null : said })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '=', 'running')
    .where('step', '=', step)
    .execute();
}

/** Ends it; one that has ended stays as it did. */
export async function endRollout(
  sql: Sql,
  { endpoint, revision }: Key,
  { state, reason }: { readonly state: 'promoted' | 'aborted'; readonly reason: string },
): Promise<void> {
  await sql
    .tables<RolloutTables>()
    .updateTable('endpoint_rollout')
    .set({ state, reason })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '=', 'running')
    .execute();
}
