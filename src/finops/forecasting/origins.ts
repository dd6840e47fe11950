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
export function chooseOrigins(count: number, horizon: number, period: number): number[] {
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
