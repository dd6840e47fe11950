import { z } from 'zod';
import type { Sql } from '../../../platform/store/index.ts';
import type { StoredEvidence } from './evidence.ts';
import { RolloutCheck } from './schema.ts';

interface RolloutTables {
  endpoint_rollout: {
    endpoint: string;
    revision: number;
    state: string;
    step: number;
    step_ms: number;
    reason: string | null;
    begun_ms: number | null;
    checks: string | null;
    evidence: string | null;
  };
}

const RolloutState = z.enum(['running', 'promoted', 'aborted']);
const StoredChecks = z.array(RolloutCheck);

/** Stored progress of a canary. */
export interface StoredRollout {
  readonly endpoint: string;
  readonly revision: number;
  readonly state: z.infer<typeof RolloutState>;
  /** Index of the current step, from 0. */
  readonly step: number;
  readonly stepMs: number;
  readonly reason: string | null;
  /** Start of the rollout. */
  readonly begunMs: number;
  /** Checks of its analysis at the last look. */
  readonly checks: readonly RolloutCheck[];
}

type Key = Pick<StoredRollout, 'endpoint' | 'revision'>;

/**
 * Inserts the rollout at its first step. An existing rollout stays at its step; that step restarts, unless its evidence is stored
 * (`hasEvidence`).
 */
export async function insertRollout(
  sql: Sql,
  { endpoint, revision }: Key,
  at: number,
  hasEvidence: boolean,
): Promise<void> {
  await sql
    .tables<RolloutTables>()
    .insertInto('endpoint_rollout')
    .values({ endpoint, revision, state: 'running', step: 0, step_ms: at, reason: null, begun_ms: at })
    .onConflict((conflict) => {
      const existing = conflict.columns(['endpoint', 'revision']);
      if (hasEvidence) return existing.doNothing();
      return existing.doUpdateSet({ step_ms: at }).where('endpoint_rollout.state', '=', 'running');
    })
    .execute();
}

/** Without the evidence, which is large. */
const SHOWN = ['revision', 'state', 'step', 'step_ms', 'reason', 'begun_ms', 'checks'] as const;

/** The one of a revision; of the newest that had one, without. */
export async function findRollout(sql: Sql, endpoint: string, revision?: number): Promise<StoredRollout | null> {
  let query = sql.tables<RolloutTables>().selectFrom('endpoint_rollout').select(SHOWN).where('endpoint', '=', endpoint);
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
    begunMs: Number(row.begun_ms ?? row.step_ms),
    checks: row.checks === null ? [] : StoredChecks.parse(JSON.parse(row.checks)),
  };
}

/** Evidence of the current step as text; null: none. */
export async function readEvidence(sql: Sql, { endpoint, revision }: Key): Promise<string | null> {
  const row = await sql
    .tables<RolloutTables>()
    .selectFrom('endpoint_rollout')
    .select('evidence')
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return row?.evidence ?? null;
}

/** Stores the evidence of a step and its checks, while it is the current step. */
export async function saveEvidence(
  sql: Sql,
  { endpoint, revision }: Key,
  evidence: StoredEvidence,
  checks: readonly RolloutCheck[],
): Promise<void> {
  await sql
    .tables<RolloutTables>()
    .updateTable('endpoint_rollout')
    .set({ evidence: JSON.stringify(evidence), checks: JSON.stringify(checks) })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '=', 'running')
    .where('step', '=', evidence.step)
    .execute();
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

/** Ends it and deletes its evidence; one that has ended stays as it did. */
export async function endRollout(
  sql: Sql,
  { endpoint, revision }: Key,
  { state, reason }: { readonly state: 'promoted' | 'aborted'; readonly reason: string },
): Promise<void> {
  await sql
    .tables<RolloutTables>()
    .updateTable('endpoint_rollout')
    .set({ state, reason, evidence: null })
    .where('endpoint', '=', endpoint)
    .where('revision', '=', revision)
    .where('state', '=', 'running')
    .execute();
}
