import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import { kolmogorovSmirnov } from '../distances/kolmogorov-smirnov.ts';
import { twoSampleTail } from '../laws/kolmogorov-two-sample.ts';
import type { StreamDetector, StreamState } from './detector.ts';

export interface KswinOptions {
  /** Level of the test at each value; there is no correction for testing at every one. */
  readonly alpha?: number;
  /** Values that are kept. */
  readonly window?: number;
  /** Newest values, and how many of the older ones are drawn to compare them with. */
  readonly recent?: number;
  readonly seed?: number;
}

/** A difference of the distribution functions up to this is no drift, whatever its p-value. */
const LEAST_DISTANCE = 0.1;

/**
 * Kolmogorov and Smirnov's test in a sliding window (Raab et al. 2020) as in river. The random draws differ from river's, so
 * alarms may come some values earlier or later.
 */
export class Kswin implements StreamDetector {
  readonly #options: Required<KswinOptions>;
  readonly #random: Random;
  #window: number[] = [];

  constructor({ alpha = 0.005, window = 100, recent = 30, seed = 1 }: KswinOptions = {}) {
    this.#options = { alpha, window, recent, seed };
    this.#random = createRandom(seed);
  }

  update(value: number): StreamState {
    const { window, recent, alpha } = this.#options;
    this.#window.push(value);
    if (this.#window.length > window) this.#window.shift();
    if (this.#window.length < window) return 'stable';
    const current = Float64Array.from(this.#window.slice(-recent)).sort();
    const reference = this.#drawOlder().sort();
    const distance = kolmogorovSmirnov({ reference, current });
    if (distance <= LEAST_DISTANCE || twoSampleTail(distance, recent, recent) > alpha) return 'stable';
    this.#window = [];
    return 'drift';
  }

  #drawOlder(): Float64Array {
    const { window, recent } = this.#options;
    const older = this.#window.slice(0, window - recent);
    for (let at = 0; at < recent; at += 1) {
      const other = at + Math.floor(this.#random() * (older.length - at));
      const kept = older[at] ?? 0;
      older[at] = older[other] ?? 0;
      older[other] = kept;
    }
    return Float64Array.from(older.slice(0, recent));
  }
}
