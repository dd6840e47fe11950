import type { Sql } from '../../platform/store/index.ts';

/** A change of which delivery counts for a unit of a bill. */
export interface BillChangeRow {
  event_sequence: number;
  /** Place within the event. */
  position: number;
  at: string;
  /** Source, export, dataset, scope and period, as one text. */
  unit: string;
  source: string;
  period: string;
  closed: number;
  before: string | null;
  after: string | null;
}

interface ChangeTables {
  decision_bill_change: BillChangeRow;
  decision: LatestEvaluation & { sequence: number };
}

export async function insertBillChange(sql: Sql, change: BillChangeRow): Promise<void> {
  await sql
    .tables<ChangeTables>()
    .insertInto('decision_bill_change')
    .values(change)
    .onConflict((conflict) => conflict.columns(['event_sequence', 'position']).doNothing())
    .execute();
}

/** Changes that took one of the deliveries away or brought it back, in order. */
export async function findBillChanges(sql: Sql, deliveries: readonly string[]): Promise<BillChangeRow[]> {
  if (deliveries.length === 0) return [];
  return sql
    .tables<ChangeTables>()
    .selectFrom('decision_bill_change')
    .selectAll()
    .where((eb) => eb.or([eb('before', 'in', [...deliveries]), eb('after', 'in', [...deliveries])]))
    .orderBy('event_sequence')
    .orderBy('position')
    .execute();
}

export interface LatestEvaluation {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly policy: string;
  readonly at: string;
}

/** The last decision about each version of the models by each policy. */
export async function findLatestEvaluations(sql: Sql, models: readonly string[]): Promise<LatestEvaluation[]> {
  if (models.length === 0) return [];
  const db = sql.tables<ChangeTables>();
  const latest = db
    .selectFrom('decision')
    .select(({ fn }) => fn.max('sequence').as('sequence'))
    .where('model', 'in', [...models])
    .groupBy(['model', 'version', 'policy']);
  return db
    .selectFrom('decision')
    .select(['id', 'model', 'version', 'policy', 'at'])
    .where('sequence', 'in', latest)
    .execute();
}
