import { HOUR_MS } from '../../platform/units/durations.ts';

export interface Within {
  /** Unix milliseconds, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Columns that identify a container of a workload. */
const WHICH = '"source", "namespace", "workloadKind", "workload", "container"';
const P95 = 0.95;
/** From this number of readings on, one in twenty readings of a pod is above its 95th percentile. */
const LEAST_OF_A_POD = 20;

/**
 * Usage and requests of the containers of workloads, all pods together. CPU is the 95th percentile of the pod with the
 * highest one: pods of one workload may differ, and all get the same requests. Requests and limits are the last reported
 * ones.
 */
export function buildUsesSelect(hours: string, { start, end }: Within): string {
  const within = `SELECT * FROM ${hours} WHERE "hourMs" >= ${start} AND "hourMs" < ${end}`;
  const readings = `SELECT ${WHICH}, "pod", unnest("cpus")::DOUBLE AS cpu FROM h`;
  const counted = `SELECT ${WHICH}, "pod", sum(len("cpus")) AS n FROM h GROUP BY ALL`;
  // For pods with few readings, such as short jobs: the readings of all pods together.
  const few = `SELECT ${WHICH} FROM (${counted}) GROUP BY ALL HAVING max(n) < ${LEAST_OF_A_POD}`;
  const pooled = `SELECT ${WHICH}, quantile_disc(cpu, ${P95}) AS p95 FROM (${readings}) SEMI JOIN (${few}) USING (${WHICH}) GROUP BY ALL`;
  const enough = `SELECT ${WHICH}, "pod" FROM (${counted}) WHERE n >= ${LEAST_OF_A_POD}`;
  const byPod = `SELECT ${WHICH}, "pod", quantile_disc(cpu, ${P95}) AS p95 FROM (${readings}) SEMI JOIN (${enough}) USING (${WHICH}, "pod") GROUP BY ALL`;
  const p95 = `SELECT ${WHICH}, max(p95) AS p95 FROM (${byPod}) GROUP BY ALL UNION ALL ${pooled}`;
  const spans = `SELECT ${WHICH}, "pod", sum(len("cpus")) AS n, (max("lastMs") - min("firstMs")) / any_value("stepMs") + 1 AS expected
    FROM h WHERE "firstMs" IS NOT NULL GROUP BY ALL`;
  const expected = `SELECT ${WHICH}, sum(n)::DOUBLE AS readings, sum(expected)::DOUBLE AS expected FROM (${spans}) GROUP BY ALL`;
  // Of pods of the same hour the larger, so that it is the same each time.
  const newest = (column: string) => `(max({h: "hourMs", v: "${column}"}) FILTER ("${column}" IS NOT NULL)).v`;
  const last = (column: string) => `${newest(column)}::DOUBLE AS "${column}"`;
  const facts = `SELECT ${WHICH}, count(DISTINCT "pod")::INTEGER AS pods, ${newest('pod')} AS "lastPod",
      min("firstMs")::DOUBLE AS "firstMs", max("lastMs")::DOUBLE AS "lastMs", any_value("stepMs")::DOUBLE AS "stepMs",
      sum("memoryReadings")::DOUBLE AS "memoryReadings", max("memoryMaxBytes")::DOUBLE AS "memoryMaxBytes",
      ${['cpuRequest', 'memoryRequestBytes', 'gpuRequest', 'cpuLimit', 'memoryLimitBytes'].map(last).join(', ')},
      sum("throttledPeriods")::DOUBLE AS throttled, sum("cfsPeriods")::DOUBLE AS periods,
      max("memoryLimitBytes") FILTER ("wasEndedForMemory")::DOUBLE AS "endedAtLimitBytes",
      coalesce(bool_or("wasEndedForMemory"), false) AS "wasEndedForMemory",
      coalesce(${newest('isAutoscaled')}, false) AS "isAutoscaled"
    FROM h WHERE len("cpus") > 0 OR "memoryReadings" > 0 GROUP BY ALL`;
  return `WITH h AS (${within})
    SELECT f.*, round(b.p95, 6)::DOUBLE AS "cpusP95", e.readings, e.expected
    FROM (${facts}) f JOIN (${p95}) b USING (${WHICH}) JOIN (${expected}) e USING (${WHICH})
    ORDER BY ${WHICH}`;
}

/** By container of a workload and hour: time of its pods in milliseconds; an hour in which none ran is not there. */
export function buildPodTimesSelect(hours: string, { start, end }: Within): string {
  return `SELECT ${WHICH}, "hourMs"::DOUBLE AS "hourMs", sum(least(len("cpus") * "stepMs", ${HOUR_MS}))::DOUBLE AS "podMs"
    FROM ${hours} WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND len("cpus") > 0 GROUP BY ALL ORDER BY ALL`;
}

/** Hours with data of a source. */
export function buildKnownHoursSelect(hours: string, { start, end }: Within): string {
  return `SELECT DISTINCT "source", "hourMs"::DOUBLE AS "hourMs" FROM ${hours}
    WHERE "hourMs" >= ${start} AND "hourMs" < ${end} AND len("cpus") > 0`;
}

/** Partitions of the days that overlap a period. */
export function selectPartitions(all: readonly string[], { start, end }: Within): string[] {
  const [first, last] = [toDay(start), toDay(end - 1)];
  return all.filter((name) => {
    const day = name.split(' ')[1] ?? '';
    return day >= first && day <= last;
  });
}

function toDay(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
