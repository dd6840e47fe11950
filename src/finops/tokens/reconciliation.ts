import type { z } from 'zod';
import { identifier, literal } from '../../platform/lake/index.ts';
import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import { billedUnits, mayBeTokens, meterPartColumns, meterTextOf } from './bill-meters.ts';
import type { Catalogue } from './catalogue.ts';
import { type Classification, classifyTokenMeter, type MeterText, type TokenMeter } from './classify.ts';
import type { PriceOf } from './pricing.ts';
import { effectiveRate, perMillionAt } from './rates/schema.ts';
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
export function billedMetersSql(bill: string, metric: CostMetric, period: string | undefined): string {
  const column = identifier(metric.charAt(0).toUpperCase() + metric.slice(1));
  const ofPeriod = period === undefined ? '' : `AND period = ${literal(period)}`;
  return `SELECT ${meterPartColumns}, period, strftime(ChargePeriodStart, '%Y-%m-%d') AS day, BillingCurrency AS currency,
    count(*)::INTEGER AS rows, (count(*) - count(${column}))::INTEGER AS unstated, sum(${billedUnits})::VARCHAR AS quantity, sum(${column})::VARCHAR AS cost,
    (${billedUnits}) IS NULL AS no_quantity
    FROM ${bill} WHERE ${mayBeTokens} ${ofPeriod} GROUP BY ALL`;
}

export function billedMeterOf(row: Readonly<Record<string, unknown>>): BilledMeter {
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return {
    text: meterTextOf(row),
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
  const rows = [...classified.values()].map(({ meter, of }) => billedTokens(meter, of, priceOf));
  const unclassified = [...others.values()].map(({ reason, of }) => unclassifiedCost(reason, of));
  return {
    rows: rows.toSorted(byCost),
    unclassified: unclassified.toSorted(byCost),
    totals: totalsOf(rows, unclassified, meters),
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

function billedTokens(meter: TokenMeter, of: readonly CountedMeter[], priceOf: PriceOf): BilledTokens {
  const tokens = sumOf(of.map((billed) => billed.tokens));
  const cost = sumOrNull(of.map(({ cost }) => cost));
  const priced = pricedDays(meter, of, priceOf);
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
    cost: textOf(cost),
    costPerMillion: perMillion(cost, tokens),
    cataloguePerMillion: perMillion(priced.cost, tokens),
    catalogueCost: textOf(priced.cost),
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
function pricedDays(meter: TokenMeter, of: readonly CountedMeter[], priceOf: PriceOf): Priced {
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
    const rate = effectiveRate(price.rates, direction);
    if (rate === null)
      return { cost: null, source: price.source, reason: `its price has none for ${direction} tokens` };
    const requestSize = meter.longContext ? Number.MAX_SAFE_INTEGER : 0;
    cost = cost.plus(billed.tokens.times(perMillionAt(rate, requestSize)).dividedBy(MILLION));
    if (price.source !== null) sources.add(price.source);
  }
  return { cost, source: [...sources].toSorted().join('; '), reason: null };
}

function unclassifiedCost(reason: string, of: readonly BilledMeter[]): UnclassifiedCost {
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
    cost: textOf(sumOrNull(of.map(({ cost }) => cost))),
    reason,
  };
}

function totalsOf(
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
      tokenCost: costsOf(own),
      pricedTokenCost: costsOf(priced),
      catalogueCost: decimalString(sumOf(priced.map(({ catalogueCost }) => decimal(catalogueCost ?? 0)))),
      unclassifiedCost: costsOf(rest),
      rowsWithoutMetric: meters.reduce((sum, own) => sum + (own.currency === currency ? own.unstatedRows : 0), 0),
    };
  });
}

/** Zero without rows; null when none of the rows states its cost. */
function costsOf(rows: readonly { readonly cost: string | null }[]): string | null {
  return rows.length === 0 ? '0' : textOf(sumOrNull(rows.map(({ cost }) => cost)));
}

function sumOf(values: readonly Decimal[]): Decimal {
  return values.reduce((sum, value) => sum.plus(value), decimal(0));
}

function sumOrNull(values: readonly (string | null)[]): Decimal | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : sumOf(known.map((value) => decimal(value)));
}

function perMillion(cost: Decimal | null, tokens: Decimal): string | null {
  if (cost === null || tokens.isZero()) return null;
  return decimalString(cost.times(MILLION).dividedBy(tokens).toDecimalPlaces(DECIMALS));
}

function textOf(value: Decimal | null): string | null {
  return value === null ? null : decimalString(value);
}

function byCost(a: { readonly cost: string | null }, b: { readonly cost: string | null }): number {
  return decimal(b.cost ?? 0).comparedTo(a.cost ?? 0);
}
