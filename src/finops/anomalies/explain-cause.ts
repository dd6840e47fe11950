import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import {
  addItem,
  buildExactFilter,
  type ChargeCell,
  type ComparedItem,
  computeItemEffects,
  createEmptyEffects,
  type EffectSums,
  isComparable,
  toEffects,
} from '../costs/index.ts';
import type { AnomalyDriver, AnomalyEvidence, AnomalyRow } from './schema.ts';

const MOST_DRIVERS = 20;
const MOST_ROWS = 50;
/** Expected costs and quantities are estimates: more decimals carry no information. */
const EXPECTED_DECIMALS = 10;

/** Charges with their expected cost, in the currency of the cause. */
interface ScaledCell extends ChargeCell {
  /** Baseline cost, scaled to the expected level over the days of the cause. */
  readonly expected: Decimal;
}

export type Explanation = Omit<AnomalyEvidence, 'points' | 'baseline'> & { readonly sums: EffectSums };

/**
 * Explains the difference between the actual and the expected cost of a cause: price, volume and mix of its SKUs, new SKUs
 * and discontinued ones. `scale` is the expected cost as a share of the baseline cost. All parts add up exactly.
 */
export function explainCause(filter: readonly string[], cells: readonly ChargeCell[], scale: Decimal): Explanation {
  const scaled = cells.map(
    (cell): ScaledCell => ({
      ...cell,
      expected: scale.times(cell.costBefore).toDecimalPlaces(EXPECTED_DECIMALS),
    }),
  );
  const drivers = buildDrivers(scaled, scale);
  const sums = createEmptyEffects();
  for (const { item, effects } of drivers) addItem(sums, item, effects);
  const rows = scaled.map(toAnomalyRow).toSorted(compareByChange);
  const rest = rows.slice(MOST_ROWS);
  return {
    sums,
    effects: toEffects(sums.effects),
    cost: buildCostChange(sums.before, sums.after),
    drivers: drivers
      .map(({ driver }) => driver)
      .toSorted(compareByChange)
      .slice(0, MOST_DRIVERS),
    rows: rows.slice(0, MOST_ROWS),
    otherRows: rest.length === 0 ? null : { count: rest.length, ...sumOfRows(rest) },
    filter: [...filter],
  };
}

/** SKUs bought in one unit; resources and regions of one SKU are one. */
function buildDrivers(cells: readonly ScaledCell[], scale: Decimal) {
  const groups = [
    ...Map.groupBy(cells, (cell) =>
      JSON.stringify([cell.service, findSku(cell)?.value, cell.category, cell.unit]),
    ).values(),
  ];
  const items = groups.map((group) => toComparedItem(group, scale));
  const volume = (of: ComparedItem & { readonly service: string | null }, side: 'quantityBefore' | 'quantityAfter') => {
    const same = items.filter((item) => item.service === of.service && item.unit === of.unit && isMeasured(item));
    return decimalString(same.reduce((sum, item) => sum.plus(item[side]), decimal(0)));
  };
  return groups.map((group, index) => {
    const plain = items[index] ?? toComparedItem(group, scale);
    const volumes = { volumeBefore: volume(plain, 'quantityBefore'), volumeAfter: volume(plain, 'quantityAfter') };
    const item: ComparedItem = { ...plain, ...volumes };
    const effects = computeItemEffects(item);
    const [first] = group;
    const isKnown = item.unit !== null;
    const driver: AnomalyDriver = {
      serviceName: first?.service ?? null,
      sku: first === undefined ? null : (findSku(first)?.value ?? null),
      description: first?.description ?? null,
      chargeCategory: item.chargeCategory,
      unit: item.unit,
      expectedQuantity: isKnown ? decimalString(decimal(item.quantityBefore).toDecimalPlaces(EXPECTED_DECIMALS)) : null,
      actualQuantity: isKnown ? item.quantityAfter : null,
      ...buildCostChange(decimal(item.costBefore), decimal(item.costAfter)),
      effects: toEffects(effects),
    };
    return { item, effects, driver };
  });
}

const NOT_COMPARED = ['Purchase', 'Adjustment'];

function isMeasured(item: ComparedItem): boolean {
  return (
    isComparable(item) && item.rowsBefore > 0 && item.rowsAfter > 0 && !NOT_COMPARED.includes(item.chargeCategory ?? '')
  );
}

/** The quantity that was expected has exactly the price of before, so that a price that stayed is no effect. */
function toComparedItem(
  cells: readonly ScaledCell[],
  scale: Decimal,
): ComparedItem & { readonly service: string | null } {
  const [first] = cells;
  const total = (of: (cell: ScaledCell) => Decimal | string) =>
    decimalString(cells.reduce((sum, cell) => sum.plus(of(cell)), decimal(0)));
  const [cost, quantity, expected] = [
    total(({ costBefore }) => costBefore),
    total(({ quantityBefore }) => quantityBefore),
    total((cell) => cell.expected),
  ];
  return {
    service: first?.service ?? null,
    chargeCategory: first?.category ?? null,
    unit: first?.unit ?? null,
    costBefore: expected,
    costAfter: total(({ costAfter }) => costAfter),
    quantityBefore: decimalString(
      decimal(cost).isZero() ? scale.times(quantity) : decimal(expected).times(quantity).dividedBy(cost),
    ),
    quantityAfter: total(({ quantityAfter }) => quantityAfter),
    rowsBefore: cells.reduce((sum, { rowsBefore }) => sum + rowsBefore, 0),
    rowsAfter: cells.reduce((sum, { rowsAfter }) => sum + rowsAfter, 0),
    volumeBefore: '0',
    volumeAfter: '0',
  };
}

const SKU_COLUMNS = ['skuId', 'skuMeter', 'chargeDescription'];

function findSku({ values }: Pick<ChargeCell, 'values'>): { readonly column: string; readonly value: string } | null {
  for (const column of SKU_COLUMNS) {
    const value = values[column];
    if (value != null) return { column, value };
  }
  return null;
}

function toAnomalyRow(cell: ScaledCell): AnomalyRow {
  const { values, category, rowsAfter, costAfter, expected } = cell;
  return {
    values,
    chargeCategory: category,
    rows: rowsAfter,
    ...buildCostChange(expected, decimal(costAfter)),
    filter: [
      ...Object.entries(values).map(([name, value]) => buildExactFilter(name, value)),
      buildExactFilter('chargeCategory', category),
    ],
  };
}

function buildCostChange(expected: Decimal, actual: Decimal): AnomalyEvidence['cost'] {
  return {
    expected: decimalString(expected),
    actual: decimalString(actual),
    change: decimalString(actual.minus(expected)),
  };
}

function sumOfRows(rows: readonly AnomalyRow[]): AnomalyEvidence['cost'] {
  const sum = (of: 'expected' | 'actual') => rows.reduce((total, row) => total.plus(row[of]), decimal(0));
  return buildCostChange(sum('expected'), sum('actual'));
}

function compareByChange(a: { readonly change: string }, b: { readonly change: string }): number {
  return decimal(b.change).abs().comparedTo(decimal(a.change).abs());
}
