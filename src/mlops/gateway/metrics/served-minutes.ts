import type { Store } from '../../../platform/store/index.ts';
import type { DdSketch } from './dd-sketch.ts';
import { listTalliesIn } from './store.ts';
import { SPANS } from './tally.ts';

/** Counts of one version in one minute. */
export interface ServedMinute {
  readonly version: string;
  /** Start of the minute, Unix milliseconds. */
  readonly at: number;
  /** Answers of one replica in a second. */
  readonly requestsPerSecond: number;
  /** 95th percentile of their latency, milliseconds. */
  readonly p95Ms: number;
}

/** Fewer answers have no 95th percentile. */
const LEAST_ANSWERS = 20;
/** Minimum share of a minute in which replicas must have been counted. */
const LEAST_MEASURED = 0.9;

interface Minute {
  answered: number;
  replicas: number;
  measuredMs: number;
  readonly latency: DdSketch;
}

/** Minutes of an endpoint in [start, end) Unix ms, in which its replicas were counted and answered enough to be judged. */
export async function readServedMinutes(
  store: Store,
  endpoint: string,
  within: { readonly start: number; readonly end: number },
): Promise<ServedMinute[]> {
  const minutes = new Map<string, Minute & { version: string; at: number }>();
  for (const tally of await listTalliesIn(store, endpoint, { spanMs: SPANS.minute, ...within })) {
    const key = `${tally.at} ${tally.variant} ${tally.version}`;
    const replicas = tally.measuredMs === 0 ? 0 : tally.replicaMs / tally.measuredMs;
    const known = minutes.get(key);
    if (known === undefined) {
      const { version, at, latency, measuredMs } = tally;
      minutes.set(key, { version, at, latency, measuredMs, replicas, answered: tally.endings.answered });
    } else {
      // A tally of another server of the same endpoint: add its requests, but not its replicas, which are the same.
      known.answered += tally.endings.answered;
      known.latency.merge(tally.latency);
      known.replicas = Math.max(known.replicas, replicas);
      known.measuredMs = Math.max(known.measuredMs, tally.measuredMs);
    }
  }
  return [...minutes.values()].flatMap(({ version, at, answered, latency, replicas, measuredMs }) => {
    const p95Ms = latency.quantile(0.95);
    const isWhole = measuredMs >= LEAST_MEASURED * SPANS.minute && replicas > 0;
    if (!isWhole || answered < LEAST_ANSWERS || p95Ms === null) return [];
    return [{ version, at, requestsPerSecond: answered / (SPANS.minute / 1000) / replicas, p95Ms }];
  });
}
