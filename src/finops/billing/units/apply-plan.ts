import { AppError } from '../../../platform/errors/index.ts';
import { runPrepared, type Sql } from '../../../platform/store/index.ts';
import { billRows } from '../bill-rows.ts';
import type { ActResult, Restatement, UnitChange } from '../schema.ts';
import { type BillAct, insertAct } from './act-store.ts';
import { compareMoney } from './changed-money.ts';
import {
  type BillDerivation,
  buildChangePartition,
  type LedgerDeps,
  type Plan,
  readUnitContent,
  type Undecided,
} from './ledger.ts';
import { removeUnit, replaceOverlaps, saveOverlapDecisions, saveUnit } from './unit-store.ts';

/** One operation on the bill, with its actor and reason. */
export interface Act {
  readonly act: BillAct['act'];
  readonly actor: string;
  readonly why: string | null;
  /** Delivery that was imported or named, and its source. */
  readonly delivery: string;
  readonly source: string;
}

const eventTypes = {
  import: 'bill.imported',
  revert: 'bill.reverted',
  prefer: 'bill.preferred',
  delete: 'bill.deleted',
} as const;

/**
 * Applies a plan in one transaction: the counted deliveries, the rows in the lake, the data derived from them, the
 * record of the operation and its events. `alongside` stores the data of the operation and returns the fields of its
 * event. The deriver allocates costs before the transaction. If rules or other units change meanwhile, it derives again
 * and a new transaction starts. `afterwards` runs last in the same transaction.
 */
export async function applyPlan(
  deps: LedgerDeps,
  plan: Plan,
  act: Act,
  alongside: (sql: Sql) => Promise<Readonly<Record<string, unknown>>>,
  afterwards: (sql: Sql) => Promise<void> = async () => undefined,
): Promise<void> {
  const at = new Date(deps.clock.now()).toISOString();
  const { remove, add } = plan.lake;
  const acts = await buildBillActs(deps, plan, act, at);
  const derivation = remove.length + add.length === 0 ? null : await deps.deriver.derive(deps.store, plan.lake);
  try {
    const work = async (sql: Sql) => {
      const said = await alongside(sql);
      await applyToStore(deps, sql, plan, derivation);
      for (const done of acts) await insertAct(sql, done);
      const { delivery, source } = act;
      const payload = { delivery, source, ...said, changes: plan.changes };
      await deps.events.append(sql, { type: eventTypes[act.act], subject: `source:${source}`, payload });
      for (const done of acts) await appendRestated(deps, sql, done, source);
      await appendHeld(deps, sql, plan);
      await afterwards(sql);
    };
    await runPrepared(deps.store, work, async () => derivation?.refresh());
  } catch (error) {
    await derivation?.discard();
    throw error;
  }
}

async function applyToStore(deps: LedgerDeps, sql: Sql, plan: Plan, derivation: BillDerivation | null): Promise<void> {
  for (const unit of plan.units) await saveUnit(sql, unit);
  for (const { partition } of plan.gone) await removeUnit(sql, partition);
  await replaceOverlaps(sql, plan.compared, plan.overlaps);
  await saveOverlapDecisions(sql, plan.decisions);
  if (derivation === null) return;
  await deps.lake.swap(sql, billRows, plan.lake);
  await derivation.swapIn(sql);
}

/** Changes of a plan, in deliveries and in money. Read before the plan is applied, and by dry runs. */
export async function buildActResult(deps: LedgerDeps, plan: Plan): Promise<ActResult> {
  return { changes: [...plan.changes], delta: await computeMoneyDelta(deps, plan, plan.changes) };
}

/**
 * One record per billing period. The record of a restated period (closed and already counted) includes its money delta.
 */
async function buildBillActs(deps: LedgerDeps, plan: Plan, act: Act, at: string): Promise<BillAct[]> {
  const periods = [...new Set(plan.changes.map(({ period }) => period))].toSorted();
  const acts: BillAct[] = [];
  for (const period of periods) {
    const changes = plan.changes.filter((change) => change.period === period);
    const isRestated = changes.some(({ state, before }) => state === 'closed' && before !== null);
    const delta = isRestated ? await computeRestatedDelta(deps, plan, act, changes) : null;
    const { act: name, actor, why } = act;
    acts.push({ at, act: name, actor, why, delivery: findNamedDelivery(act, changes), period, changes, delta });
  }
  return acts;
}

/** Null for a deletion of damaged rows: the rows can be deleted, but the change of money is unknown. */
async function computeRestatedDelta(
  deps: LedgerDeps,
  plan: Plan,
  { act }: Act,
  changes: readonly UnitChange[],
): Promise<BillAct['delta']> {
  try {
    return await computeMoneyDelta(deps, plan, changes);
  } catch (error) {
    if (act === 'delete' && error instanceof AppError && error.code === 'lake_file_damaged') return null;
    throw error;
  }
}

/** A deletion can name several deliveries; its record of a month names the delivery that counted there. */
function findNamedDelivery({ act, delivery }: Act, changes: readonly UnitChange[]): string {
  if (act !== 'delete') return delivery;
  return changes.find(({ before }) => before !== null)?.before ?? delivery;
}

async function computeMoneyDelta(
  deps: LedgerDeps,
  plan: Plan,
  changes: readonly UnitChange[],
): Promise<Restatement['delta']> {
  if (changes.length === 0) return [];
  const partitions = new Set(changes.map(buildChangePartition));
  const gone = await Promise.all(
    changes.map(async (change) =>
      change.before === null ? [] : (await readUnitContent(deps, change.before, buildChangePartition(change))).files,
    ),
  );
  const before = deps.lake.stagedRelation(billRows, gone.flat());
  const come = plan.lake.add.filter(({ partition }) => partitions.has(partition));
  const money = await compareMoney(deps.lake, before, deps.lake.stagedRelation(billRows, come), 'ServiceName');
  return money
    .filter(({ before: was, after }) => was !== after)
    .map(({ value, metric, currency, before: was, after, delta }) => ({
      ...{ serviceName: value, metric, currency, before: was, after, delta },
    }));
}

/** Appends an event for each unit that this operation put on hold. */
async function appendHeld(deps: LedgerDeps, sql: Sql, plan: Plan): Promise<void> {
  const isNew = ({ held }: Undecided) => plan.units.some(({ partition }) => partition === held.partition);
  for (const { held, counted, reason } of plan.undecided.filter(isNew)) {
    const payload = { delivery: held.delivery, period: held.period, counted: counted.delivery, reason };
    await deps.events.append(sql, { type: 'bill.held', subject: `source:${held.source}`, payload });
  }
}

async function appendRestated(deps: LedgerDeps, sql: Sql, act: BillAct, source: string): Promise<void> {
  if (act.delta === null) return;
  const { period, delivery, changes, delta } = act;
  const payload = { source, period, delivery, changes, delta };
  await deps.events.append(sql, { type: 'bill.restated', subject: `source:${source}`, payload });
}
