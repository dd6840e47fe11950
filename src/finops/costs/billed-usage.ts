import { AppError } from '../../platform/errors/index.ts';
import { decimalString } from '../../platform/units/index.ts';
import { parseFilter } from './filters.ts';
import { buildRowSource, isOfAllocation, type RowSelection } from './query.ts';
import { buildRelations, type CostsDeps } from './relations.ts';
import { toTextOrNull } from './text-row.ts';

/** Usage by kind of payment. `unused`: an unused commitment. */
export type UsageKind = 'onDemand' | 'committed' | 'unused' | 'spot';

/** Sum of the usage rows of one charge period, kind and unit. */
export interface PeriodUsage {
  /** UTC, ISO 8601; the end is exclusive. */
  readonly start: string;
  readonly end: string;
  readonly kind: UsageKind;
  readonly unit: string | null;
  /** Exact; null when no row states a quantity. */
  readonly quantity: string | null;
  readonly rowsWithoutQuantity: number;
}

/** An on-demand price of charged rows, per pricing unit. */
export interface PaidPrice {
  readonly amount: string;
  readonly currency: string;
  readonly rows: number;
}

export interface BilledUsage {
  readonly periods: readonly PeriodUsage[];
  /** Prices of the on-demand rows, the price with the most rows first. */
  readonly prices: readonly PaidPrice[];
  /** Ids of the deliveries that contain these rows. */
  readonly deliveries: readonly string[];
}

const KIND = `CASE WHEN CommitmentDiscountStatus = 'Unused' THEN 'unused'
    WHEN CommitmentDiscountStatus = 'Used' OR PricingCategory = 'Committed' THEN 'committed'
    WHEN PricingCategory = 'Dynamic' THEN 'spot' ELSE 'onDemand' END`;
const QUANTITY = `CASE WHEN CommitmentDiscountStatus = 'Unused' THEN CommitmentDiscountQuantity ELSE coalesce(PricingQuantity, ConsumedQuantity) END`;
const UNIT = `CASE WHEN CommitmentDiscountStatus = 'Unused' THEN CommitmentDiscountUnit ELSE coalesce(PricingUnit, ConsumedUnit) END`;

/**
 * Usage per charge period and kind of payment (on demand, commitment, spot). Errors: `invalid_request` for a filter by
 * an allocation dimension, `dimension_unknown`, `bill_delivery_not_found`.
 */
export async function readBilledUsage(deps: CostsDeps, selection: RowSelection): Promise<BilledUsage> {
  refuseShares(selection);
  const relations = await buildRelations(deps, selection);
  const { from, where } = buildRowSource(selection, [], relations);
  const usage = `${where === '' ? 'WHERE' : `${where} AND`} ChargeCategory = 'Usage' AND ChargeClass IS DISTINCT FROM 'Correction'`;
  const [periods, prices, deliveries] = await Promise.all([
    deps.lake.engine.queryKept(`SELECT strftime(ChargePeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS start, strftime(ChargePeriodEnd, '%Y-%m-%dT%H:%M:%SZ') AS "end",
        ${KIND} AS kind, ${UNIT} AS unit, sum(${QUANTITY})::VARCHAR AS quantity, (count(*) - count(${QUANTITY}))::INTEGER AS missing
      FROM ${from} ${usage} AND ChargePeriodStart IS NOT NULL AND ChargePeriodEnd IS NOT NULL GROUP BY ALL ORDER BY 1, 2, 3, 4`),
    deps.lake.engine.queryKept(`SELECT coalesce(ContractedUnitPrice, ListUnitPrice)::VARCHAR AS amount, BillingCurrency AS currency, count(*)::INTEGER AS rows
      FROM ${from} ${usage} AND ${KIND} = 'onDemand' AND coalesce(ContractedUnitPrice, ListUnitPrice) IS NOT NULL AND BillingCurrency IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1`),
    deps.lake.engine.queryKept(`SELECT DISTINCT b.delivery AS delivery FROM ${from} ${usage} ORDER BY 1`),
  ]);
  return {
    periods: periods.map((row) => ({
      start: String(row.start),
      end: String(row.end),
      kind: parseUsageKind(row.kind),
      unit: toTextOrNull(row.unit),
      quantity: row.quantity === null ? null : decimalString(String(row.quantity)),
      rowsWithoutQuantity: Number(row.missing),
    })),
    prices: prices.map((row) => ({
      amount: decimalString(String(row.amount)),
      currency: String(row.currency),
      rows: Number(row.rows),
    })),
    deliveries: deliveries.map((row) => String(row.delivery)),
  };
}

function parseUsageKind(value: unknown): UsageKind {
  const kind = (['onDemand', 'committed', 'unused', 'spot'] as const).find((known) => known === value);
  if (kind === undefined) throw new Error(`usage of the kind ${String(value)} is none of those that the question made`);
  return kind;
}

/** Refuses filters by allocation: a share of a row has no separate quantity for which a commitment could be bought. */
function refuseShares({ filter }: RowSelection): void {
  const shared = filter.map((text) => parseFilter(text).dimension).find(isOfAllocation);
  if (shared === undefined) return;
  const detail = `Usage cannot be filtered by "${shared}", a dimension of the allocation. Filter by a column of the bill: skuId, regionId, subAccountId, tag:KEY.`;
  throw new AppError('invalid_request', detail, { dimension: shared });
}
