import { randomUUID } from 'node:crypto';
import type { Subject } from '../../org/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, type Identity, isMoneyVisible, type Route, refuseHidden } from '../../platform/http/index.ts';
import { listVisibleRoutes } from '../../platform/notification-routes/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import { readBudgetDays } from './days.ts';
import { type ListedDeps, readListedBudgets, withSharedReads } from './listed.ts';
import { findNotices } from './notices/store.ts';
import { listBudgetRefusals } from './refusals/schema.ts';
import { findRefusals } from './refusals/store.ts';
import { hideBudgets } from './reservations/hidden-budgets.ts';
import {
  type HeldResource,
  meterReservation,
  openReservation,
  type Reservation,
  settleReservation,
} from './reservations/schema.ts';
import { open, type ReservationDeps, settle } from './reservations/service.ts';
import { findReservation, findStops } from './reservations/store.ts';
import {
  approveBudget,
  type BudgetDetail,
  getBudget,
  type ListedBudget,
  listBudgetDays,
  listBudgets,
} from './schema.ts';
import { findPresentWindow } from './standing.ts';
import { findApprovals, findBudgets, findBudgetVersions, putApproval, type StoredBudget } from './store.ts';

/** Stops that are shown with a budget. */
const STOPS_SHOWN = 100;

export interface RouteDeps extends ListedDeps {
  readonly store: Store;
}

export function createBudgetRoutes(
  deps: RouteDeps,
  reservations: ReservationDeps,
  meter: (reservation: string, at: number, holds?: HeldResource) => Promise<Reservation>,
): Route[] {
  return [
    handle(listBudgets, async ({ identity }) => {
      const budgets = await findVisibleBudgets(deps.store, identity, null);
      const listed = await readListedBudgets(deps, deps.store, budgets);
      const names = await listAlertRoutes(deps.store, identity);
      return { budgets: listed.map((budget) => limitAlerts(budget, names)) };
    }),
    handle(listBudgetRefusals, async ({ params: { budget: name }, identity }) => ({
      refusals: await findRefusals(deps.store, (await requireVisibleBudget(deps.store, identity, name)).name),
    })),
    handle(listBudgetDays, async ({ query: { budget: name = null }, identity }) => {
      const budgets = await findVisibleBudgets(deps.store, identity, name);
      const [shared, now] = [withSharedReads(deps), deps.clock.now()];
      return { budgets: await Promise.all(budgets.map((budget) => readBudgetDays(shared, budget, now))) };
    }),
    handle(getBudget, async ({ params: { budget: name }, identity }) => {
      const detail = await readBudgetDetail(deps, await requireVisibleBudget(deps.store, identity, name));
      return limitAlerts(detail, await listAlertRoutes(deps.store, identity));
    }),
    handle(approveBudget, async ({ params: { budget: name }, body }) => {
      await deps.store.transaction(async (sql) => {
        const budget = await requireBudget(sql, name);
        if (budget.spec.enforcement !== 'approval') throw createNotApprovableError(budget);
        const at = deps.clock.now();
        const approval = { id: randomUUID(), budget: name, ...body, approvedAt: new Date(at).toISOString() };
        await putApproval(sql, approval, findPresentWindow(budget, at));
      });
      return readBudgetDetail(deps, await requireBudget(deps.store, name));
    }),
    handle(openReservation, async ({ body, identity }) => {
      refuseOtherRun(identity, body.subject);
      // The id may belong to an open reservation of another run, which must not be returned.
      return hideBudgets(deps.store, identity, async () => {
        const opened = await open(reservations, body);
        refuseOtherRun(identity, opened.subject);
        return opened;
      });
    }),
    handle(meterReservation, async ({ params, body, identity }) => {
      await refuseOtherReservation(reservations, identity, params.reservation);
      return hideBudgets(deps.store, identity, () => meter(params.reservation, Date.parse(body.at), body.holds));
    }),
    handle(settleReservation, async ({ params, body, identity }) => {
      await refuseOtherReservation(reservations, identity, params.reservation);
      return hideBudgets(deps.store, identity, () => settle(reservations, params.reservation, body));
    }),
  ];
}

