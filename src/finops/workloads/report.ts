import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { listContainerUse } from './schema.ts';
import { type ContainerUseDeps, readContainerUses } from './use.ts';

const USUAL_MS = 14 * 24 * HOUR_MS;

/**
 * Requests and usage of containers, in whole hours, up to the end of the present hour. Error: `invalid_request` for a period
 * without an hour.
 */
export async function buildContainerReport(
  deps: ContainerUseDeps & { readonly clock: Clock },
  { from, to }: z.infer<typeof listContainerUse.query>,
): Promise<z.infer<typeof listContainerUse.response>> {
  const now = deps.clock.now();
  const end = Math.ceil((to === undefined ? now : Math.min(now, Date.parse(to))) / HOUR_MS) * HOUR_MS;
  const start = from === undefined ? end - USUAL_MS : Math.floor(Date.parse(from) / HOUR_MS) * HOUR_MS;
  if (start >= end) {
    throw new AppError('invalid_request', '"from" must be before "to" and before now.', {
      from: formatInstant(start),
      to: formatInstant(end),
    });
  }
  const uses = await readContainerUses(deps, { start, end });
  return {
    period: { start: formatInstant(start), end: formatInstant(end) },
    containers: uses.map(
      ({ podsByHour: _pods, cpuPrice: _cpu, memoryPrice: _memory, expectedReadings, gpuRequest: _gpus, ...use }) => {
        const { firstAt, lastAt, memoryReadings: _read, endedAtLimitBytes: _ended, ...rest } = use;
        const coverageRatio = Math.min(1, rest.readings / expectedReadings);
        return { ...rest, coverageRatio, firstAt: formatInstant(firstAt), lastAt: formatInstant(lastAt) };
      },
    ),
  };
}

const formatInstant = (instant: number): string => new Date(instant).toISOString();
