import type { z } from 'zod';
import { quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { billedUnits, mayBeTokens, meterPartColumns, rowToMeterText } from './bill-meters.ts';
import type { Catalogue } from './catalogue.ts';
import { type Classification, classifyTokenMeter, type MeterText, type TokenMeter } from './classify.ts';
import type { PriceOf } from './pricing.ts';
import { findEffectiveRate, findPerMillion } from './rates/schema.ts';
import type { BilledTokens, tokenReconciliation, UnclassifiedCost } from './schema.ts';

const MILLION = 1_000_000;
const DECIMALS = 20;

/** Bill rows of one text on one day. */
export interface BilledMeter {
  readonly text: MeterText;
  /** YYYY-MM */
  readonly period: string;
  /** Unix ms of the midnight at which the day of the charges begins. */
  readonly day: number;
  readonly currency: string;
  readonly rows: number;
  /** Of these rows, those that do not state the metric. */
  readonly unstatedRows: number;
  /** Exact, in units of the row; null when no row has a quantity. */
  readonly quantity: string | null;
  /** Exact; null when no row states the metric. */
  readonly cost: string | null;
}

/** SQL that sums bill rows by meter text and day. The result is small for a bill of any size. */
export function buildBilledMetersSql(bill: string, metric: CostMetric, period: string | undefined): string {
  const column = quoteIdentifier(metric.charAt(0).toUpperCase() + metric.slice(1));
  const ofPeriod = period === undefined ? '' : `AND period = ${quoteLiteral(period)}`;
  return `SELECT ${meterPartColumns}, period, strftime(ChargePeriodStart, '%Y-%m-%d') AS day, BillingCurrency AS currency,
    count(*)::INTEGER AS rows, (count(*) - count(${column}))::INTEGER AS unstated, sum(${billedUnits})::VARCHAR AS quantity, sum(${column})::VARCHAR AS cost,
    (${billedUnits}) IS NULL AS no_quantity
    FROM ${bill} WHERE ${mayBeTokens} ${ofPeriod} GROUP BY ALL`;
}

export function rowToBilledMeter(row: Readonly<Record<string, unknown>>): BilledMeter {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return {
    text: rowToMeterText(row),
    period: String(row.period),
    day: Date.parse(`${String(row.day)}T00:00:00Z`),
    currency: String(row.currency),
    rows: Number(row.rows),
    unstatedRows: Number(row.unstated),
    quantity: text(row.quantity),
    cost: text(row.cost),
  };
}

/** Bill rows with their number of tokens; rows of one model may have different units. */
interface CountedMeter extends BilledMeter {
  readonly tokens: Decimal;
}

/** Classifies each distinct text once, regardless of the number of its days. */
function classifyOnce(catalogue: Catalogue): (text: MeterText) => Classification {
  const known = new Map<string, Classification>();
  return (text) => {
    const key = JSON.stringify(text);
    const found = known.get(key) ?? classifyTokenMeter(text, catalogue);
    known.set(key, found);
    return found;
  };
}

type Reconciliation = Omit<z.infer<typeof tokenReconciliation.response>, 'metric'>;

/** Catalogue against bill: every token row next to its catalogue price, and all other rows with their cost and a reason. */
export function reconcile(meters: readonly BilledMeter[], catalogue: Catalogue, priceOf: PriceOf): Reconciliation {
  const classified = new Map<string, { meter: TokenMeter; of: CountedMeter[] }>();
  const others = new Map<string, { reason: string; of: BilledMeter[] }>();
  const classify = classifyOnce(catalogue);
  for (const billed of meters) {
    const { meter, reason } = classify(billed.text);
    if (meter === null || billed.quantity === null) {
      const why = reason ?? 'it states no quantity';
      gather(others, [billed.text, why, billed.period, billed.currency], billed, { reason: why });
      continue;
    }
    const { model, direction, serviceTier, geography, longContext } = meter;
    const { provider, service } = billed.text;
    const what = [model, direction, serviceTier, geography, longContext];
    const tokens = decimal(billed.quantity).times(meter.tokensPerUnit);
    const key = [provider, service, ...what, billed.period, billed.currency];
    gather(classified, key, { ...billed, tokens }, { meter });
  }
  const rows = [...classified.values()].map(({ meter, of }) => buildBilledTokens(meter, of, priceOf));
  const unclassified = [...others.values()].map(({ reason, of }) => buildUnclassifiedCost(reason, of));
  return {
    rows: rows.toSorted(compareByCost),
    unclassified: unclassified.toSorted(compareByCost),
    totals: sumTotals(rows, unclassified, meters),
  };
}

function gather<Facts extends object, Billed>(
  groups: Map<string, Facts & { of: Billed[] }>,
  key: readonly unknown[],
  billed: Billed,
  facts: Facts,
): void {
  const name = JSON.stringify(key);
  const group = groups.get(name);
  if (group === undefined) groups.set(name, { ...facts, of: [billed] });
  else group.of.push(billed);
}

function buildBilledTokens(meter: TokenMeter, of: readonly CountedMeter[], priceOf: PriceOf): BilledTokens {
  const tokens = sumDecimals(of.map((billed) => billed.tokens));
  const cost = sumOrNull(of.map(({ cost }) => cost));
  const priced = priceDays(meter, of, priceOf);
  const [first] = of;
  return {
    provider: first?.text.provider ?? null,
    service: first?.text.service ?? null,
    model: meter.model,
    catalogueModel: meter.catalogueModel?.model ?? null,
    catalogueProvider: meter.catalogueModel?.provider ?? null,
    direction: meter.direction,
    serviceTier: meter.serviceTier,
    geography: meter.geography,
    longContext: meter.longContext,
    period: first?.period ?? '',
    currency: first?.currency ?? '',
    rows: of.reduce((sum, billed) => sum + billed.rows, 0),
    tokens: decimalString(tokens),
    cost: toDecimalText(cost),
    costPerMillion: computePerMillion(cost, tokens),
    cataloguePerMillion: computePerMillion(priced.cost, tokens),
    catalogueCost: toDecimalText(priced.cost),
    difference: cost === null || priced.cost === null ? null : decimalString(cost.minus(priced.cost)),
    priceSource: priced.source,
    reason: priced.reason,
  };
}

interface Priced {
  readonly cost: Decimal | null;
  readonly source: string | null;
  readonly reason: string | null;
}

/** Cost of the tokens by the price of each day; null if a day has no price, or a price in another currency. */
function priceDays(meter: TokenMeter, of: readonly CountedMeter[], priceOf: PriceOf): Priced {
  let cost = decimal(0);
  const sources = new Set<string>();
  for (const billed of of) {
    const { model, catalogueModel, serviceTier, direction } = meter;
    const price = priceOf({ model, provider: billed.text.provider, serviceTier, at: billed.day, catalogueModel });
    if (price.rates === null) return { cost: null, source: null, reason: price.reason };
    if (price.rates.currency !== billed.currency) {
      const reason = `its price is in ${price.rates.currency}, the bill in ${billed.currency}`;
      return { cost: null, source: price.source, reason };
    }
    const rate = findEffectiveRate(price.rates, direction);
    if (rate === null)
      return { cost: null, source: price.source, reason: `its price has none for ${direction} tokens` };
    const requestSize = meter.longContext ? Number.MAX_SAFE_INTEGER : 0;
    cost = cost.plus(billed.tokens.times(findPerMillion(rate, requestSize)).dividedBy(MILLION));
    if (price.source !== null) sources.add(price.source);
  }
  return { cost, source: [...sources].toSorted().join('; '), reason: null };
}

function buildUnclassifiedCost(reason: string, of: readonly BilledMeter[]): UnclassifiedCost {
  const [first] = of;
  return {
    provider: first?.text.provider ?? null,
    service: first?.text.service ?? null,
    meter: first?.text.meter ?? null,
    description: first?.text.description ?? null,
    unit: first?.text.pricingUnit ?? null,
    period: first?.period ?? '',
    currency: first?.currency ?? '',
    rows: of.reduce((sum, billed) => sum + billed.rows, 0),
    cost: toDecimalText(sumOrNull(of.map(({ cost }) => cost))),
    reason,
  };
}

function sumTotals(
  rows: readonly BilledTokens[],
  unclassified: readonly UnclassifiedCost[],
  meters: readonly BilledMeter[],
): Reconciliation['totals'] {
  const currencies = new Set([...rows, ...unclassified].map(({ currency }) => currency));
  return [...currencies].toSorted().map((currency) => {
    const own = rows.filter((row) => row.currency === currency);
    const priced = own.filter((row) => row.catalogueCost !== null && row.cost !== null);
    const rest = unclassified.filter((row) => row.currency === currency);
    return {
      currency,
      tokenCost: sumCosts(own),
      pricedTokenCost: sumCosts(priced),
      catalogueCost: decimalString(sumDecimals(priced.map(({ catalogueCost }) => decimal(catalogueCost ?? 0)))),
      unclassifiedCost: sumCosts(rest),
      rowsWithoutMetric: meters.reduce((sum, own) => sum + (own.currency === currency ? own.unstatedRows : 0), 0),
    };
  });
}

/** Zero without rows; null when none of the rows states its cost. */
function sumCosts(rows: readonly { readonly cost: string | null }[]): string | null {
  return rows.length === 0 ? '0' : toDecimalText(sumOrNull(rows.map(({ cost }) => cost)));
}

function sumDecimals(values: readonly Decimal[]): Decimal {
  return values.reduce((sum, value) => sum.plus(value), decimal(0));
}

function sumOrNull(values: readonly (string | null)[]): Decimal | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sumDecimals(known.map((value) => decimal(value)));
}

function computePerMillion(cost: Decimal | null, tokens: Decimal): string | null {
  if (cost === null || tokens.isZero()) return null;
  return decimalString(cost.times(MILLION).dividedBy(tokens).toDecimalPlaces(DECIMALS));
}

function toDecimalText(value: Decimal | null): string | null {
  return value === null ? null : decimalString(value);
}

function compareByCost(a: { readonly cost: string | null }, b: { readonly cost: string | null }): number {
  return decimal(b.cost ?? 0).comparedTo(a.cost ?? 0);
}
