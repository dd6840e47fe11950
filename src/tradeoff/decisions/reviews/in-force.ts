import type { Sql } from '../../../platform/store/index.ts';
import type { Evidence } from '../../evidence/index.ts';
import { findLatestEvaluations } from '../bill-change-store.ts';
import type { TakenRecord } from '../schema.ts';
import type { DecisionTables } from '../tables.ts';

export interface InForceDeps {
  readonly evidence: Pick<Evidence, 'behind'>;
}

/**
 * Ids of those decisions that are in force: the latest about a version by a policy, and the last decision that moved an alias to the
 * version to which it still points. The other decisions are superseded.
 */
export async function findInForce(
  deps: InForceDeps,
  sql: Sql,
  decisions: readonly Pick<TakenRecord, 'decision' | 'model' | 'version' | 'policy' | 'action'>[],
): Promise<Set<string>> {
  const models = [...new Set(decisions.map(({ model }) => model))];
  const latest = new Set((await findLatestEvaluations(sql, models)).map(({ id }) => id));
  const inForce = new Set<string>();
  for (const decision of decisions) {
    if (latest.has(decision.decision) || (await isStillApplied(deps, sql, decision))) inForce.add(decision.decision);
  }
  return inForce;
}

async function isStillApplied(
  { evidence }: InForceDeps,
  sql: Sql,
  { decision, model, action }: Pick<TakenRecord, 'decision' | 'model' | 'action'>,
): Promise<boolean> {
  if (action === null) return false;
  const behind = await evidence.behind(sql, model, action.alias);
  return behind?.version === action.to && (await findLastMove(sql, model, action)) === decision;
}

/** Id of the last decision that moved the alias to this version. */
async function findLastMove(
  sql: Sql,
  model: string,
  { alias, to }: NonNullable<TakenRecord['action']>,
): Promise<string | null> {
  const rows = await sql
    .tables<DecisionTables>()
    .selectFrom('decision')
    .select(['id', 'document'])
    .where('model', '=', model)
    .where('version', '=', to)
    .where('verdict', '=', 'promote')
    .orderBy('sequence', 'desc')
    .execute();
  const moved = rows.find(({ document }) => {
    const { action }: Pick<TakenRecord, 'action'> = JSON.parse(document);
    return action?.alias === alias && action.to === to;
  });
  return moved?.id ?? null;
}
