import { createAllocation, type MeasuredUsage } from '../finops/allocation/index.ts';
import { createAnomalies } from '../finops/anomalies/index.ts';
import { createBilling } from '../finops/billing/index.ts';
import { createBudgets, type ExpectedBreachOf } from '../finops/budgets/index.ts';
import { createCosts } from '../finops/costs/index.ts';
import { createExchange } from '../finops/exchange/index.ts';
import { createForecasts, type Forecasts } from '../finops/forecasts/index.ts';
import { createGpus } from '../finops/gpu-telemetry/index.ts';
import { createMetering, type MeteredUsage, type Metering } from '../finops/metering/index.ts';
import { createPrices } from '../finops/prices/index.ts';
import { createSources } from '../finops/sources/index.ts';
import { createStatements } from '../finops/statements/index.ts';
import { createTokens, type Tokens } from '../finops/tokens/index.ts';
import type { Org } from '../org/index.ts';
import { openBucket } from '../platform/buckets/index.ts';
import { createTelling } from '../platform/notices/index.ts';
import { createUploads } from '../platform/uploads/index.ts';
import type { Ground } from './ground.ts';
import { measuredServing } from './wire-serving.ts';

/** CAN WE AFFORD IT? */
export function wireFinops(ground: Ground & { readonly org: Org }) {
  const uploads = createUploads(ground);
  const prices = createPrices({ ...ground, uploads });
  const metering = createMetering({ ...ground, prices });
  const tokens = createTokens(ground);
  const allocation = createAllocation({
    ...ground,
    usage: measuredUsage(metering, tokens),
    metered: { within: async (sql, window) => (await metering.within(sql, window)).map(withCost) },
  });
  const billing = createBilling({ ...ground, uploads, deriver: allocation.deriver });
  const sources = createSources({
    ...ground,
    uploads,
    openBucket,
    keepsRaw: billing.keepsRaw,
    setProvisionalDays: billing.setProvisionalDays,
    importDelivery: (request, isWanted) => billing.importDelivery(request, 'sync', isWanted),
    deleteBills: billing.deleteSource,
    heldSources: billing.heldSources,
  });
  const exchange = createExchange(ground);
  const costs = createCosts({ ...ground, billing, exchange });
  prices.listen(ground.events);
  metering.listen(ground.events);
  tokens.listen(ground.events);
  uploads.schedule(ground.jobs);
  allocation.schedule(ground.jobs);
  billing.schedule(ground.jobs);
  const telling = createTelling(ground.config);
  const publicUrl = ground.config.publicUrl ?? null;
  // Circular: forecasts use the standing of budgets, and budgets alert on forecasts.
  const expectedBreach: ExpectedBreachOf = (sql, budget) => forecasts.expectedBreach(sql, budget);
  const budgets = createBudgets({ ...ground, ...telling, expectedBreach, costs, exchange, metering, prices });
  budgets.schedule(ground.jobs);
  const forecasts: Forecasts = createForecasts({ ...ground, costs, budgets });
  forecasts.listen(ground.events);
  const statements = createStatements({ ...ground, billing, exchange });
  billing.addDependent(statements.naming);
  const gpus = createGpus({
    ...ground,
    uploads,
    prices,
    costs,
    measured: measuredServing(ground.store, metering),
    usage: async (sql, within) => (await metering.within(sql, within)).map(({ usage }) => usage),
    workloads: allocation.workloadSubjects,
  });
  const anomalies = createAnomalies({
    ...{ ...ground, ...telling, billing, costs, gpus, metering, publicUrl },
    minImpactPercent: ground.config.anomalyMinImpactPercent,
  });
  anomalies.listen(ground.events);
  anomalies.schedule(ground.jobs);
  const money = { allocation, billing, costs, exchange, prices, metering, budgets, statements };
  return { ...money, uploads, sources, anomalies, forecasts, tokens, gpus };
}

/** Usage for allocation rules that split by it. */
function measuredUsage(metering: Metering, tokens: Tokens): MeasuredUsage {
  return {
    intervals: async (sql, within) => (await metering.within(sql, within)).map(({ usage }) => usage),
    tokens: tokens.counted,
    fingerprint: async (sql, within) =>
      `${await metering.fingerprint(sql, within)} ${await tokens.fingerprint(sql, within)}`,
  };
}

/** Usage for the reconciliation. */
function withCost({ usage, metered }: MeteredUsage) {
  return { ...usage, cost: metered.cost };
}
