import { findSources, QueryTooLarge, queryRange, type Series } from '../../finops/gpu-telemetry/index.ts';
import type { ReadCanarySeries, SeriesEvidence, SeriesQuestion } from '../../mlops/serving/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';

/** An evaluation waits this long for a query. */
const LONGEST_QUERY_MS = 10_000;
/** Part of the instants that need a value of both sides: values that are missing together with bad ones would flatter a side. */
const LEAST_COMPLETE = 0.8;

/**
 * Values of a Prometheus query for both sides of a canary, at the same instants. Address and token are those of a `GpuSource` of type
 * prometheus, which only administrators set; redirects are not followed. Each side must result in one series. A failure, no series,
 * several series, and values at fewer than 80 % of the instants are a reason, so the check stays inconclusive. Instants without a finite
 * value of both sides are left out.
 */
export function createCanarySeries(store: Sql, longestQueryMs = LONGEST_QUERY_MS): ReadCanarySeries {
  return async (question, signal) => {
    const instants = Math.round((question.endMs - question.startMs) / question.stepMs) + 1;
    const toUnknown = (reason: string): SeriesEvidence => ({ live: [], canary: [], instants, reason });
    const { source, live, canary } = question;
    if (live === canary) return toUnknown('Both sides have the same query: they serve the same version. Use $revision.');
    const [found] = await findSources(store, source);
    if (found?.spec.type !== 'prometheus') {
      return toUnknown(`There is no Prometheus source "${source}": apply a GpuSource of type prometheus.`);
    }
    const { spec } = found;
    const read = (query: string) => readSide(spec, { ...question, query, longestQueryMs }, signal);
    const [ofLive, ofCanary] = await Promise.all([read(live), read(canary)]);
    const reason = explainSide('live', ofLive) ?? explainSide('new', ofCanary);
    return reason === null ? pairValues(ofLive.values, ofCanary.values, instants) : toUnknown(reason);
  };
}

/** Finite values of one side by instant, Unix milliseconds; `failure` null: the query succeeded. */
interface ReadSide {
  readonly values: ReadonlyMap<number, number>;
  readonly series: number;
  readonly failure: string | null;
}

interface SideQuestion extends Pick<SeriesQuestion, 'startMs' | 'endMs' | 'stepMs'> {
  readonly query: string;
  readonly longestQueryMs: number;
}

async function readSide(
  spec: Parameters<typeof queryRange>[0],
  { query, startMs, endMs, stepMs, longestQueryMs }: SideQuestion,
  signal: AbortSignal,
): Promise<ReadSide> {
  const late = AbortSignal.timeout(longestQueryMs);
  try {
    const range = { query, start: startMs, end: endMs, stepMs };
    const series = await queryRange(spec, range, AbortSignal.any([signal, late]));
    return { values: collectValues(series), series: series.length, failure: null };
  } catch (error) {
    signal.throwIfAborted();
    return { values: new Map(), series: 0, failure: explainFailure(error, late.aborted ? longestQueryMs : null) };
  }
}

/** `lateMs`: the limit that the query exceeded; null: it did not. */
function explainFailure(error: unknown, lateMs: number | null): string {
  if (lateMs !== null) return `Prometheus did not answer the query within ${lateMs / 1000} s.`;
  if (error instanceof QueryTooLarge) return 'The query is too large for Prometheus: aggregate, or raise its limits.';
  if (!(error instanceof AppError)) throw error;
  // The rest of the message is about the readings of GPUs.
  return error.message.replace(/ (The sync retries|Correct the source).*$/s, '');
}

function collectValues(series: readonly Series[]): Map<number, number> {
  return new Map((series[0]?.samples ?? []).filter(([, value]) => Number.isFinite(value)));
}

function explainSide(side: 'live' | 'new', { series, failure, values }: ReadSide): string | null {
  if (failure !== null) return failure;
  if (series > 1) return `The query of the ${side} revision results in ${series} series instead of one: aggregate them.`;
  if (values.size > 0) return null;
  const what = series === 0 ? 'no series' : 'no finite value';
  return `The query of the ${side} revision results in ${what} in this step.`;
}

function pairValues(
  ofLive: ReadonlyMap<number, number>,
  ofCanary: ReadonlyMap<number, number>,
  instants: number,
): SeriesEvidence {
  const [live, canary]: [number[], number[]] = [[], []];
  for (const [at, value] of ofLive) {
    const other = ofCanary.get(at);
    if (other === undefined) continue;
    live.push(value);
    canary.push(other);
  }
  const isComplete = live.length >= LEAST_COMPLETE * instants;
  const percent = Math.round(100 * LEAST_COMPLETE);
  const reason = `Only ${live.length} of ${instants} intervals have a value of both sides; a comparison needs ${percent} %.`;
  return { live, canary, instants, reason: isComplete ? null : reason };
}
