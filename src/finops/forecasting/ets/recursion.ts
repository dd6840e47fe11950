export type Trend = 'none' | 'additive' | 'damped';
export type Seasonality = 'none' | 'additive' | 'multiplicative';
export type ErrorKind = 'additive' | 'multiplicative';

/** A model of Hyndman et al. (2008): which components are additive, and which are multiplicative. */
export interface EtsForm {
  readonly error: ErrorKind;
  readonly trend: Trend;
  readonly seasonality: Seasonality;
}

/** Shares in 0..1 by which an error moves the level, the trend and the season; `phi` damps the trend, 1 does not. */
export interface Smoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/** State of the recursion, updated in place. `season[t mod m]` belongs to time t. */
export interface EtsState {
  level: number;
  slope: number;
  readonly season: Float64Array;
}

const TINY = 1e-8;
const HUGE = 1e100;
const UNUSABLE = Number.POSITIVE_INFINITY;

/**
 * -2 log likelihood of the values less constants: `n ln(sum of squared errors)`, with multiplicative errors the squares of
 * the relative ones plus twice the sum of `ln |one-step forecast|`. Infinite if the form is impossible (a forecast of zero
 * or less with multiplicative parts). Leaves the state after the last value.
 */
export function computeEtsLikelihood(
  values: Float64Array,
  form: EtsForm,
  smoothing: Smoothing,
  state: EtsState,
): number {
  const { alpha, beta, gamma, phi } = smoothing;
  const { season } = state;
  const period = season.length;
  const multiplied = form.seasonality === 'multiplicative';
  const relative = form.error === 'multiplicative';
  let { level, slope } = state;
  let squares = 0;
  let product = 1;
  let logs = 0;
  let phase = 0;
  for (let at = 0; at < values.length; at += 1) {
    const base = level + phi * slope;
    const factor = season[phase] as number;
    const expected = multiplied ? base * factor : base + factor;
    const error = (values[at] as number) - expected;
    if (relative) {
      if (expected < TINY) return UNUSABLE;
      squares += (error / expected) ** 2;
      product *= expected;
      if (product > HUGE || product < 1 / HUGE) {
        logs += Math.log(product);
        product = 1;
      }
    } else {
      squares += error * error;
    }
    const moved = multiplied ? error / factor : error;
    level = base + alpha * moved;
    slope = phi * slope + beta * moved;
    season[phase] = factor + gamma * (multiplied ? error / base : error);
    phase = phase + 1 === period ? 0 : phase + 1;
  }
  state.level = level;
  state.slope = slope;
  const likelihood = values.length * Math.log(squares + TINY ** 3) + 2 * (logs + Math.log(product));
  return Number.isFinite(likelihood) ? likelihood : UNUSABLE;
}

/** Point forecasts after time `from`, from the state at that time. */
export function computeEtsForecast(
  state: EtsState,
  form: EtsForm,
  phi: number,
  from: number,
  horizon: number,
): Float64Array {
  const result = new Float64Array(horizon);
  const period = state.season.length;
  let reach = 0;
  let weight = 1;
  for (let step = 0; step < horizon; step += 1) {
    weight *= phi;
    reach += weight;
    const base = state.level + reach * state.slope;
    const factor = state.season[(from + step) % period] as number;
    result[step] = form.seasonality === 'multiplicative' ? base * factor : base + factor;
  }
  return result;
}
