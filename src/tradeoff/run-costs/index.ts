import type { SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { toMonthPeriod } from '../../platform/units/index.ts';
import type { RunCostDeps } from './deps.ts';
import { getRunCostTotals } from './schema.ts';
import { receiveEvent, SETTLE, settleDues, subscribedEvents } from './service.ts';
import { findPeriodTotals } from './store.ts';

export { runCostMigrations } from './migrations.ts';

/** A running run reports every few seconds, and each month's bill is a query of the lake: these updates are batched. */
const EVERY_TEN_MINUTES = '*/10 * * * *';

/** Cost of runs: combines usage, prices and bills and passes the result to tracking, which displays and searches it. */
export interface RunCosts {
  readonly routes: readonly Route[];
}

export function createRunCosts(deps: RunCostDeps & SubscribesToEvents): RunCosts {
  deps.jobs.register(SETTLE, { handler: (_payload, { signal }) => settleDues(deps, signal) });
  deps.jobs.schedule(SETTLE, EVERY_TEN_MINUTES, { kind: SETTLE, payload: null });
  deps.events.subscribe('run-costs', subscribedEvents, (event) => receiveEvent(deps, event));
  return {
    routes: [
      handle(getRunCostTotals, async ({ query: { period } }) => {
        const { start, end } = toMonthPeriod(period);
        const within = { start: Date.parse(start), end: Date.parse(end) };
        const [billed, { totals, unpricedIntervals }] = await Promise.all([
          findPeriodTotals(deps.store, period),
          deps.metering.runsAndOthers(deps.store, within),
        ]);
        return {
          period,
          billed: billed.map(({ asOf: _asOf, ...sums }) => sums),
          metered: [...totals],
          unpricedIntervals,
          asOf: billed[0]?.asOf ?? null,
        };
      }),
    ],
  };
}
