import type { RunGpuDay } from '../../finops/gpu-usage/index.ts';
import { listUsedPrices, type MeteredUsage } from '../../finops/metering/index.ts';
import { formatUsedPrice } from '../../finops/prices/index.ts';
import type { Hardware, RunCost } from '../../mlops/runs/schema.ts';
import { decimal, decimalString, sumDecimals } from '../../platform/units/index.ts';
import { sumMoney } from './sum-money.ts';

/** Cost of a run from a bill, in one period and currency. */
export interface BilledPart {
  readonly period: string;
  readonly currency: string;
  readonly reconciled: string | null;
  readonly allocated: string | null;
  readonly coveredHours: string;
}

export interface CostFacts {
  readonly usage: readonly MeteredUsage[];
  readonly billed: readonly BilledPart[];
  /** GPU usage of the run from readings. */
  readonly gpuDays: readonly RunGpuDay[];
  readonly energy: RunCost['energy'];
  /** UTC instant. */
  readonly asOf: string;
}

type Figure = RunCost['metered'];

/** Hours are rounded to 20 decimals part by part; less than this is no hour that a bill lacks. */
const SAME_HOURS = '1e-9';
const NO_USAGE = 'no usage was recorded for the run';
const NO_MACHINE = 'no usage interval of the run names a ResourceId of the bill';

/**
 * The cost of one run from usage, prices and bills. The total is the reconciled cost when billed rows cover all of its
 * metered hours, else the metered cost, else what allocation rules give it; never a sum of them. Metered cost comes from usage
 * intervals, and from GPU readings only for a run without any: both are records of the same work.
 * Example: metered 12, billed rows cover 3 of 4 hours and cost 10 -> reconciled 10 with a reason, total 12 (metered).
 */
export function computeRunCost({ usage, billed, gpuDays, energy, asOf }: CostFacts): RunCost {
  const byGpus = usage.length === 0 && gpuDays.length > 0 ? sumGpuDayCosts(gpuDays) : null;
  const { metered, gpuHours, priceSources, hardware } = byGpus ?? computeUsageCost(usage);
  const reconciled = byGpus === null ? sumReconciled(usage, billed) : buildUnknownFigure(NO_MACHINE);
  const allocated = sumAllocated(billed);
  return {
    total: chooseTotal(metered, reconciled, allocated),
    metered,
    reconciled,
    allocated,
    gpuHours,
    energy,
    priceSources,
    hardware,
    asOf,
  };
}

function computeUsageCost(usage: readonly MeteredUsage[]): GpuCost {
  return {
    metered: sumMetered(usage),
    gpuHours: sumGpuHours(usage),
    priceSources: listUsedPrices(usage).map(formatUsedPrice),
    hardware: groupHardware(usage),
  };
}

function chooseTotal(metered: Figure, reconciled: Figure, allocated: Figure): RunCost['total'] {
  if (reconciled.cost !== null && reconciled.reason === null) return { ...reconciled, basis: 'reconciled' };
  if (metered.cost !== null && metered.reason === null) return { ...metered, basis: 'metered' };
  if (allocated.cost !== null) return { ...allocated, basis: 'allocated' };
  const reason = [metered.reason, reconciled.reason].filter((each) => each !== null);
  return { cost: null, basis: null, reason: [...new Set(reason)].join('; ') };
}

function sumMetered(usage: readonly MeteredUsage[]): Figure {
  if (usage.length === 0) return buildUnknownFigure(NO_USAGE);
  const reasons = new Set(usage.flatMap(({ metered }) => metered.reason ?? []));
  if (reasons.size > 0) return buildUnknownFigure([...reasons].slice(0, 3).join('; '));
  return sumMoney(usage.flatMap(({ metered: { cost } }) => cost ?? []));
}

