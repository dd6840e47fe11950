import type { PrometheusCheck } from '../../endpoint-spec/schema.ts';
import type { SeriesQuestion } from './analysis.ts';

/** Most instants of one query: below the 11,000 points of a series that Prometheus answers. */
const MOST_INSTANTS = 10_000;

/** A side of a canary, as placeholders name it. */
export interface NamedSide {
  readonly revision: { readonly revision: number };
  readonly variants: readonly { readonly version: string }[];
}

/**
 * Question for all whole intervals of a step: instants at `every`, 2 `every`, … after its start, so that a rate over `every` covers the
 * step only. Where they are more than 10,000, only every k-th. Null before the first one.
 * Example: a step that began 150 s ago, every 1m -> its instants 60 s and 120 s.
 */
export function planSeries(check: PrometheusCheck, stepMs: number, nowMs: number): SeriesQuestion | null {
  const { source, every, query, live = query ?? '', canary = query ?? '' } = check;
  const whole = Math.floor((nowMs - stepMs) / every);
  if (whole < 1) return null;
  const interval = every * Math.ceil(whole / MOST_INSTANTS);
  const endMs = stepMs + interval * Math.floor((nowMs - stepMs) / interval);
  return { source, live, canary, startMs: stepMs + interval, endMs, stepMs: interval };
}

/**
 * Fills $version (several joined by `|`, for `=~`), $revision and $endpoint in the query of each side. The values are numbers and a name
 * of lower-case letters, digits and hyphens: nothing in them has a meaning in PromQL but the `|`.
 */
export function fillPlaceholders(
  question: SeriesQuestion,
  { endpoint, live, canary }: { readonly endpoint: string; readonly live: NamedSide; readonly canary: NamedSide },
): SeriesQuestion {
  const fill = (query: string, { revision, variants }: NamedSide) => {
    const versions = [...new Set(variants.map(({ version }) => version))].join('|');
    const values: Record<string, string> = { version: versions, revision: String(revision.revision), endpoint };
    return query.replaceAll(/\$(version|revision|endpoint)\b/g, (whole, name: string) => values[name] ?? whole);
  };
  return { ...question, live: fill(question.live, live), canary: fill(question.canary, canary) };
}
