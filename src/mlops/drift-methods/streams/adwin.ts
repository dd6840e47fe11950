import type { StreamDetector, StreamState } from './detector.ts';

export interface AdwinOptions {
  /** Level of a cut, 0 to 1. */
  readonly delta?: number;
  /** Looks for a cut every so many values. */
  readonly clock?: number;
  /** Buckets of one size that are kept before two are put together. */
  readonly maxBuckets?: number;
  /** Fewest values on each side of a cut. */
  readonly minWindow?: number;
  /** Values before the first look. */
  readonly gracePeriod?: number;
}

/** Summary of 2^row values: their sum and their squared deviations from their mean. */
interface Bucket {
  readonly total: number;
  readonly squares: number;
}

/** Two parts of the window: values, sums, squared deviations. */
interface Part {
  count: number;
  total: number;
  squares: number;
}

/**
 * ADWIN2 (Bifet and Gavaldà 2007) as river computes it: a window that is cut where the means of its two parts differ by more
 * than sqrt(2/m s^2 d) + 2d/(3m), with d = ln(2 ln n / delta) and 1/m = 1/(n0 - min + 1) + 1/(n1 - min + 1). As in river,
 * the newest bucket of each size is left out of the walk over the cuts.
 */
export class Adwin implements StreamDetector {
  readonly #options: Required<AdwinOptions>;
  /** Buckets by size, smallest first; within a row, oldest first. */
  #rows: Bucket[][] = [[]];
  #window: Part = { count: 0, total: 0, squares: 0 };
  #ticks = 0;
  #drifted = false;

  constructor({ delta = 0.002, clock = 32, maxBuckets = 5, minWindow = 5, gracePeriod = 10 }: AdwinOptions = {}) {
    this.#options = { delta, clock, maxBuckets, minWindow, gracePeriod };
  }

  /** Values in the window. */
  get width(): number {
    return this.#window.count;
  }

  /** Mean of the window; null before the first value. */
  get mean(): number | null {
    return this.#window.count === 0 ? null : this.#window.total / this.#window.count;
  }

  update(value: number): StreamState {
    if (this.#drifted) this.#reset();
    this.#window = joined(this.#window, { count: 1, total: value, squares: 0 });
    this.#rows[0]?.push({ total: value, squares: 0 });
    this.#compress();
    this.#ticks += 1;
    const { clock, gracePeriod } = this.#options;
    if (this.#ticks % clock === 0 && this.#window.count > gracePeriod) {
      while (this.#isCut()) {
        this.#dropOldest();
        this.#drifted = true;
      }
    }
    return this.#drifted ? 'drift' : 'stable';
  }

  #reset(): void {
    this.#rows = [[]];
    this.#window = { count: 0, total: 0, squares: 0 };
    this.#ticks = 0;
    this.#drifted = false;
  }

  /** The two oldest buckets of a size become one of the next where there are too many. */
  #compress(): void {
    for (let row = 0; row < this.#rows.length; row += 1) {
      const buckets = this.#rows[row] ?? [];
      if (buckets.length <= this.#options.maxBuckets) return;
      const [older, newer] = buckets.splice(0, 2);
      if (older === undefined || newer === undefined) return;
      const { total, squares } = joined(partOf(older, row), partOf(newer, row));
      const next = this.#rows[row + 1];
      if (next === undefined) this.#rows.push([{ total, squares }]);
      else next.push({ total, squares });
    }
  }

  /** Whether any cut divides the window into an older and a newer part that differ. */
  #isCut(): boolean {
    let older: Part = { count: 0, total: 0, squares: 0 };
    for (let row = this.#rows.length - 1; row >= 0; row -= 1) {
      for (const bucket of this.#rows[row] ?? []) {
        older = joined(older, partOf(bucket, row));
        if (this.#differ(older)) return true;
      }
    }
    return false;
  }

  #differ({ count, total }: Part): boolean {
    const { delta, minWindow } = this.#options;
    const rest = this.#window.count - count;
    if (count < minWindow || rest < minWindow) return false;
    const inverse = 1 / (count - minWindow + 1) + 1 / (rest - minWindow + 1);
    const d = Math.log((2 * Math.log(this.#window.count)) / delta);
    const variance = this.#window.squares / this.#window.count;
    const limit = Math.sqrt(2 * inverse * variance * d) + (2 / 3) * d * inverse;
    return Math.abs(total / count - (this.#window.total - total) / rest) > limit;
  }

  #dropOldest(): void {
    const row = this.#rows.length - 1;
    const oldest = this.#rows[row]?.shift();
    if (oldest === undefined) return;
    this.#window = without(this.#window, partOf(oldest, row));
    if (this.#rows[row]?.length === 0 && row > 0) this.#rows.pop();
  }
}

function partOf({ total, squares }: Bucket, row: number): Part {
  return { count: 2 ** row, total, squares };
}

/** Both parts together (Babcock et al. 2003). */
function joined(a: Part, b: Part): Part {
  if (a.count === 0) return b;
  const count = a.count + b.count;
  const between = (a.count * b.count * (a.total / a.count - b.total / b.count) ** 2) / count;
  return { count, total: a.total + b.total, squares: a.squares + b.squares + between };
}

function without(all: Part, part: Part): Part {
  const count = all.count - part.count;
  const total = all.total - part.total;
  if (count === 0) return { count, total: 0, squares: 0 };
  const between = (part.count * count * (part.total / part.count - total / count) ** 2) / all.count;
  return { count, total, squares: all.squares - part.squares - between };
}
