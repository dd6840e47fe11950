/** One condition of a slice: a dimension of costs and its value. */
export interface SlicePart {
  readonly dimension: string;
  readonly value: string;
}

/** A selection of ledger rows: all rows that match every part; without parts, all rows. */
export type Slice = readonly SlicePart[];

/** Measure of a series: cost, quantity or price of a SKU, cost of predictions, or GPU figures. */
export type Measure =
  | 'cost'
  | 'quantity'
  | 'unit_cost'
  | 'cost_per_1000_predictions'
  | 'gpu_idle_cost'
  | 'gpu_utilization';

/** Measured by readings of GPUs, not by bills. */
export function isOfGpus(measure: Measure): boolean {
  return measure === 'gpu_idle_cost' || measure === 'gpu_utilization';
}

/** Measures of cost on the bill; the others measure how well the same cost is used. */
export function isOfBill(measure: Measure): boolean {
  return measure === 'cost' || measure === 'quantity' || measure === 'unit_cost';
}

/** Whether the values of a series are money that adds up over slices and days. */
export function isMoney(measure: Measure): boolean {
  return measure === 'cost' || measure === 'gpu_idle_cost';
}

/** 1 if a higher value means more cost, -1 if a lower value does: at a lower utilization, the same cost buys less. */
export function getMoneySide(measure: Measure): 1 | -1 {
  return measure === 'gpu_utilization' ? -1 : 1;
}

/** Dimensions with separately judged slices, the coarsest first. `sku` represents the three columns that name a SKU. */
export const JUDGED_DIMENSIONS = ['subAccountId', 'serviceName', 'team', 'model', 'endpoint', 'sku'] as const;
/** Dimensions that can identify the cause of a change. */
export const CAUSE_DIMENSIONS = [
  'team',
  'model',
  'endpoint',
  'subAccountId',
  'serviceName',
  'sku',
  'regionId',
  'resourceId',
] as const;

const CAUSE_ORDER: readonly string[] = [...CAUSE_DIMENSIONS, 'gpu'];
const SKU_COLUMNS = ['skuId', 'skuMeter', 'chargeDescription'];

export function isSku(dimension: string): boolean {
  return SKU_COLUMNS.includes(dimension);
}

/** Owner first, then the resource. */
export function sortSlice(slice: Slice): Slice {
  const rank = ({ dimension }: SlicePart) => CAUSE_ORDER.indexOf(isSku(dimension) ? 'sku' : dimension);
  return slice.toSorted((a, b) => rank(a) - rank(b));
}

/** Whether a row with these values belongs to a slice. */
export function matchesSlice(slice: Slice, values: Readonly<Record<string, string | null>>): boolean {
  return slice.every(({ dimension, value }) => values[dimension] === value);
}

/** Whether two slices can have one cause: they do not contradict each other, and they share something, if only everything. */
export function areCompatible(a: Slice, b: Slice): boolean {
  const other = new Map(b.map(({ dimension, value }) => [dimension, value]));
  const shared = a.filter(({ dimension }) => other.has(dimension));
  if (shared.some(({ dimension, value }) => other.get(dimension) !== value)) return false;
  return shared.length > 0 || a.length === 0 || b.length === 0;
}

/** Whether all rows of `inner` belong to `outer`, as far as their parts show. */
export function isWithin(inner: Slice, outer: Slice): boolean {
  return outer.every((part) =>
    inner.some(({ dimension, value }) => dimension === part.dimension && value === part.value),
  );
}

export function areSameSlices(a: Slice, b: Slice): boolean {
  return isWithin(a, b) && isWithin(b, a);
}

/** One text for one slice, whatever the order of its parts. */
export function buildSliceKey(slice: Slice): string {
  return JSON.stringify(slice.map(({ dimension, value }) => [dimension, value]).toSorted());
}
