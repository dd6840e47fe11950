import { AppError } from '../../platform/errors/index.ts';
import type { Lake, StagedFile } from '../../platform/lake/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import {
  type AllocationState,
  allocatedDaily,
  allocations,
  findState,
  parsePartitionPeriod,
} from '../allocation/index.ts';
import { type Billing, billRows } from '../billing/index.ts';
import { getPreviousMonth } from './months.ts';
import type { ReportingDeps } from './reporting.ts';

export interface StatementStateDeps extends ReportingDeps {
  readonly store: Store;
  readonly lake: Lake;
  readonly billing: Pick<
    Billing,
    'currentUnits' | 'rejectedRows' | 'countedUnits' | 'deliveryNotFound' | 'deletionsOf'
  >;
}

/** All inputs of the figures of a month: the same inputs always yield the same figures. */
export interface MonthState {
  /** Id of the allocation; null for a bill that was never allocated. */
  readonly basis: string | null;
  readonly deliveries: readonly string[];
  readonly rulesVersion: number;
  readonly bill: readonly StagedFile[];
  readonly allocation: readonly StagedFile[];
  /** Daily roll-up of these files; null where it is not kept. */
  readonly daily: readonly StagedFile[] | null;
}

export interface StatementState {
  readonly period: string;
  /** Additional currency for totals; null for none. */
  readonly reporting: string | null;
  readonly previousPeriod: string;
  readonly current: MonthState;
  /** Null when no bill covers the previous month. */
  readonly previous: MonthState | null;
}

/** A month, in its current or an earlier state. */
export interface StateQuestion {
  readonly period: string;
  readonly basis?: string | undefined;
  readonly previousBasis?: string | undefined;
  readonly delivery?: string | undefined;
  /** Reporting currency; the configured one if omitted. */
  readonly currency?: string | undefined;
}

/** Errors: `bill_period_not_covered`, `statement_basis_not_found`, `bill_delivery_not_found`, `bill_delivery_deleted`, `evidence_deleted`. */
export async function findStatementState(deps: StatementStateDeps, question: StateQuestion): Promise<StatementState> {
  const { period, basis, delivery, currency: reporting = deps.config.reportingCurrency ?? null } = question;
  const previousPeriod = getPreviousMonth(period);
  if (basis === undefined && delivery === undefined) {
    const current = await findCurrentState(deps, period);
    if (current === null) throw createNoBillError(period);
    return {
      period,
      reporting,
      previousPeriod,
      current,
      previous: await findPreviousState(deps, question, previousPeriod),
    };
  }
  if (delivery !== undefined) await requireDelivery(deps, delivery);
  const state = await findState(deps.store, { period, id: basis, delivery });
  if (state === null) throw createNoBasisError(question);
  const current = await buildMonthState(deps, state);
  const previous = await findPreviousState(deps, question, previousPeriod, state);
  return { period, reporting, previousPeriod, current, previous };
}

/** State of the previous month: the requested one, else the one at the time of `state`, else the current one. */
async function findPreviousState(
  deps: StatementStateDeps,
  question: StateQuestion,
  period: string,
  state?: AllocationState,
): Promise<MonthState | null> {
  const { previousBasis } = question;
  if (previousBasis === undefined && state === undefined) return findCurrentState(deps, period);
  const found = await findState(
    deps.store,
    previousBasis === undefined ? { period, upTo: state?.sequence } : { period, id: previousBasis },
  );
  if (found === null && previousBasis !== undefined) throw createNoBasisError({ period, basis: previousBasis });
  return found === null || found.billFiles.length === 0 ? null : buildMonthState(deps, found);
}

/** Error: `evidence_deleted` when bill rows that counted in this state have been deleted since. */
async function buildMonthState(
  { store, lake, billing }: StatementStateDeps,
  state: AllocationState,
): Promise<MonthState> {
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
  const daily = await lake.keptById(store, allocatedDaily, state.dailyFiles);
  return {
    basis: state.id,
    deliveries: state.deliveries,
    rulesVersion: state.rulesVersion,
    bill: await lake.filesById(store, billRows, state.billFiles),
    allocation: await lake.filesById(store, allocations, state.allocationFiles),
    daily: daily.length > 0 && daily.length === state.dailyFiles.length ? daily : null,
  };
}

/** The newest state is the current one. A bill older than stored states is read from its current files. */
async function findCurrentState(deps: StatementStateDeps, period: string): Promise<MonthState | null> {
  const state = await findState(deps.store, { period });
  if (state !== null) return state.billFiles.length === 0 ? null : buildMonthState(deps, state);
  const isOfPeriod = ({ partition }: StagedFile) => parsePartitionPeriod(partition) === period;
  const bill = (await deps.lake.files(deps.store, billRows)).filter(isOfPeriod);
  if (bill.length === 0) return null;
  const allocation = (await deps.lake.files(deps.store, allocations)).filter(isOfPeriod);
  const units = (await deps.billing.currentUnits(deps.store)).filter((unit) => unit.period === period);
  const deliveries = [...new Set(units.map(({ delivery }) => delivery))].toSorted();
  return { basis: null, deliveries, rulesVersion: 0, bill, allocation, daily: null };
}

async function requireDelivery({ store, billing }: StatementStateDeps, delivery: string): Promise<void> {
  if ((await billing.countedUnits(store, delivery)) !== null) return;
  throw await billing.deliveryNotFound(store, delivery);
}

function createNoBillError(period: string): AppError {
  const detail = `No bill covers ${period}. List the billing periods with: steelyard cost dimensions`;
  return new AppError('bill_period_not_covered', detail, { period });
}

function createNoBasisError({ period, basis, delivery }: StateQuestion): AppError {
  const what = basis ?? `delivery ${delivery}`;
  const detail = `${period} was never based on ${what}. A statement names its basis and its deliveries; without either the current bill is used.`;
  return new AppError('statement_basis_not_found', detail, { period, basis, delivery });
}

/** Number of rejected rows in the deliveries of a month. */
export async function countRejectedRows(
  sql: Sql,
  { billing }: Pick<StatementStateDeps, 'billing'>,
  { deliveries }: MonthState,
): Promise<number> {
  const counts = await Promise.all(deliveries.map((id) => billing.rejectedRows(sql, id)));
  return counts.reduce((sum, count) => sum + count, 0);
}
