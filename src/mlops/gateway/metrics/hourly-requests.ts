import type { Sql } from '../../../platform/store/index.ts';
import { listTalliesIn } from './store.ts';
import { SPANS } from './tally.ts';

/** Requests of a model at an endpoint within an hour. */
interface HourlyRequests {
  /** Start of the hour, Unix milliseconds. */
  readonly at: number;
  /** Asked for, however they ended. */
  readonly requests: number;
  /** Whether the endpoint was measured for nine tenths of the hour at least: a server that was off saw no requests. */
  readonly isWhole: boolean;
}

const WHOLE_SHARE = 0.9;

/** Requests of a model's variants in the hours that begin in [start, end) Unix ms and were measured at all, by time. */
export async function readHourlyRequests(
  sql: Sql,
  { endpoint, model }: { readonly endpoint: string; readonly model: string },
  within: { readonly start: number; readonly end: number },
): Promise<HourlyRequests[]> {
  const tallies = await listTalliesIn(sql, endpoint, { ...within, spanMs: SPANS.hour });
  const hours = Map.groupBy(
    tallies.filter((tally) => tally.model === model),
    ({ at }) => at,
  );
  return [...hours].map(([at, group]) => ({
    at,
    requests: group.reduce((sum, { endings }) => sum + Object.values(endings).reduce((all, one) => all + one, 0), 0),
    // A version that takes over within the hour is measured for the rest of it.
    isWhole: group.reduce((sum, { measuredMs }) => sum + measuredMs, 0) >= WHOLE_SHARE * SPANS.hour,
  }));
}
