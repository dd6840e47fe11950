import { groupByTime, type MeasuredUsage, type PriceNow, priceHardware, type TimedUsage } from './measured-usage.ts';
import type { Hardware } from './schema.ts';

/** Measured service times of single requests on one hardware. */
export interface ServiceSample {
  readonly source: 'traffic' | 'benchmark';
  readonly endpoint: string | null;
  readonly hardware: Hardware;
  /** Predictions of one request. */
  readonly batchSize: number;
  /** Requests that a replica works on at a time. */
  readonly concurrency: number;
  readonly serviceSeconds: readonly number[];
  readonly measurements: number;
}

/**
 * Service times that benchmarks recorded, one sample for each hardware and batch size. Of requests that were sent at several concurrencies those of the
 * largest are taken: with fewer at a time a request is served sooner than a full replica would serve it.
 *
 * @example two intervals with 40 service times each on 1 x gpu, batches of 8 -> one sample of 80.
 */
export function buildBenchmarkSamples(usage: readonly MeasuredUsage[], priceNow: PriceNow): ServiceSample[] {
  const measured = groupByTime(usage.filter(({ endpoint }) => endpoint === null));
  const timed = measured.filter(({ benchmark }) => benchmark?.serviceSeconds !== undefined);
  const keyOf = ({ parts, benchmark }: TimedUsage) => JSON.stringify([parts, benchmark?.batchSize]);
  return [...Map.groupBy(timed, keyOf).values()].flatMap((group) => {
    const [first] = group;
    if (first?.benchmark == null) return [];
    const concurrency = Math.max(...group.map(({ benchmark }) => benchmark?.concurrency ?? 1));
    const serviceSeconds = group.flatMap(({ benchmark }) =>
      (benchmark?.concurrency ?? 1) === concurrency ? (benchmark?.serviceSeconds ?? []) : [],
    );
    const { hardware } = priceHardware(first.parts, priceNow);
    return [
      {
        source: 'benchmark' as const,
        endpoint: null,
        hardware,
        batchSize: first.benchmark.batchSize,
        concurrency,
        serviceSeconds,
        measurements: serviceSeconds.length,
      },
    ];
  });
}
