import { AppError } from '../../../platform/errors/index.ts';
import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import { MOST_POINTS, QueryTooLarge, queryRange } from './prometheus.ts';
import type { PrometheusSource } from './schema.ts';
import { ENERGY_SIGNAL, MEMORY_SIGNAL, UTILIZATION_SIGNALS } from './signals.ts';
import { type StoredSource, saveFailure, saveRead } from './store.ts';
import { type Series, type Taken, takeSeries } from './take.ts';

export interface SyncDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly recent: Pick<JournaledTable, 'append' | 'waitingBytes'>;
  /** Folds the received readings into their days. */
  readonly fold: () => Promise<void>;
}

/** A source that this server queries. */
export type QueriedSource = StoredSource & { readonly spec: PrometheusSource };

export function isAsked(source: StoredSource): source is QueriedSource {
  return source.spec.type === 'prometheus';
}

/** Points of one query: an hour at 15 s, twice. 1,000 GPUs then answer with about ten megabytes. */
const POINTS = 480;
/** If a source finds fewer points too much, the cause is not the size of the query. */
const FEWEST_POINTS = 8;
/** Maximum size of received readings before a fold; above it, they are folded before the next query. */
const MUCH_BYTES = 64 * 1024 * 1024;

/**
 * Queries a Prometheus for new readings: from the last read instant minus the overlap, in windows, each of which is durable
 * before it is recorded. Returns true if everything up to now is read, false if `until` has passed first. A failure is
 * recorded with the source and not thrown.
 */
export async function syncSource(
  deps: SyncDeps,
  source: QueriedSource,
  { signal, until }: { readonly signal: AbortSignal; readonly until: number },
): Promise<boolean> {
  const { interval, overlap, backfill } = source.spec;
  const now = deps.clock.now();
  const floor = (at: number) => Math.floor(at / interval) * interval;
  const last = floor(now);
  // The overlap covers samples that the source did not have yet at the last query. The first query covers the backfill.
  const first = source.readUntil === null ? now - backfill : source.readUntil - overlap;
  let [start, points] = [floor(Math.max(0, first)), POINTS];
  try {
    while (start <= last) {
      if (performance.now() >= until || signal.aborted) return false;
      const end = Math.min(last, start + (Math.min(points, MOST_POINTS) - 1) * interval);
      const series = await querySeries(source, { start, end, signal });
      if (series === null) {
        points = Math.floor(points / 2);
        if (points >= FEWEST_POINTS) continue;
        const detail = `${new URL(source.spec.url).origin} cannot answer a query for ${FEWEST_POINTS} instants: narrow its selector, or raise its limits.`;
        throw new AppError('gpu_source_refused', detail);
      }
      await keep(deps, source, series, { start, end, now });
      start = end + interval;
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    if (!(error instanceof AppError)) throw error;
    await saveFailure(deps.store, source.name, { code: error.code, detail: error.message });
    return true;
  }
}

/** Null if the query is too large for the source. */
async function querySeries(
  { spec }: QueriedSource,
  { start, end, signal }: { readonly start: number; readonly end: number; readonly signal: AbortSignal },
): Promise<Series[] | null> {
  const names = [...UTILIZATION_SIGNALS.filter((name) => spec.signals.includes(name)), MEMORY_SIGNAL, ENERGY_SIGNAL];
  const series: Series[] = [];
  try {
    for (const name of names) {
      const query = `${name}{${spec.selector ?? ''}}`;
      series.push(...(await queryRange(spec, { query, start, end, stepMs: spec.interval }, signal)));
    }
  } catch (error) {
    if (error instanceof QueryTooLarge) return null;
    throw error;
  }
  return series;
}

async function keep(
  deps: SyncDeps,
  { name, id, spec }: QueriedSource,
  series: readonly Series[],
  { start, end, now }: { readonly start: number; readonly end: number; readonly now: number },
): Promise<void> {
  const taken: Taken = takeSeries(series, {
    source: id,
    intervalMs: spec.interval,
    noiseRatio: spec.noise,
    earliest: start,
    latest: end,
  });
  await deps.recent.append(taken.rows);
  await deps.store.transaction((sql) => saveRead(sql, name, { ...taken, at: now, readUntil: end }));
  if (deps.recent.waitingBytes >= MUCH_BYTES) await deps.fold();
}
