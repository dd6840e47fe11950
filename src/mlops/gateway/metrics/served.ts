import type { Store } from '../../../platform/store/index.ts';
import { listTalliesOfModel } from './store.ts';
import { SPANS, type Tally } from './tally.ts';

/** Requests of a window, and those that were bad. */
interface ServedCounts {
  readonly requests: number;
  readonly bad: number;
}

export interface ServedQuestion {
  readonly model: string;
  /** Left out: all versions. */
  readonly version?: string | undefined;
  readonly now: number;
  /** Lengths of windows that end at `now`, in milliseconds. */
  readonly lengthsMs: readonly number[];
  /** Answers that took longer are bad, of those that were given; null: failures are, of all requests. */
  readonly withinMs: number | null;
}

/** Windows up to here are added up of minutes, longer ones of hours. */
const OF_MINUTES_MS = 6 * 3_600_000;

/** Requests of a model at all endpoints in windows until now; null where it is served at none. */
export async function countServed(store: Store, question: ServedQuestion): Promise<ServedCounts[] | null> {
  const { model, version, now, lengthsMs, withinMs } = question;
  const isAsked = (tally: Tally) => version === undefined || tally.version === version;
  const minutes = (await listTallies(store, model, SPANS.minute, now - OF_MINUTES_MS, now)).filter(isAsked);
  const hours = (await listTallies(store, model, SPANS.hour, now - Math.max(...lengthsMs), now)).filter(isAsked);
  if (minutes.length + hours.length === 0) return null;
  return lengthsMs.map((lengthMs) => {
    const spans = lengthMs <= OF_MINUTES_MS ? minutes : hours;
    return sumTallies(
      spans.filter(({ at }) => at >= now - lengthMs),
      withinMs,
    );
  });
}

function listTallies(store: Store, model: string, spanMs: number, start: number, end: number): Promise<Tally[]> {
  return listTalliesOfModel(store, model, { spanMs, start, end });
}

function sumTallies(spans: readonly Tally[], withinMs: number | null): ServedCounts {
  let [requests, bad] = [0, 0];
  for (const { endings, latency } of spans) {
    const { answered, refused, throttled, failed, lost } = endings;
    requests += withinMs === null ? answered + refused + throttled + failed + lost : latency.count;
    bad += withinMs === null ? failed + lost : latency.above(withinMs);
  }
  return { requests, bad };
}
