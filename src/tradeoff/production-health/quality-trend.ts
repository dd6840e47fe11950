import type { Monitor } from '../../mlops/monitors/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { GatherDeps } from './gather-models.ts';
import type { ModelHealth, QualityTrend } from './schema.ts';

const DAYS = 14;

/** Quality by UTC day of the first model with a measured quality; null: none has one. */
export async function readQualityTrend(
  { clock, monitoring }: GatherDeps,
  monitors: readonly Monitor[],
  models: readonly Pick<ModelHealth, 'model' | 'monitor' | 'quality'>[],
): Promise<QualityTrend | null> {
  const found = models.find(({ quality }) => quality !== null);
  const monitor = monitors.find((one) => one.monitor === found?.monitor);
  if (found?.quality == null || monitor === undefined) return null;
  const { metric } = found.quality;
  const today = clock.now() - (clock.now() % DAY_MS);
  const start = new Date(today - (DAYS - 1) * DAY_MS).toISOString();
  const windows = await monitoring.days(monitor, start);
  const days = windows.flatMap(({ period, shown }) => {
    const quality = shown.find((one) => one.metric === metric);
    if (period === null || quality === undefined || quality.value === null) return [];
    const { value, sampleSize: predictions, estimated } = quality;
    return [{ day: toDay(period.start), value, predictions, estimated }];
  });
  return { model: found.model, metric, from: toDay(start), through: toDay(new Date(today).toISOString()), days };
}

function toDay(instant: string): string {
  return instant.slice(0, 'YYYY-MM-DD'.length);
}
