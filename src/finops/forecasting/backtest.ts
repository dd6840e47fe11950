import { decomposedAr, decomposedAri, laggedAr, laggedAri } from './autoregression/methods.ts';
import { decomposedEts, LONGEST_ETS_SEASON, seasonalEts } from './ets/methods.ts';
import { buildHistory, type Fit, type History, type Method } from './history.ts';
import { seasonalNaive } from './seasonal-naive.ts';
import { theta } from './theta/methods.ts';

/** Places in a history from which it is forecast again, as if nothing later were known: counts of values known. */
const MOST_ORIGINS = 10;
const LEAST_VALUES = 8;
const LEAST_CYCLES = 2;
/** Number of horizons before the end that contain the origins; older errors are less relevant. */
const HORIZONS = 10;
const CYCLES = 3;
const LEAST_SHARE = 0.3;

/**
 * Ascending origins, evenly spaced: first those with a full known horizon, then, if there are few of them, some with a part
 * of it. The distance between them is odd, so that they cover all phases of a season.
 */
function chooseOrigins(count: number, horizon: number, period: number): number[] {
  const least = Math.max(LEAST_VALUES, LEAST_CYCLES * period + 2);
  const span = Math.max(HORIZONS * horizon, CYCLES * period);
  const first = Math.max(least, Math.floor(LEAST_SHARE * count), count - span);
  const lastWhole = count - horizon;
  const origins: number[] = [];
  if (lastWhole >= first) {
    const distance = Math.ceil((lastWhole - first + 1) / MOST_ORIGINS) | 1;
    for (let at = lastWhole; at >= first && origins.length < MOST_ORIGINS; at -= distance) origins.unshift(at);
  }
  const from = Math.max(least, lastWhole + 1);
  const wanted = MOST_ORIGINS - origins.length;
  if (wanted > 0 && from < count) {
    const distance = Math.max(1, Math.ceil((count - from) / wanted));
    for (let at = from; at < count; at += distance) origins.push(at);
  }
  return origins;
}

/** One method, on the original values or on the values without outliers. */
export interface Candidate {
  readonly name: string;
  readonly method: Method;
  readonly cleaned: boolean;
}

/** Forecasts of every candidate beyond the history, and its forecasts from earlier origins. */
export interface Trials {
  readonly candidates: readonly Candidate[];
  readonly origins: readonly number[];
  /** By candidate, by origin: the steps whose outcome is in the history. */
  readonly past: readonly (readonly Float64Array[])[];
  /** By candidate: the steps of the horizon. */
  readonly future: readonly Float64Array[];
}

/**
 * Candidates for series with these seasons. Without a season, the seasonal methods are identical to the others and are left
 * out. Outliers are detected relative to the season. Without one, they cannot be told apart from a level change, and the
 * values stay unchanged.
 */
export function listCandidates(periods: readonly number[]): Candidate[] {
  const single = periods.length === 1 && (periods[0] as number) <= LONGEST_ETS_SEASON;
  const seasonal = periods.length > 0 ? [laggedAr, laggedAri] : [];
  const methods = [
    seasonalNaive,
    ...(single ? [seasonalEts] : []),
    decomposedEts,
    theta,
    decomposedAr,
    decomposedAri,
    ...seasonal,
  ];
  const views = periods.length > 0 ? [false, true] : [false];
  return views.flatMap((cleaned) =>
    methods.map((method) => ({ name: `${method.name}${cleaned ? ', cleaned' : ''}`, method, cleaned })),
  );
}

/**
 * Back-tests every candidate from each origin. Its form and parameters come from the values before the first origin, never
 * from the values that judge it. For the future, the parameters are re-estimated from all values. `from`: the origins,
 * ascending; null: those of `chooseOrigins`.
 */
export function tryCandidates(history: History, horizon: number, from: readonly number[] | null = null): Trials {
  const { values, periods } = history;
  const candidates = listCandidates(periods.filter((period) => values.length >= 2 * period + 2));
  const origins = from ?? chooseOrigins(values.length, horizon, periods[0] ?? 1);
  const histories = origins.map((origin) => buildHistory(values.subarray(0, origin), periods));
  const first = histories[0] ?? history;
  const raw = new Map<Method, Fit>();
  const past: Float64Array[][] = [];
  const future: Float64Array[] = [];
  for (const { method, cleaned } of candidates) {
    const view = (of: History) => (cleaned ? of.cleaned() : of);
    const fit = raw.get(method)?.again(view(first)) ?? method.fit(view(first));
    if (!cleaned) raw.set(method, fit);
    past.push(
      histories.map((known) => fit.forecast(view(known), Math.min(horizon, values.length - known.values.length))),
    );
    future.push(fit.again(view(history)).forecast(view(history), horizon));
  }
  return { candidates, origins, past, future };
}