/** Names of the routes that a caller sees as recipients; null: all. */
async function listAlertRoutes(sql: Sql, identity: Identity): Promise<readonly string[] | null> {
  return identity.visible.money === 'teams' ? listVisibleRoutes(sql, identity) : null;
}

function limitAlerts<Listed extends Pick<ListedBudget, 'alerts'>>(
  budget: Listed,
  names: readonly string[] | null,
): Listed {
  const { alerts } = budget;
  return names === null
    ? budget
    : { ...budget, alerts: { ...alerts, routes: alerts.routes.filter((name) => names.includes(name)) } };
}

/** Errors: `budget_not_found`. */
export async function requireBudget(sql: Sql, name: string): Promise<StoredBudget> {
  const [budget] = await findBudgets(sql, name);
  if (budget !== undefined) return budget;
  throw createNotFoundError(name);
}

/** Also refuses a missing budget to a caller who reads the costs of some teams only. Errors: `budget_not_found`, `not_visible`. */
async function requireVisibleBudget(sql: Sql, identity: Identity, name: string): Promise<StoredBudget> {
  const [budget] = await findBudgets(sql, name);
  if (isMoneyVisible(identity, budget?.spec.subject ?? {})) return budget ?? (await requireBudget(sql, name));
  throw refuseHidden(identity, `Budget ${name}`);
}

/** Those of the teams and projects of a caller who reads the costs of some teams only. A name: only this budget. */
async function findVisibleBudgets(sql: Sql, identity: Identity, name: string | null): Promise<StoredBudget[]> {
  const budgets = await findBudgets(sql, name);
  return budgets.filter(({ spec }) => isMoneyVisible(identity, spec.subject));
}

function createNotFoundError(name: string): AppError {
  const detail = `There is no budget "${name}". Apply a document of kind Budget first.`;
  return new AppError('budget_not_found', detail, { budget: name });
}

async function readBudgetDetail(deps: RouteDeps, budget: StoredBudget): Promise<BudgetDetail> {
  const window = findPresentWindow(budget, deps.clock.now());
  const [listed] = await readListedBudgets(deps, deps.store, [budget]);
  if (listed === undefined) throw createNotFoundError(budget.name);
  const stops = await findStops(deps.store, budget.name, STOPS_SHOWN);
  const approvals = await findApprovals(deps.store, budget.name, window);
  return {
    ...listed,
    stops: stops.map(({ id, subject, metered, spent, currency, checkpoint }) => ({
      reservation: id,
      subject,
      at: new Date(metered).toISOString(),
      spent: spent === null || currency === null ? null : { amount: spent, currency },
      checkpoint,
    })),
    approvals: approvals.map(({ amount, note, approvedAt }) => ({ amount, note, approvedAt })),
    notices: await findNotices(deps.store, budget.name, window),
    versions: await findBudgetVersions(deps.store, budget.name),
  };
}

function createNotApprovableError({ name, spec }: StoredBudget): AppError {
  const detail = `Budget "${name}" is ${spec.enforcement}; only one of enforcement "approval" takes approvals. Change its amount instead.`;
  return new AppError('budget_not_approvable', detail, { budget: name });
}

/** Fields of a spending subject that a step may state; its run states the others. */
const STEP_FIELDS: ReadonlySet<string> = new Set(['run', 'experiment', 'purpose']);

/** A step of a pipeline sets money aside for its own run alone, and not out of the budget of a team it names. Error: `not_permitted`. */
function refuseOtherRun({ work }: Identity, subject: Subject): void {
  if (work === null) return;
  const isOwn = work.runId !== null && subject.run === work.runId;
  if (isOwn && Object.keys(subject).every((field) => STEP_FIELDS.has(field))) return;
  const detail = `The token of a step reserves money only for the run of that step: "subject" has the run ${work.runId}, and optionally experiment and purpose.`;
  throw new AppError('not_permitted', detail);
}

async function refuseOtherReservation(
  { store }: Pick<ReservationDeps, 'store'>,
  identity: Identity,
  reservation: string,
): Promise<void> {
  if (identity.work === null) return;
  const found = await findReservation(store, reservation);
  if (found !== null) refuseOtherRun(identity, found.subject);
}
