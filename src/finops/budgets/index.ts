import type { Org } from '../../org/index.ts';
import type { Subject } from '../../org/schema.ts';
import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Costs } from '../costs/index.ts';
import type { Metering } from '../metering/index.ts';
import type { Prices } from '../prices/index.ts';
import { applyBudget } from './apply.ts';
import { withSharedReads } from './listed.ts';
import { type NoticeDeps, scheduleNotices } from './notices/index.ts';
import { createExpiry } from './reservations/expiry.ts';
import { findCoveringWindows, readWindowLimit } from './reservations/limits.ts';
import { postpone } from './reservations/postpone.ts';
import { reprice } from './reservations/reprice.ts';
import type { HeldResource, NewReservation, Reservation } from './reservations/schema.ts';
import { type LimitsNow, open, type ReservationDeps, settle } from './reservations/service.ts';
import { openReservations } from './reservations/store.ts';
import { createMeterBatcher } from './reservations/together.ts';
import { createBudgetRoutes, requireBudget } from './routes.ts';
import { BudgetSpec } from './schema.ts';
import { type BudgetStanding, readBudgetStanding } from './standing.ts';
import { findBudgets, readBudgetStamp } from './store.ts';
import type { Window } from './window.ts';

export { budgetMigrations } from './migrations.ts';
export type { ExpectedBreach } from './notices/expected-breach.ts';
export { findReservationSubject } from './reservations/store.ts';
export type { BudgetStanding } from './standing.ts';

/** Job that closes expired reservations. */
const EXPIRY = 'budgets.expire';

export interface BudgetsDeps extends NoticeDeps {
  readonly events: Pick<Events, 'append'>;
  readonly costs: Pick<Costs, 'allocatedOver' | 'allocatedReader'>;
  readonly prices: Pick<Prices, 'of'>;
  readonly metering: Pick<Metering, 'runningTotal' | 'record' | 'total'>;
  readonly org: Pick<Org, 'withTeam' | 'teamOwner'>;
}

/** Reserves money before it is spent, so that spend never exceeds an enforcing budget (hard or approval). */
export interface Reservations {
  open(request: NewReservation): Promise<Reservation>;
  /**
   * `at`: end of the metered time, Unix milliseconds. `holds`: the resource that the work actually holds; its price applies
   * from then on.
   */
  meter(reservation: string, at: number, holds?: HeldResource): Promise<Reservation>;
  /**
   * Moves the start of the spending of work that holds nothing yet, Unix milliseconds. Without effect once spending was metered.
   */
  postpone(reservation: string, start: number): Promise<Reservation>;
  /** `stoppedBy`: the budget that stopped the work, if any. */
  settle(reservation: string, settling: Parameters<typeof settle>[2]): Promise<Reservation>;
}

/** Budgets of subjects, their reservations, and their current status. */
export interface Budgets {
  /** Status of a budget in its present window. Errors: `budget_not_found`. */
  standing(sql: Sql, name: string): Promise<BudgetStanding>;
  /** Every budget with its status in its present window, by name. Errors: `currency_mismatch`. */
  standings(sql: Sql): Promise<BudgetStanding[]>;
  /** The subject that each budget covers, by name of the budget. */
  subjects(sql: Sql): Promise<ReadonlyMap<string, Subject>>;
  /** Changes whenever a budget or an approved increase changes. */
  stamp(sql: Sql): Promise<string>;
  /**
   * The enforcing budget (hard or approval) that covers the subject in its present window, an exhausted one first; null if
   * there is none. Open reservations reduce the remainder. Errors: `price_missing` if a budget cannot be enforced because
   * usage that it covers has no price.
   */
  enforcedFor(subject: Subject): Promise<{ readonly budget: string; readonly isExhausted: boolean } | null>;
  readonly reservations: Reservations;
  /** Schedules the expiry of reservations without a report, and the budget notifications. */
  schedule(jobs: Jobs): void;
  /** `Budget`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createBudgets(deps: BudgetsDeps): Budgets {
  const reservationDeps: ReservationDeps = {
    ...deps,
    limitsFor: (subject, within) => readLimits(deps, subject, within),
  };
  const together = createMeterBatcher(reservationDeps);
  const reservations: Reservations = {
    open: (request) => open(reservationDeps, request),
    meter: async (reservation, at, holds) => {
      const moved = holds === undefined ? null : await reprice(reservationDeps, reservation, holds, at);
      return moved ?? together(reservation, at);
    },
    postpone: (reservation, start) => postpone(reservationDeps, reservation, start),
    settle: (reservation, settling) => settle(reservationDeps, reservation, settling),
  };
  return {
    standing: async (sql, name) => readBudgetStanding(deps, sql, await requireBudget(sql, name)),
    standings: async (sql) => {
      const shared = withSharedReads(deps);
      return Promise.all((await findBudgets(sql, null)).map((budget) => readBudgetStanding(shared, sql, budget)));
    },
    subjects: async (sql) => new Map((await findBudgets(sql, null)).map(({ name, spec }) => [name, spec.subject])),
    stamp: readBudgetStamp,
    enforcedFor: async (subject) => {
      const at = deps.clock.now();
      const limitsNow = await readLimits(deps, await deps.org.withTeam(deps.store, subject), {
        start: at,
        end: at + 1,
      });
      const limits = await deps.store.readConsistently(async (sql) => limitsNow(sql, await openReservations(sql)));
      const exhausted = limits.find(({ left }) => !left.greaterThan(0));
      const budget = (exhausted ?? limits[0])?.budget;
      return budget === undefined ? null : { budget, isExhausted: exhausted !== undefined };
    },
    reservations,
    schedule(jobs) {
      jobs.register(EXPIRY, { handler: createExpiry(reservationDeps) });
      jobs.schedule(EXPIRY, '* * * * *', { kind: EXPIRY, payload: {} });
      scheduleNotices(deps, jobs);
    },
    kinds: [createSpecKind('Budget', 40, BudgetSpec, (sql, name, spec) => applyBudget(deps, sql, name, spec))],
    routes: createBudgetRoutes(deps, reservationDeps, reservations.meter),
  };
}

async function readLimits(deps: BudgetsDeps, subject: Subject, within: Window): Promise<LimitsNow> {
  const covering = await findCoveringWindows(deps, deps.store, await findBudgets(deps.store, null), subject, within);
  return async (sql, running) => {
    const limits = [];
    for (const window of covering) limits.push(await readWindowLimit(deps, sql, window, running));
    return limits;
  };
}
