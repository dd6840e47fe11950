import type { RunGpuDay } from '../../finops/gpu-usage/index.ts';
import type { RunCost } from '../../mlops/runs/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { sumMoney } from './sum-money.ts';

/** Cost of a run from GPU readings: the fields that usage intervals provide otherwise. */
export type GpuCost = Pick<RunCost, 'metered' | 'gpuHours' | 'priceSources' | 'hardware'>;

/**
 * The metered cost of a run by readings of the GPUs that it held: their time times its price, as the GPU reports have it. A day
 * of which a part has no cost makes the whole unknown, with the reasons. `days`: of one run, one per UTC day, not empty.
 * Example: 2 days of 48 GPU-hours at 2.4 USD each -> metered 230.4 USD, 96 GPU-hours.
 */
export function sumGpuDayCosts(days: readonly RunGpuDay[]): GpuCost {
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
