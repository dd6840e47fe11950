import { AppError } from '../../../platform/errors/index.ts';
import type { LakeRow } from '../../../platform/lake/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { CostMetric } from '../../billing/schema.ts';
import { buildExactFilter } from '../filters.ts';
import { buildRelations, type CostsDeps, countRejectedRows } from '../relations.ts';
import { listDistinctDimensions } from '../summary.ts';
import { toTextOrNull } from '../text-row.ts';
import {
  addItem,
  addSums,
  buildReportedChange,
  type ComparedItem,
  computeItemEffects,
  createEmptyEffects,
  type EffectSums,
  findLargestEffect,
} from './effects.ts';
import { buildCoversSql, buildItemsSql, buildTotalsSql, type ComparedSide } from './items-sql.ts';
import type { Driver, ExplainedGroup, Explanation } from './schema.ts';
import { createTop } from './top.ts';

export interface ExplainQuestion {
  readonly from: string;
  readonly to: string;
  readonly by: readonly string[];
  readonly metric: CostMetric;
  readonly filter: readonly string[];
  readonly limit: number;
}

/**
 * Explains the change of cost between two periods. Groups and drivers are folded from a stream of SKUs; the totals are
 * summed separately from the rows. Errors: `dimension_unknown`, `bill_period_not_covered`, `invalid_request`.
 */
export async function explain(deps: CostsDeps, question: ExplainQuestion): Promise<Explanation> {
  const dimensions = listDistinctDimensions(question.by.length === 0 ? ['serviceName'] : question.by);
  const [before, after] = [
    await prepareSide(deps, question, question.from, dimensions),
    await prepareSide(deps, question, question.to, dimensions),
  ];
  const [from, to] = [await readSideTotals(deps, before), await readSideTotals(deps, after)];
  const items = buildItemsSql(before, after, dimensions);
  const name = `explanation ${JSON.stringify([dimensions, question.limit])}`;
  const statements = [items, buildTotalsSql(before), buildTotalsSql(after)];
  const explained = await deps.lake.engine.derive(name, statements, async () => {
    const folded = await fold(deps, items, dimensions, question.limit);
    return buildExplanation(folded, [from, to], question.limit);
  });
  return { metric: question.metric, from: from.range, to: to.range, ...explained };
}

async function prepareSide(
  deps: CostsDeps,
  { metric, filter }: ExplainQuestion,
  period: string,
  dimensions: readonly string[],
): Promise<ComparedSide> {
  const [from = period, to = from] = period.split('..');
  const selection = { metric, filter, from, to };
  const compared = { selection, relations: await buildRelations(deps, selection, dimensions) };
  if ((await deps.lake.engine.queryKept(buildCoversSql(compared))).length > 0) return compared;
  const detail = `No bill covers ${period}, so it cannot be compared. List the billing periods with: steelyard cost dimensions`;
  throw new AppError('bill_period_not_covered', detail, { period });
}

interface SideTotals {
  readonly range: Explanation['from'];
  readonly totals: ReadonlyMap<string, string>;
}

async function readSideTotals(deps: CostsDeps, compared: ComparedSide): Promise<SideTotals> {
  const { selection } = compared;
  const rows = await deps.lake.engine.queryKept(buildTotalsSql(compared));
  const rowsWithoutMetric = rows.reduce((sum, row) => sum + Number(row.missing), 0);
  const rejectedRows = await countRejectedRows(deps, selection);
  const { from = '', to = '' } = selection;
  return {
    range: { from, to, leftOut: { rejectedRows, rowsWithoutMetric } },
    totals: new Map(rows.map((row) => [String(row.currency), decimalString(String(row.amount))])),
  };
}

type Values = Record<string, string | null>;
interface FoldedGroup {
  readonly values: Values;
  readonly currency: string;
  readonly sums: EffectSums;
}
interface Folded {
  readonly groups: FoldedGroup[];
  readonly drivers: Driver[];
}

/** Items arrive in the order of their groups, so a group is complete when the next one begins. */
async function fold(deps: CostsDeps, sql: string, dimensions: readonly string[], limit: number): Promise<Folded> {
  const groups: FoldedGroup[] = [];
  const top = createTop<Driver>(limit);
  let current = '';
  for await (const rows of deps.lake.engine.stream(sql)) {
    for (const row of rows) {
      const values: Values = Object.fromEntries(
        dimensions.map((name, index) => [name, toTextOrNull(row[`d${index}`])]),
      );
      const key = JSON.stringify([values, row.currency]);
      if (key !== current) groups.push({ values, currency: String(row.currency), sums: createEmptyEffects() });
      current = key;
      const item = parseItem(row);
      const effects = computeItemEffects(item);
      const group = groups.at(-1);
      if (group !== undefined) addItem(group.sums, item, effects);
      const { name, size } = findLargestEffect(effects);
      top.offer(size, () => ({
        ...parseDriver(row, item, values),
        effect: name,
        ...buildReportedChange(decimal(item.costBefore), decimal(item.costAfter), effects),
      }));
    }
  }
  return { groups, drivers: top.items() };
}

