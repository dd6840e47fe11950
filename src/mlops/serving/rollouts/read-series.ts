import type { CanaryAnalysis } from '../../endpoint-spec/schema.ts';
import type { SeriesEvidence } from './analysis.ts';
import type { CanaryDeps } from './canary-deps.ts';
import { planSeries } from './series-queries.ts';
import type { StoredRollout } from './store.ts';

/** Time after which a reading that failed is repeated, where its interval is longer. */
const RETRY_MS = 15_000;

type SeriesDeps = Pick<CanaryDeps, 'clock' | 'readSeries'> & { readonly analysis: CanaryAnalysis };

/**
 * Reads the Prometheus checks of a step, by their place; null for other checks. A Prometheus is queried once for each new interval of a
 * check, and a reading that failed again after 15 s: the evaluations in between have the same evidence.
 */
export function createSeriesReader(
  { clock, readSeries, analysis }: SeriesDeps,
  { stepMs }: StoredRollout,
): () => Promise<(SeriesEvidence | null)[]> {
  const known = new Map<number, SeriesReading>();
  return () =>
    Promise.all(
      analysis.checks.map(async (check, place) => {
        if (check.metric !== 'prometheus') return null;
        const now = clock.now();
        const question = planSeries(check, stepMs, now);
        if (question === null) {
          return { live: [], canary: [], instants: 0, reason: 'The first interval of this step has not ended yet.' };
        }
        const before = known.get(place);
        if (before?.endMs === question.endMs && isFresh(before, now)) return before.evidence;
        const evidence = await readSeries(question);
        known.set(place, { endMs: question.endMs, atMs: now, evidence });
        return evidence;
      }),
    );
}

interface SeriesReading {
  /** Last instant of the query, and the time of the reading. */
  readonly endMs: number;
  readonly atMs: number;
  readonly evidence: SeriesEvidence;
}

function isFresh({ atMs, evidence }: SeriesReading, now: number): boolean {
  return evidence.reason === null || now < atMs + RETRY_MS;
}