function sumReconciled(usage: readonly MeteredUsage[], billed: readonly BilledPart[]): Figure {
  if (usage.length === 0) return buildUnknownFigure(NO_USAGE);
  const parts = billed.filter(({ reconciled }) => reconciled !== null);
  if (parts.length === 0) return buildUnknownFigure('no bill row matches its usage yet');
  const sum = sumMoney(parts.map(({ reconciled, currency }) => ({ amount: reconciled ?? '0', currency })));
  const hours = decimal(sumDecimals(usage.map((each) => each.hours)));
  const covered = decimal(sumDecimals(parts.map(({ coveredHours }) => coveredHours)));
  if (sum.cost === null || hours.minus(covered).lte(SAME_HOURS)) return sum;
  const [of, all] = [covered, hours].map((each) => decimalString(each.toDecimalPlaces(2)));
  return { cost: sum.cost, reason: `the bill covers ${of} of ${all} metered hours so far` };
}

function sumAllocated(billed: readonly BilledPart[]): Figure {
  const parts = billed.flatMap(({ allocated, currency }) =>
    allocated === null ? [] : [{ amount: allocated, currency }],
  );
  return parts.length === 0 ? buildUnknownFigure('no allocation rule assigns billed cost to the run') : sumMoney(parts);
}

function buildUnknownFigure(reason: string): Figure {
  return { cost: null, reason };
}

/** Resources of the price book that count GPUs are named `gpu` or `gpu:<model>`. */
function isGpu(resource: string): boolean {
  return /^gpu(:|$)/i.test(resource);
}

function sumGpuHours(usage: readonly MeteredUsage[]): RunCost['gpuHours'] {
  if (usage.length === 0) return { hours: null, reason: NO_USAGE };
  const gpus = usage.filter((each) => isGpu(each.usage.resource));
  const others = [...new Set(usage.map((each) => each.usage.resource).filter((resource) => !isGpu(resource)))];
  if (gpus.length === 0) {
    return {
      hours: null,
      reason: `its usage is of ${others.slice(0, 3).join(', ')}, with an unknown number of GPUs`,
    };
  }
  return { hours: sumDecimals(gpus.map(({ hours }) => hours)), reason: null };
}

function groupHardware(usage: readonly MeteredUsage[]): Hardware[] {
  const groups = Map.groupBy(usage, (each) => JSON.stringify([each.usage.resource, each.usage.resourceId]));
  return [...groups.values()].flatMap((group): Hardware[] => {
    const [first] = group;
    if (first === undefined) return [];
    const most = group.reduce(
      (max, each) => (decimal(each.usage.quantity).gt(max) ? each.usage.quantity : max),
      first.usage.quantity,
    );
    const { resource, resourceId } = first.usage;
    return [{ resource, resourceId, quantity: most, hours: sumDecimals(group.map(({ hours }) => hours)) }];
  });
}

/** Cost of a run from GPU readings: the fields that usage intervals provide otherwise. */
type GpuCost = Pick<RunCost, 'metered' | 'gpuHours' | 'priceSources' | 'hardware'>;

/**
 * The metered cost of a run by readings of the GPUs that it held: their time times its price, as the GPU reports have it. A day
 * of which a part has no cost makes the whole unknown, with the reasons. `days`: of one run, one per UTC day, not empty.
 * Example: 2 days of 48 GPU-hours at 2.4 USD each -> metered 230.4 USD, 96 GPU-hours.
 */
function sumGpuDayCosts(days: readonly RunGpuDay[]): GpuCost {
  const reasons = [...new Set(days.flatMap((day) => day.reasons))].toSorted();
  const devices = days.flatMap((day) => day.devices);
  const sources = [...new Set(days.flatMap(({ priceSources }) => priceSources))].toSorted();
  return {
    metered:
      reasons.length > 0
        ? { cost: null, reason: reasons.slice(0, 3).join('; ') }
        : sumMoney(days.flatMap(({ costs }) => costs)),
    gpuHours: { hours: sumDecimals(devices.map(({ gpuHours }) => gpuHours)), reason: null },
    priceSources: sources.map((source) => `GPU readings: ${source}`),
    hardware: groupGpuHardware(devices),
  };
}

function groupGpuHardware(devices: readonly RunGpuDay['devices'][number][]): RunCost['hardware'] {
  const groups = Map.groupBy(devices, ({ host, model }) => JSON.stringify([model, host]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const gpus = new Set(group.map(({ gpu }) => gpu)).size;
    const hours = sumDecimals(group.map(({ gpuHours }) => gpuHours));
    return [{ resource: first.model ?? 'gpu', resourceId: first.host, quantity: String(gpus), hours }];
  });
}
