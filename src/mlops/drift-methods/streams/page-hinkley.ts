import type { StreamDetector, StreamState } from './detector.ts';

export interface PageHinkleyOptions {
  /** Number of values before the detector may report drift. */
  readonly minValues?: number;
  /** Change that is tolerated, in the unit of the values. */
  readonly delta?: number;
  /** Sum of deviations that is a change, in the unit of the values: scale it by their standard deviation. */
  readonly threshold?: number;
  /** Weight of the sum so far at each step, 0 to 1. */
  readonly alpha?: number;
  /** Which change of the mean is looked for. */
  readonly mode?: 'up' | 'down' | 'both';
}

/** The test of Page (1954) and Hinkley with forgetting, as river computes it. */
export class PageHinkley implements StreamDetector {
  readonly #options: Required<PageHinkleyOptions>;
  #state = begin();

  constructor(options: PageHinkleyOptions = {}) {
    this.#options = { minValues: 30, delta: 0.005, threshold: 50, alpha: 0.9999, mode: 'both', ...options };
  }

  update(value: number): StreamState {
    if (this.#state.drifted) this.#state = begin();
    const state = this.#state;
    const { minValues, delta, threshold, alpha, mode } = this.#options;
    state.count += 1;
    state.mean += (value - state.mean) / state.count;
    const deviation = value - state.mean;
    state.up = alpha * state.up + deviation - delta;
    state.down = alpha * state.down + deviation + delta;
    state.least = Math.min(state.least, state.up);
    state.most = Math.max(state.most, state.down);
    if (state.count < minValues) return 'stable';
    const risen = mode !== 'down' && state.up - state.least > threshold;
    const fallen = mode !== 'up' && state.most - state.down > threshold;
    state.drifted = risen || fallen;
    return state.drifted ? 'drift' : 'stable';
  }
}

function begin() {
  // river begins the largest sum at -1 too.
  return { count: 0, mean: 0, up: 0, down: 0, least: Number.POSITIVE_INFINITY, most: -1, drifted: false };
}
