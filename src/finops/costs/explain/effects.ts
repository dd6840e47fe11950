import { EXACT_DECIMALS } from '../../../platform/lake/index.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import { type EffectName, type Effects, effectNames } from './schema.ts';

/** Scale of the lake's decimals: parts of a change are rounded to it, so that they add up exactly. */
const SCALE = EXACT_DECIMALS;
/** Halves round up regardless of sign: only then do x and x + n, rounded, differ by exactly n. */
const HALF_CEIL = 7;

/** One SKU in both periods. Costs in one currency, quantities in `unit`. */
export interface ComparedItem {
  readonly chargeCategory: string | null;
  /** Pricing unit; null where rows have no pricing quantity or no unit. */
  readonly unit: string | null;
  readonly costBefore: string;
  readonly costAfter: string;
  readonly quantityBefore: string;
  readonly quantityAfter: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Total quantity of all comparable SKUs of the service in this unit: the volume; see `isComparable`. */
  readonly volumeBefore: string;
  readonly volumeAfter: string;
}

/** Effects that are not split further, by charge category. */
const byCategory: Readonly<Record<string, EffectName>> = {
  Purchase: 'purchase',
  Credit: 'credit',
  Tax: 'tax',
  Adjustment: 'adjustment',
};

/**
 * Effects of an item on the cost; they add up to `costAfter - costBefore` exactly.
 *
 * Usage in both periods with quantities above zero, p = cost / quantity:
 * - price = (p1 - p0) x q1
 * - volume = p0 x q0 x (Q1 - Q0) / Q0, Q being the quantity of all comparable SKUs of the service in the unit
 * - mix = change - price - volume, which is p0 x (q1 - q0 x Q1 / Q0)
 * Example: 10 h at 1.00 became 20 h at 1.50, alone in its service: price +10, volume +10, mix 0.
 */
export function computeItemEffects(item: ComparedItem): Partial<Record<EffectName, Decimal>> {
  const [before, after] = [decimal(item.costBefore), decimal(item.costAfter)];
  const change = after.minus(before);
  const category = byCategory[item.chargeCategory ?? ''];
  if (category !== undefined) return { [category]: change };
  if (item.rowsBefore === 0) return { new: change };
  if (item.rowsAfter === 0) return { gone: change };
  if (!isComparable(item)) return { unmeasured: change };
  const atOldPrice = roundEffect(before.times(item.quantityAfter).dividedBy(item.quantityBefore));
  const grown = decimal(item.volumeAfter).minus(item.volumeBefore);
  const volume = roundEffect(before.times(grown).dividedBy(item.volumeBefore));
  const price = after.minus(atOldPrice);
  return { price, volume, mix: change.minus(price).minus(volume) };
}

/** Whether price and quantity effects can be separated: usage of a known unit, above zero in both periods. */
export function isComparable(item: Pick<ComparedItem, 'unit' | 'quantityBefore' | 'quantityAfter'>): boolean {
  return item.unit !== null && decimal(item.quantityBefore).gt(0) && decimal(item.quantityAfter).gt(0);
}

function roundEffect(value: Decimal): Decimal {
  return value.toDecimalPlaces(SCALE, HALF_CEIL);
}

/** Running sums of effects, updated item by item. */
export interface EffectSums {
  before: Decimal;
  after: Decimal;
  readonly effects: Record<EffectName, Decimal>;
}

export function createEmptyEffects(): EffectSums {
  const zero = decimal(0);
  const effects = Object.fromEntries(effectNames.map((name) => [name, zero])) as Record<EffectName, Decimal>;
  return { before: zero, after: zero, effects };
}

export function addItem(sums: EffectSums, item: ComparedItem, effects: Partial<Record<EffectName, Decimal>>): void {
  sums.before = sums.before.plus(item.costBefore);
  sums.after = sums.after.plus(item.costAfter);
  for (const name of effectNames) sums.effects[name] = sums.effects[name].plus(effects[name] ?? 0);
}

export function addSums(sums: EffectSums, other: EffectSums): void {
  sums.before = sums.before.plus(other.before);
  sums.after = sums.after.plus(other.after);
  for (const name of effectNames) sums.effects[name] = sums.effects[name].plus(other.effects[name]);
}

export function toEffects(effects: Partial<Record<EffectName, Decimal>>): Effects {
  const shown = effectNames.map((name) => [name, decimalString(effects[name] ?? decimal(0))]);
  return Object.fromEntries(shown) as Effects;
}

/** A difference below half of the smallest coin is a rounding error of the bill. */
const HALF_CENT = '0.005';

/** Whether an amount or a difference rounds to 0.00. */
function isBelowHalfCent(amount: Decimal): boolean {
  return amount.abs().lt(HALF_CENT);
}

/**
 * Difference and parts as reported. A difference below half a cent is zero. Parts below half a cent are added to the
 * largest part, so that the parts still add up to the difference exactly. Example: price -0.00000003, volume 5 ->
 * volume 4.99999997.
 */
export function buildReportedChange(
  before: Decimal,
  after: Decimal,
  effects: Partial<Record<EffectName, Decimal>>,
): { readonly change: string; readonly effects: Effects } {
  const difference = after.minus(before);
  const change = isBelowHalfCent(difference) ? decimal(0) : difference;
  const { name: largest } = findLargestEffect(effects);
  const kept = effectNames.filter((name) => name !== largest && !isBelowHalfCent(effects[name] ?? decimal(0)));
  const rest = kept.reduce((left, name) => left.minus(effects[name] ?? 0), change);
  const parts = Object.fromEntries(kept.map((name) => [name, effects[name]]));
  return { change: decimalString(change), effects: toEffects({ ...parts, [largest]: rest }) };
}

/** The effect with the largest absolute amount, and this amount. */
export function findLargestEffect(effects: Partial<Record<EffectName, Decimal>>): { name: EffectName; size: Decimal } {
  let largest: { name: EffectName; size: Decimal } = { name: 'price', size: decimal(-1) };
  for (const name of effectNames) {
    const size = effects[name]?.abs();
    if (size?.gt(largest.size)) largest = { name, size };
  }
  return largest;
}
