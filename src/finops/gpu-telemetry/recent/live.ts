import { quoteLiteral } from '../../../platform/lake/index.ts';
import { buildStretchSelect, GAP_FACTOR } from '../telemetry/day-sql.ts';
import type { GpuMetric } from '../telemetry/schema.ts';
import type { Device } from './devices.ts';
import { buildDevicesSql, buildReadingsSelect } from './gather-sql.ts';

export interface LivePart {
  readonly metric: GpuMetric;
  /** FROM item of recent readings. */
  readonly recent: string;
  readonly devices: readonly Device[];
  /** FROM item of the stretches of days, at the same level. */
  readonly stretches: string;
  readonly level: number;
  /** UTC days, the second exclusive. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** Stretches of readings that are not in their days yet: see `liveSamples`. */
export function buildLiveStretchesSql(part: LivePart): string {
  return buildStretchSelect(`(${buildLiveSamplesSql(part)})`, part.level);
}

/**
 * Readings that are not in their days yet, of each GPU those after its stretches, so that nothing is counted twice. A late
 * reading, before the end of the stretches, is visible after the fold into its day.
 */
export function buildLiveSamplesSql({ metric, recent, devices, stretches, from, to }: LivePart): string {
  const within = [
    'r."sampledAt" >= coalesce(k.until, TIMESTAMP \'1970-01-01\')',
    ...(from === undefined ? [] : [`r."sampledAt" >= TIMESTAMP ${quoteLiteral(from)}`]),
    ...(to === undefined ? [] : [`r."sampledAt" < TIMESTAMP ${quoteLiteral(to)}`]),
  ].join(' AND ');
  const known = `SELECT gpu, max("startedAt" + to_milliseconds("spanMs")) AS until FROM ${stretches} GROUP BY gpu`;
  const after = `SELECT r.* FROM (${buildReadingsSelect(metric, recent, buildDevicesSql(devices))}) r LEFT JOIN (${known}) k ON k.gpu = r.gpu WHERE ${within}`;
  const next = 'lead(epoch_ms("sampledAt")) OVER (PARTITION BY gpu ORDER BY "sampledAt") - epoch_ms("sampledAt")';
  return `SELECT gpu, "sampledAt", value, CASE WHEN ${next} <= ${GAP_FACTOR} * "intervalMs" THEN ${next} ELSE "intervalMs" END AS "spanMs",
      "intervalMs", "import" FROM (${after}) ORDER BY gpu, "sampledAt"`;
}
