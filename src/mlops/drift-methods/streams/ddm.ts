import type { StreamDetector, StreamState } from './detector.ts';

export interface DdmOptions {
  /** Number of values before the detector may report a warning or drift. */
  readonly warmUp?: number;
  /** Standard deviations above the best error rate that are a warning. */
  readonly warning?: number;
  /** The same for drift. */
  readonly drift?: number;
}

/**
 * Drift detection method (Gama et al. 2004) as river computes it: errors come as 1, right answers as 0. With p the error rate
 * and s = sqrt(p (1 - p) / n), drift is p + s > pmin + 3 smin, both taken where p + s was least.
 */
export class Ddm implements StreamDetector {
  readonly #options: Required<DdmOptions>;
  #state = begin();

  constructor({ warmUp = 30, warning = 2, drift = 3 }: DdmOptions = {}) {
    this.#options = { warmUp, warning, drift };
  }

  update(value: number): StreamState {
    if (this.#state.drifted) this.#state = begin();
    const state = this.#state;
    state.count += 1;
    state.rate += (value - state.rate) / state.count;
    if (state.count <= this.#options.warmUp) return 'stable';
    const deviation = Math.sqrt((state.rate * (1 - state.rate)) / state.count);
    const level = state.rate + deviation;
    if (level <= state.bestRate + state.bestDeviation) {
      state.bestRate = state.rate;
      state.bestDeviation = deviation;
    }
    state.drifted = level > state.bestRate + this.#options.drift * state.bestDeviation;
    if (state.drifted) return 'drift';
    return level > state.bestRate + this.#options.warning * state.bestDeviation ? 'warning' : 'stable';
  }
}

function begin() {
  return { count: 0, rate: 0, bestRate: Number.POSITIVE_INFINITY, bestDeviation: 0, drifted: false };
}
