import { AppError } from '../../../platform/errors/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { MeasuredProfile } from './schema.ts';

/** Requests answered by the replicas of an endpoint in a minute, with the hardware of a replica. */
export interface MeasuredMinute {
  /** Key of the price book, such as `g5.xlarge`; `2 x gpu:A10G` for several units. */
  readonly type: string;
  /** Per replica. */
  readonly requestsPerSecond: number;
  /** 95th percentile, milliseconds. */
  readonly latencyMs: number;
}

/** Reads the requests that endpoints of this server answered, and their hardware. */
export interface MeasuredServing {
  /** Minutes with known hardware, in [start, end) Unix ms. */
  minutesOf(
    endpoint: string,
    within: { readonly start: number; readonly end: number },
  ): Promise<readonly MeasuredMinute[]>;
}

const WINDOW_MS = 7 * 86_400_000;

/**
 * The last seven days of an endpoint as rows of a profile. They have the requests answered, not the capacity: the highest
 * rate within the latency limit is a lower bound of the capacity. Error: `profile_unusable` without a minute, or for more
 * than one size of requests.
 */
export async function readEndpointProfile(
  { measured, clock }: { readonly measured: MeasuredServing; readonly clock: Clock },
  endpoint: string,
  buckets: readonly string[],
): Promise<MeasuredProfile[]> {
  const [bucket] = buckets;
  if (bucket === undefined || buckets.length > 1) {
    const detail = `The measurements of endpoint ${endpoint} have no request size. State the demand as one size, such as all=120@250ms.`;
    throw new AppError('profile_unusable', detail, { endpoint });
  }
  const end = clock.now();
  const minutes = await measured.minutesOf(endpoint, { start: end - WINDOW_MS, end });
  if (minutes.length === 0) {
    const detail = `Endpoint ${endpoint} has no minute in the last 7 days with 20 responses on known hardware. Send it load, or give a profile.`;
    throw new AppError('profile_unusable', detail, { endpoint });
  }
  return minutes.map(({ type, requestsPerSecond, latencyMs }) => ({ type, bucket, requestsPerSecond, latencyMs }));
}
