import { createAllocation, type MeasuredUsage } from '../finops/allocation/index.ts';
import { createBilling } from '../finops/billing/index.ts';
import { createBudgets } from '../finops/budgets/index.ts';
import { createCosts } from '../finops/costs/index.ts';
import { createExchange } from '../finops/exchange/index.ts';
import { createForecasts, findExpectedBreach } from '../finops/forecasts/index.ts';
import { createMetering, type MeteredUsage, type Metering } from '../finops/metering/index.ts';
import { createPrices } from '../finops/prices/index.ts';
import { createSources } from '../finops/sources/index.ts';
import { createStatements } from '../finops/statements/index.ts';
import { createTokens, type Tokens } from '../finops/tokens/index.ts';
import type { FindSubjectOwner, Org } from '../org/index.ts';
import { openBucket } from '../platform/buckets/index.ts';
import type { createTelling } from '../platform/notices/index.ts';
import { createUploads } from '../platform/uploads/index.ts';
import type { Infrastructure } from './infrastructure.ts';

export interface FinopsDeps {
  readonly org: Org;
  readonly notices: ReturnType<typeof createTelling>;
  readonly ownerOf: FindSubjectOwner;
}

/** FinOps: bills and their allocation, prices, metering, budgets and forecasts. */
export function wireFinops(
  { config, clock, log, store, lake, objects, events, jobs }: Infrastructure,
  { org, notices: { mail, rules }, ownerOf }: FinopsDeps,
) {
  const uploads = createUploads({ objects, clock, config });
  uploads.schedule(jobs);
  const prices = createPrices({ config, clock, store, lake, objects, events, uploads });
  const metering = createMetering({ clock, store, events, org, prices, ownerOf });
  const tokens = createTokens({ clock, store, lake, events, ownerOf });
  const allocation = createAllocation({
    clock,
    store,
    lake,
    events,
    usage: createMeasuredUsage(metering, tokens),
    metered: { within: async (sql, window) => (await metering.within(sql, window)).map(addCost) },
  });
  allocation.schedule(jobs);
  const { deriver } = allocation;
  const billing = createBilling({ config, clock, log, store, lake, objects, events, jobs, uploads, deriver });
  billing.schedule(jobs);
  const sources = createSources({
    clock,
    log,
    store,
    jobs,
    uploads,
    openBucket,
    keepsRaw: billing.keepsRaw,
    setProvisionalDays: billing.setProvisionalDays,
    importDelivery: (request, isWanted) => billing.importDelivery(request, 'sync', isWanted),
    deleteBills: billing.deleteSource,
    heldSources: billing.heldSources,
  });
  const exchange = createExchange({ store });
  const costs = createCosts({ config, store, lake, billing, exchange });
  const budgets = createBudgets({
    config,
    clock,
    log,
    store,
    events,
    mail,
    rules,
    org,
    prices,
    metering,
    costs,
    exchange,
    expectedBreach: findExpectedBreach,
  });
  budgets.schedule(jobs);
  const forecasts = createForecasts({ clock, store, events, jobs, costs, budgets });
  const statements = createStatements({ config, clock, store, lake, billing, exchange });
  billing.addDependent(statements.naming);
  return {
    uploads,
    prices,
    metering,
    tokens,
    allocation,
    billing,
    sources,
    exchange,
    costs,
    budgets,
    forecasts,
    statements,
  };
}

/** Usage for allocation rules that split by it. */
function createMeasuredUsage(metering: Metering, tokens: Tokens): MeasuredUsage {
  return {
    intervals: async (sql, within) => (await metering.within(sql, within)).map(({ usage }) => usage),
    tokens: tokens.counted,
    fingerprint: async (sql, within) =>
      `${await metering.fingerprint(sql, within)} ${await tokens.fingerprint(sql, within)}`,
  };
}

/** Usage for the reconciliation. */
function addCost({ usage, metered }: MeteredUsage) {
  return { ...usage, cost: metered.cost };
}