function parseItem(row: LakeRow): ComparedItem {
  const text = (name: string) => String(row[name]);
  return {
    chargeCategory: toTextOrNull(row.category),
    unit: toTextOrNull(row.unit),
    costBefore: text('cost_before'),
    costAfter: text('cost_after'),
    quantityBefore: text('quantity_before'),
    quantityAfter: text('quantity_after'),
    rowsBefore: Number(row.rows_before),
    rowsAfter: Number(row.rows_after),
    volumeBefore: text('volume_before'),
    volumeAfter: text('volume_after'),
  };
}

function parseDriver(row: LakeRow, item: ComparedItem, values: Values): Omit<Driver, 'effect' | 'change' | 'effects'> {
  const { costBefore, costAfter, chargeCategory, unit } = item;
  const sku = toTextOrNull(row.sku);
  return {
    values,
    serviceName: toTextOrNull(row.service),
    sku,
    description: toTextOrNull(row.description),
    chargeCategory,
    pricingCategory: toTextOrNull(row.pricing_category),
    pricingUnit: unit,
    was: buildSide(costBefore, item.quantityBefore, item.rowsBefore, unit),
    is: buildSide(costAfter, item.quantityAfter, item.rowsAfter, unit),
    currency: String(row.currency),
    filter: [
      ...Object.entries(values).map(([name, value]) => buildExactFilter(name, value)),
      buildExactFilter('serviceName', toTextOrNull(row.service)),
      buildExactFilter(toTextOrNull(row.sku_column) ?? 'skuId', sku),
      buildExactFilter('chargeCategory', chargeCategory),
      buildExactFilter('pricingCategory', toTextOrNull(row.pricing_category)),
      buildExactFilter('billingCurrency', String(row.currency)),
    ],
  };
}

const PRICE_DECIMALS = 12;

function buildSide(cost: string, quantity: string, rows: number, unit: string | null): Driver['was'] {
  const isMeasured = unit !== null && rows > 0;
  const amount = decimal(quantity);
  const price = isMeasured && !amount.isZero() ? decimal(cost).dividedBy(amount).toDecimalPlaces(PRICE_DECIMALS) : null;
  return {
    cost: decimalString(cost),
    quantity: isMeasured ? decimalString(amount) : null,
    unitPrice: price === null ? null : decimalString(price),
    rows,
  };
}

function buildExplanation(
  { groups, drivers }: Folded,
  [from, to]: readonly [SideTotals, SideTotals],
  limit: number,
): Pick<Explanation, 'totals' | 'groups' | 'otherGroups' | 'drivers'> {
  const size = ({ sums }: FoldedGroup) => sums.after.minus(sums.before).abs();
  const sorted = groups.toSorted((a, b) => size(b).comparedTo(size(a)));
  const [shown, rest] = [sorted.slice(0, limit), sorted.slice(limit)];
  return {
    totals: [...new Set([...from.totals.keys(), ...to.totals.keys()])].toSorted().map((currency) => {
      const { effects } = sumEffects(groups, currency);
      const [before, after] = [from.totals.get(currency) ?? '0', to.totals.get(currency) ?? '0'];
      return { currency, before, after, ...buildReportedChange(decimal(before), decimal(after), effects) };
    }),
    groups: shown.map(({ values, currency, sums }): ExplainedGroup => ({ values, ...buildChange(currency, sums) })),
    otherGroups: [...new Set(rest.map(({ currency }) => currency))].toSorted().map((currency) => ({
      groups: rest.filter((group) => group.currency === currency).length,
      ...buildChange(currency, sumEffects(rest, currency)),
    })),
    drivers: drivers.filter(({ effects, effect }) => effects[effect] !== '0'),
  };
}

function sumEffects(groups: readonly FoldedGroup[], currency: string): EffectSums {
  const sums = createEmptyEffects();
  for (const group of groups) if (group.currency === currency) addSums(sums, group.sums);
  return sums;
}

function buildChange(currency: string, { before, after, effects }: EffectSums): Omit<ExplainedGroup, 'values'> {
  return {
    currency,
    before: decimalString(before),
    after: decimalString(after),
    ...buildReportedChange(before, after, effects),
  };
}
