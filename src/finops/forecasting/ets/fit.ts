import { minimise } from '../numbers/nelder-mead.ts';
import { type Beginning, estimateBeginning } from './beginning.ts';
import { computeEtsForecast, computeEtsLikelihood, type EtsForm, type EtsState, type Smoothing } from './recursion.ts';

/** A form with the parameters that fit a series best, and the state before its first value. */
export interface EtsFit {
  readonly form: EtsForm;
  readonly smoothing: Smoothing;
  readonly beginning: Beginning;
  /** The corrected information criterion of Akaike; less is better. */
  readonly aicc: number;
}

const EVALUATIONS_PER_PARAMETER = 40;
const LEAST_SHARE = 1e-4;
const MOST_SHARE = 0.9999;
const LEAST_DAMPING = 0.8;
const MOST_DAMPING = 0.98;
const FIRST = { alpha: 0.3, beta: 0.1, gamma: 0.1, phi: 0.95 };

/** Positions in the parameter vector of the search. The level and the slope are searched around their initial guess. */
interface Layout {
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
  readonly size: number;
}

function buildLayout({ trend, seasonality }: EtsForm): Layout {
  let size = 2;
  const beta = trend === 'none' ? -1 : size++;
  const phi = trend === 'damped' ? size++ : -1;
  const gamma = seasonality === 'none' ? -1 : size++;
  if (trend !== 'none') size += 1;
  return { beta, gamma, phi, size };
}

/** The likeliest parameters of one form, by simplex search; `beta` below `alpha` and `gamma` below `1 - alpha`. */
export function fitEts(values: Float64Array, form: EtsForm, period: number): EtsFit {
  const layout = buildLayout(form);
  const guess = estimateBeginning(values, form, period);
  const state: EtsState = { level: 0, slope: 0, season: new Float64Array(guess.season.length) };
  const { scale } = guess;
  const slopeAt = form.trend === 'none' ? -1 : layout.size - 1;
  const smoothing = { alpha: 0, beta: 0, gamma: 0, phi: 1 };
  const read = (point: Float64Array): void => {
    smoothing.alpha = point[0] as number;
    smoothing.beta = layout.beta < 0 ? 0 : (point[layout.beta] as number) * smoothing.alpha;
    smoothing.gamma = layout.gamma < 0 ? 0 : (point[layout.gamma] as number) * (1 - smoothing.alpha);
    smoothing.phi = layout.phi < 0 ? 1 : (point[layout.phi] as number);
    state.level = guess.level + (point[1] as number) * scale;
    state.slope = slopeAt < 0 ? 0 : guess.slope + (point[slopeAt] as number) * scale;
    state.season.set(guess.season);
  };
  const best = minimise(
    (point) => {
      read(point);
      return computeEtsLikelihood(values, form, smoothing, state);
    },
    buildSearch(layout, slopeAt),
  );
  read(best);
  const beginning = { ...guess, level: state.level, slope: state.slope };
  const found = { ...smoothing };
  const likelihood = computeEtsLikelihood(values, form, found, state);
  return { form, smoothing: found, beginning, aicc: computeAicc(likelihood, values.length, layout, form, period) };
}

function buildSearch(layout: Layout, slopeAt: number) {
  const start = new Float64Array(layout.size);
  const low = new Float64Array(layout.size).fill(LEAST_SHARE);
  const high = new Float64Array(layout.size).fill(MOST_SHARE);
  start[0] = FIRST.alpha;
  low[1] = -3;
  high[1] = 3;
  if (layout.beta >= 0) start[layout.beta] = FIRST.beta;
  if (layout.gamma >= 0) start[layout.gamma] = FIRST.gamma;
  if (layout.phi >= 0) {
    start[layout.phi] = FIRST.phi;
    low[layout.phi] = LEAST_DAMPING;
    high[layout.phi] = MOST_DAMPING;
  }
  if (slopeAt >= 0) {
    low[slopeAt] = -1;
    high[slopeAt] = 1;
  }
  return { start, low, high, most: EVALUATIONS_PER_PARAMETER * layout.size };
}

function computeAicc(
  likelihood: number,
  count: number,
  { size }: Layout,
  { seasonality }: EtsForm,
  period: number,
): number {
  const free = size + 1 + (seasonality === 'none' ? 0 : period - 1);
  const rest = count - free - 1;
  return rest <= 0 ? Number.POSITIVE_INFINITY : likelihood + 2 * free + (2 * free * (free + 1)) / rest;
}

/** The state behind the values, and the forecasts from there. */
export function forecastEts(fit: EtsFit, values: Float64Array, horizon: number): Float64Array {
  const { level, slope, season } = fit.beginning;
  const state = { level, slope, season: Float64Array.from(season) };
  computeEtsLikelihood(values, fit.form, fit.smoothing, state);
  return computeEtsForecast(state, fit.form, fit.smoothing.phi, values.length, horizon);
}
