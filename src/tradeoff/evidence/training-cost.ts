import type { Billing } from '../../finops/billing/index.ts';
import type { MeteredTotalWithBooks } from '../../finops/metering/index.ts';
import type { RunCost } from '../../mlops/runs/schema.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { CostEvidence } from './schema.ts';

/**
 * Cost of the run of a version: the effective cost of the bill where it covers all metered hours, so that a training on committed
 * capacity has the cost of the commitment; else usage times the price book. Unknown with its reason where neither is known.
 */
export function toTrainingCost(
  metered: MeteredTotalWithBooks | null,
  runId: string | null,
  { total }: Pick<RunCost, 'total'>,
): CostEvidence {
  if (metered === null || runId === null) return buildUnknownCost(null, 'the version names no run', 'registry');
  if (isReconciled({ total }) && total.cost !== null) {
    const source = `effective cost of the bill, split by metered usage of run ${runId}`;
    return buildKnownCost(metered, { cost: total.cost, basis: 'reconciled', source });
  }
  const source = `metered usage of run ${runId}`;
  if (metered.unpricedIntervals > 0) return buildUnknownCost(metered, explainUnpriced(metered), source);
  if (metered.cost === null) return buildUnknownCost(metered, 'no usage was recorded for its run', source);
  const books = `${source}, price book ${metered.priceBooks.join(', ')}`;
  return buildKnownCost(metered, { cost: metered.cost, basis: 'metered', source: books });
}

/** Deliveries of the bills that reconciled costs were taken from, in order of the bills; none for other costs. */
export async function findCostDeliveries(
  billing: Pick<Billing, 'currentUnits'>,
  sql: Sql,
  costs: readonly { readonly isReconciled: boolean; readonly window: CostEvidence['window'] }[],
): Promise<string[]> {
  const month = (at: string) => at.slice(0, 'YYYY-MM'.length);
  const windows = costs.flatMap((cost) => (cost.isReconciled && cost.window !== null ? [cost.window] : []));
  if (windows.length === 0) return [];
  const units = await billing.currentUnits(sql);
  return units
    .filter(({ period }) => windows.some(({ start, end }) => period >= month(start) && period <= month(end)))
    .map(({ delivery }) => delivery);
}

function isReconciled({ total }: Pick<RunCost, 'total'>): boolean {
  return total.basis === 'reconciled';
}

function buildKnownCost(
  { pricedIntervals, unpricedIntervals, period }: MeteredTotalWithBooks,
  { cost, basis, source }: Required<Pick<CostEvidence, 'cost' | 'basis' | 'source'>>,
): CostEvidence {
  const intervals = pricedIntervals + unpricedIntervals;
  return { cost, reason: null, basis, intervals, predictions: null, window: period, source };
}

function buildUnknownCost(total: MeteredTotalWithBooks | null, reason: string, source: string): CostEvidence {
  return {
    cost: null,
    reason,
    basis: 'metered',
    intervals: total === null ? 0 : total.pricedIntervals + total.unpricedIntervals,
    predictions: total?.predictions ?? null,
    window: total?.period ?? null,
    source,
  };
}

function explainUnpriced(total: MeteredTotalWithBooks): string {
  return `no price for ${total.unpricedResources.join(', ')} at the time of use; apply a PriceBook that has it`;
}
