import type { Sql } from '../../../platform/store/index.ts';
import type { ReplicaDecision } from './governor.ts';

interface AutoscalingTables {
  endpoint_scaling_decision: {
    id: string;
    endpoint: string;
    variant: string;
    model: string;
    version: string;
    at_ms: number;
    from_replicas: number;
    to_replicas: number;
    reason: string;
    limited_by: string | null;
  };
}

/** A decision about a variant, as it is kept. */
export interface KeptDecision extends ReplicaDecision {
  readonly id: string;
  readonly endpoint: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  readonly atMs: number;
}

/** Adds decisions, and forgets those of their endpoints from before a time. */
export async function keepDecisions(sql: Sql, decisions: readonly KeptDecision[], beforeMs: number): Promise<void> {
  const tables = sql.tables<AutoscalingTables>();
  const rows = decisions.map(({ id, endpoint, variant, model, version, atMs, from, to, reason, limitedBy }) => ({
    ...{ id, endpoint, variant, model, version, reason },
    at_ms: atMs,
    from_replicas: from,
    to_replicas: to,
    limited_by: limitedBy,
  }));
  await tables.insertInto('endpoint_scaling_decision').values(rows).execute();
  await tables
    .deleteFrom('endpoint_scaling_decision')
    .where('endpoint', 'in', [...new Set(decisions.map(({ endpoint }) => endpoint))])
    .where('at_ms', '<', beforeMs)
    .execute();
}

/** Latest first. */
export async function listDecisions(
  sql: Sql,
  endpoint: string,
  { sinceMs, limit }: { readonly sinceMs: number; readonly limit: number },
): Promise<KeptDecision[]> {
  const rows = await sql
    .tables<AutoscalingTables>()
    .selectFrom('endpoint_scaling_decision')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .where('at_ms', '>=', sinceMs)
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(parseDecisionRow);
}

/** The last that was decided of a version; null when nothing was. */
export async function findLastDecision(
  sql: Sql,
  { endpoint, model, version }: Pick<KeptDecision, 'endpoint' | 'model' | 'version'>,
): Promise<KeptDecision | null> {
  const row = await sql
    .tables<AutoscalingTables>()
    .selectFrom('endpoint_scaling_decision')
    .selectAll()
    .where('endpoint', '=', endpoint)
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('at_ms', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  return row === undefined ? null : parseDecisionRow(row);
}

function parseDecisionRow(row: AutoscalingTables['endpoint_scaling_decision']): KeptDecision {
  const { id, endpoint, variant, model, version, reason } = row;
  return {
    ...{ id, endpoint, variant, model, version, reason },
    atMs: Number(row.at_ms),
    from: row.from_replicas,
    to: row.to_replicas,
    limitedBy: row.limited_by,
  };
}
