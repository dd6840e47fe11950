import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import type { ChargeCell, ChargeCondition, DailyCharges, SliceDay } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';

/** Dimensions of GPU time; the same names as on bills. */
export const GPU_DIMENSIONS = ['team', 'model', 'endpoint'] as const;
const CELL_DIMENSIONS = [...GPU_DIMENSIONS, 'gpu'] as const;
export const GPU_HOURS = 'GPU-hours';

/** The interface of daily charges, with data from GPU readings instead of bills. */
export type ChargeQueries = Pick<DailyCharges, 'daily' | 'cells'>;

/** The cost to report: idle cost, or the cost of all paid hours without usage. */
export type GpuMoney = 'idle' | 'unused';

/**
 * GPU time as charges: a kind of charge is one GPU of one owner, and its quantity is GPU-hours. Causes are therefore found
 * and explained like those of bills. Hours without a price are left out. `days`: in time order.
 */
export function buildGpuCharges(days: readonly GpuDay[], money: GpuMoney): ChargeQueries {
  const priced = days.flatMap((one) => priceGpuDay(one, money) ?? []);
  const through = days.at(-1)?.day ?? '';
  return {
    daily: async ({ dimensions, where }) => {
      const of = priced.filter((one) => matchesConditions(one.from, where));
      return [null, ...dimensions].flatMap((dimension) => sumSliceDays(of, dimension, through));
    },
    cells: async ({ currency, where, before, after, most }) => {
      const asked = priced.filter((one) => one.currency === currency && matchesConditions(one.from, where));
      const [first, second] = [selectDays(asked, before), selectDays(asked, after)];
      const keys = new Set([...first, ...second].map(({ from }) => buildCellKey(from)));
      const [ofBefore, ofAfter] = [Map.groupBy(first, getDayKey), Map.groupBy(second, getDayKey)];
      return [...keys]
        .map((key) => buildChargeCell(ofBefore.get(key) ?? [], ofAfter.get(key) ?? []))
        .toSorted((a, b) => Number(b.costAfter) + Number(b.costBefore) - Number(a.costAfter) - Number(a.costBefore))
        .slice(0, most);
    },
  };
}

interface Priced {
  readonly from: GpuDay;
  readonly currency: string;
  readonly cost: string;
  readonly hours: number;
}

function priceGpuDay(from: GpuDay, money: GpuMoney): Priced | null {
  const { currency, paidCost, usedCost, idleCost, paidHours, usedHours, idleHours } = from;
  if (currency === null || paidCost === null || usedCost === null || idleCost === null) return null;
  if (money === 'idle') return { from, currency, cost: idleCost, hours: idleHours };
  return { from, currency, cost: decimalString(decimal(paidCost).minus(usedCost)), hours: paidHours - usedHours };
}

/** Whether the time of a GPU matches the conditions; a condition on a bill-only dimension never matches. */
export function matchesConditions(one: GpuDay, where: readonly ChargeCondition[]): boolean {
  return where.every(
    ({ dimension, value, isNot }) => (toDimensionValues(one)[dimension] === value) === (isNot !== true),
  );
}

function toDimensionValues({ team, model, endpoint, gpu }: GpuDay): Readonly<Record<string, string | null>> {
  return { team, model, endpoint, gpu };
}

function sumSliceDays(days: readonly Priced[], dimension: string | null, through: string): SliceDay[] {
  const groups = Map.groupBy(days, ({ from, currency }) =>
    JSON.stringify([dimension === null ? null : toDimensionValues(from)[dimension], currency, from.day]),
  );
  const slices = [...groups.values()].flatMap((of): SliceDay[] => {
    const [first] = of;
    const value = first === undefined || dimension === null ? null : (toDimensionValues(first.from)[dimension] ?? null);
    if (first === undefined || (dimension !== null && value === null)) return [];
    return [
      {
        ...{ dimension, value, currency: first.currency, day: first.from.day, unit: GPU_HOURS, through },
        cost: sumDecimals(of.map(({ cost }) => cost)),
        quantity: of.reduce((sum, { hours }) => sum + hours, 0),
      },
    ];
  });
  return slices.toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function selectDays(days: readonly Priced[], { from, to }: { readonly from: string; readonly to: string }): Priced[] {
  return days.filter(({ from: { day } }) => day >= from && day <= to);
}

function buildCellKey(one: GpuDay): string {
  const values = toDimensionValues(one);
  return JSON.stringify(CELL_DIMENSIONS.map((name) => values[name]));
}

const getDayKey = ({ from }: Priced): string => buildCellKey(from);

function buildChargeCell(before: readonly Priced[], after: readonly Priced[]): ChargeCell {
  const [first] = [...before, ...after];
  const cost = (of: readonly Priced[]) => sumDecimals(of.map((one) => one.cost));
  const hours = (of: readonly Priced[]) => decimalString(decimal(of.reduce((sum, one) => sum + one.hours, 0)));
  return {
    values: first === undefined ? {} : toDimensionValues(first.from),
    ...{ service: 'GPUs', category: 'Usage', description: null, unit: GPU_HOURS },
    ...{ costBefore: cost(before), costAfter: cost(after) },
    ...{ quantityBefore: hours(before), quantityAfter: hours(after) },
    ...{ rowsBefore: before.length, rowsAfter: after.length },
  };
}
