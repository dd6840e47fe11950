/** Bounds of the search, and its start. */
export interface Search {
  readonly start: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** Evaluations at most. */
  readonly most: number;
}

const REFLECT = 1;
const EXPAND = 2;
const CONTRACT = 0.5;
const SHRINK = 0.5;
/** The first step along each axis, as a share of its width. */
const STEP = 0.2;
const RELATIVE_TOLERANCE = 1e-6;

/**
 * The point of the box with the smallest `cost`, by the simplex search of Nelder and Mead (1965); points outside of the box
 * are moved to its edge before they are evaluated. `cost` gets a reused buffer. Example: the cost (x - 1)² from 0 within
 * [-5, 5] gives x = 1 to three digits.
 */
export function minimise(cost: (point: Float64Array) => number, search: Search): Float64Array {
  const size = search.start.length;
  const points = createFirstSimplex(search);
  const costs = Float64Array.from(points, cost);
  const middle = new Float64Array(size);
  let trial: Float64Array = new Float64Array(size);
  let second: Float64Array = new Float64Array(size);
  for (let used = size + 1; used < search.most; ) {
    const { best, worst, next } = findExtremes(costs);
    const spread = (costs[worst] as number) - (costs[best] as number);
    if (!(spread > RELATIVE_TOLERANCE * (Math.abs(costs[best] as number) + RELATIVE_TOLERANCE))) break;
    computeCentre(points, worst, middle);
    const away = points[worst] as Float64Array;
    movePoint(middle, away, -REFLECT, search, trial);
    let found = cost(trial);
    used += 1;
    if (found < (costs[best] as number)) {
      movePoint(middle, away, -EXPAND, search, second);
      const further = cost(second);
      used += 1;
      if (further < found) {
        [trial, second] = [second, trial];
        found = further;
      }
    } else if (!(found < (costs[next] as number))) {
      movePoint(middle, found < (costs[worst] as number) ? trial : away, CONTRACT, search, second);
      const nearer = cost(second);
      used += 1;
      if (!(nearer < Math.min(found, costs[worst] as number))) {
        used += shrink(points, costs, best, cost);
        continue;
      }
      [trial, second] = [second, trial];
      found = nearer;
    }
    points[worst] = trial;
    trial = away;
    costs[worst] = found;
  }
  return points[findExtremes(costs).best] as Float64Array;
}

function createFirstSimplex({ start, low, high }: Search): Float64Array[] {
  const points = [Float64Array.from(start)];
  for (let axis = 0; axis < start.length; axis += 1) {
    const point = Float64Array.from(start);
    const step = STEP * ((high[axis] as number) - (low[axis] as number));
    const moved = (start[axis] as number) + step;
    point[axis] = moved > (high[axis] as number) ? (start[axis] as number) - step : moved;
    points.push(point);
  }
  return points;
}

/** Indices of the least, the greatest and the second greatest cost. */
function findExtremes(costs: Float64Array): { best: number; worst: number; next: number } {
  let best = 0;
  let worst = 0;
  for (let at = 1; at < costs.length; at += 1) {
    if ((costs[at] as number) < (costs[best] as number)) best = at;
    if ((costs[at] as number) >= (costs[worst] as number)) worst = at;
  }
  let next = best;
  for (let at = 0; at < costs.length; at += 1) {
    if (at !== worst && (costs[at] as number) >= (costs[next] as number)) next = at;
  }
  return { best, worst, next };
}

function computeCentre(points: readonly Float64Array[], without: number, into: Float64Array): void {
  into.fill(0);
  for (const [at, point] of points.entries()) {
    if (at === without) continue;
    for (let axis = 0; axis < into.length; axis += 1) into[axis] = (into[axis] as number) + (point[axis] as number);
  }
  for (let axis = 0; axis < into.length; axis += 1) into[axis] = (into[axis] as number) / (points.length - 1);
}

/** The point at `middle + share * (towards - middle)`, moved into the box. */
function movePoint(
  middle: Float64Array,
  towards: Float64Array,
  share: number,
  { low, high }: Search,
  into: Float64Array,
) {
  for (let axis = 0; axis < into.length; axis += 1) {
    const from = middle[axis] as number;
    const value = from + share * ((towards[axis] as number) - from);
    into[axis] = Math.min(high[axis] as number, Math.max(low[axis] as number, value));
  }
}

function shrink(points: readonly Float64Array[], costs: Float64Array, best: number, cost: (p: Float64Array) => number) {
  const anchor = points[best] as Float64Array;
  for (const [at, point] of points.entries()) {
    if (at === best) continue;
    for (let axis = 0; axis < point.length; axis += 1) {
      const from = anchor[axis] as number;
      point[axis] = from + SHRINK * ((point[axis] as number) - from);
    }
    costs[at] = cost(point);
  }
  return points.length - 1;
}
