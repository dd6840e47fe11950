const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const ROUND_MS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY_MS),
];
/** More do not fit next to each other. */
const MOST = 13;

/**
 * Places of the labels on an axis of time steps: at round times in UTC, such as 02:00, 04:00, 06:00. Null where the
 * steps have no round times in common, such as windows of a number of predictions.
 *
 * @example findRoundLabels(['2026-12-01T23:30:00Z', '2026-12-02T00:00:00Z', '2026-12-02T00:30:00Z', …]) // {1, 5, 9, …}
 */
export function findRoundLabels(times: readonly string[]): ReadonlySet<number> | null {
  const instants = times.map((time) => Date.parse(time));
  const [first, last] = [instants[0], instants.at(-1)];
  if (first === undefined || last === undefined) return null;
  const least = (last - first) / MOST;
  for (const round of ROUND_MS.filter((one) => one >= least)) {
    const places = instants.flatMap((at, index) => (at % round === 0 ? [index] : []));
    if (places.length >= 2 && places.length <= MOST + 1 && isEven(places)) return new Set(places);
  }
  return null;
}

/** Whether the labels have the same distance. */
function isEven(places: readonly number[]): boolean {
  const step = (places[1] ?? 0) - (places[0] ?? 0);
  return places.every((place, index) => index === 0 || place - (places[index - 1] ?? 0) === step);
}
