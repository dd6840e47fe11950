const LENGTH = 624;
const MIDDLE = 397;

/** NumPy's legacy generator (MT19937, `numpy.random.seed`), for results that another tool made with it. */
export class NumpyRandom {
  readonly #state = new Uint32Array(LENGTH);
  #next = LENGTH;

  constructor(seed: number) {
    let word = seed >>> 0;
    for (let at = 0; at < LENGTH; at += 1) {
      this.#state[at] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + at + 1) >>> 0;
    }
  }

  /** `numpy.random.permutation(length)`. */
  permutation(length: number): Uint32Array {
    const order = Uint32Array.from({ length }, (_, at) => at);
    for (let last = length - 1; last > 0; last -= 1) {
      const other = this.#upTo(last);
      const kept = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = kept;
    }
    return order;
  }

  /** A whole number from 0 to `most`, by masking and rejection. */
  #upTo(most: number): number {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = (this.#word() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  #word(): number {
    if (this.#next === LENGTH) this.#refill();
    let word = this.#state[this.#next] ?? 0;
    this.#next += 1;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  #refill(): void {
    const state = this.#state;
    for (let at = 0; at < LENGTH; at += 1) {
      const bits = ((state[at] ?? 0) & 0x80000000) | ((state[(at + 1) % LENGTH] ?? 0) & 0x7fffffff);
      state[at] = (state[(at + MIDDLE) % LENGTH] ?? 0) ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }
}
