import { AppError } from '../../platform/errors/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { type AllocationState, allocations, findState, periodOfPartition } from '../allocation/index.ts';
import { type Billing, billRows } from '../billing/index.ts';
import { previousMonth } from './months.ts';
import type { ReportingDeps } from './reporting.ts';

export interface StandDeps extends ReportingDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly billing: Pick<
    Billing,
    'currentUnits' | 'rejectedRows' | 'countedUnits' | 'deliveryNotFound' | 'deletionsOf'
  >;
}

/** All inputs of the figures of a month: the same inputs always yield the same figures. */
export interface MonthStand {
  /** Id of the allocation; null for a bill that was never allocated. */
  readonly basis: string | null;
  readonly deliveries: readonly string[];
  readonly rulesVersion: number;
  readonly bill: readonly StagedFile[];
  readonly allocation: readonly StagedFile[];
}

export interface Stand {
  readonly period: string;
  /** Additional currency for totals; null for none. */
  readonly reporting: string | null;
  readonly previousPeriod: string;
  readonly current: MonthStand;
  /** Null when no bill covers the previous month. */
  readonly previous: MonthStand | null;
}

/** A month, in its current or an earlier state. */
export interface StandQuestion {
  readonly period: string;
  readonly basis?: string | undefined;
  readonly previousBasis?: string | undefined;
  readonly delivery?: string | undefined;
  /** Reporting currency; the configured one if omitted. */
  readonly currency?: string | undefined;
}

/** Errors: `bill_period_not_covered`, `statement_basis_not_found`, `bill_delivery_not_found`, `bill_delivery_deleted`, `evidence_deleted`. */
export async function findStand(deps: StandDeps, question: StandQuestion): Promise<Stand> {
  const { period, basis, delivery, currency: reporting = deps.config.reportingCurrency ?? null } = question;
  const previousPeriod = previousMonth(period);
  if (basis === undefined && delivery === undefined) {
    const current = await standNow(deps, period);
    if (current === null) throw noBill(period);
    return {
      period,
      reporting,
      previousPeriod,
      current,
      previous: await previousStand(deps, question, previousPeriod),
    };
  }
  if (delivery !== undefined) await mustKnow(deps, delivery);
  const state = await findState(deps.store, { period, id: basis, delivery });
  if (state === null) throw noBasis(question);
  const current = await standOf(deps, state);
  const previous = await previousStand(deps, question, previousPeriod, state);
  return { period, reporting, previousPeriod, current, previous };
}

/** State of the previous month: the requested one, else the one at the time of `state`, else the current one. */
async function previousStand(
  deps: StandDeps,
  question: StandQuestion,
  period: string,
  state?: AllocationState,
): Promise<MonthStand | null> {
  const { previousBasis } = question;
  if (previousBasis === undefined && state === undefined) return standNow(deps, period);
  const found = await findState(
    deps.store,
    previousBasis === undefined ? { period, upTo: state?.sequence } : { period, id: previousBasis },
  );
  if (found === null && previousBasis !== undefined) throw noBasis({ period, basis: previousBasis });
  return found === null || found.billFiles.length === 0 ? null : standOf(deps, found);
}

/** Error: `evidence_deleted` when bill rows that counted in this state have been deleted since. */
async function standOf({ store, lake, billing }: StandDeps, state: AllocationState): Promise<MonthStand> {
  const named = new Set(state.billFiles);
  const deleted = await billing.deletionsOf(store, state.deliveries);
  const gone = deleted.filter(({ lakeFiles }) => lakeFiles.some((id) => named.has(id)));
  if (gone.length > 0) {
    const why = gone.map(({ text }) => text).join('; ');
    const detail = `${state.period} as it stood with ${state.id} cannot be computed again. ${why}. Issued statements stay as they were issued.`;
    const evidence = gone.map(({ delivery, at, periods, cause }) => ({
      table: 'bill_row',
      delivery,
      at,
      periods,
      cause,
    }));
    throw new AppError('evidence_deleted', detail, { basis: state.id, deleted: evidence });
  }
  return {
    basis: state.id,
    deliveries: state.deliveries,
    rulesVersion: state.rulesVersion,
    bill: await lake.filesById(store, billRows, state.billFiles),
    allocation: await lake.filesById(store, allocations, state.allocationFiles),
  };
}

/** The newest state is the current one. A bill older than stored states is read from its current files. */
async function standNow(deps: StandDeps, period: string): Promise<MonthStand | null> {
  const state = await findState(deps.store, { period });
  if (state !== null) return state.billFiles.length === 0 ? null : standOf(deps, state);
  const isOfPeriod = ({ partition }: StagedFile) => periodOfPartition(partition) === period;
  const bill = (await deps.lake.files(deps.store, billRows)).filter(isOfPeriod);
  if (bill.length === 0) return null;
  const allocation = (await deps.lake.files(deps.store, allocations)).filter(isOfPeriod);
  const units = (await deps.billing.currentUnits(deps.store)).filter((unit) => unit.period === period);
  const deliveries = [...new Set(units.map(({ delivery }) => delivery))].toSorted();
  return { basis: null, deliveries, rulesVersion: 0, bill, allocation };
}

async function mustKnow({ store, billing }: StandDeps, delivery: string): Promise<void> {
  if ((await billing.countedUnits(store, delivery)) !== null) return;
  throw await billing.deliveryNotFound(store, delivery);
}

function noBill(period: string): AppError {
  const detail = `No bill covers ${period}. List the billing periods with: steelyard cost dimensions`;
  return new AppError('bill_period_not_covered', detail, { period });
}

function noBasis({ period, basis, delivery }: StandQuestion): AppError {
  const what = basis ?? `delivery ${delivery}`;
  const detail = `${period} was never based on ${what}. A statement names its basis and its deliveries; without either the current bill is used.`;
  return new AppError('statement_basis_not_found', detail, { period, basis, delivery });
}

/** Number of rejected rows in the deliveries of a month. */
export async function rejectedOf(
  sql: Sql,
  { billing }: Pick<StandDeps, 'billing'>,
  { deliveries }: MonthStand,
): Promise<number> {
  const counts = await Promise.all(deliveries.map((id) => billing.rejectedRows(sql, id)));
  return counts.reduce((sum, count) => sum + count, 0);
}
