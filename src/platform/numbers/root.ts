const MOST_STEPS = 300;
const EPSILON = 2.220446049250313e-16;

/**
 * The root of a continuous function between two ends where its signs differ, to the last digits or to the absolute `tolerance`:
 * the method of Chandrupatla (Advances in Engineering Software 28, 1997), a bisection that interpolates where it is safe. Where the
 * signs are equal: the end that is nearer to zero. Example: x^2 - 2 between 1 and 2 -> 1.4142….
 */
export function findRoot(evaluate: (x: number) => number, from: number, to: number, tolerance = 1e-300): number {
  let [a, b, c] = [from, to, from];
  let [atA, atB] = [evaluate(a), evaluate(b)];
  let atC = atA;
  if (atA > 0 === atB > 0 && atA !== 0 && atB !== 0) return Math.abs(atA) < Math.abs(atB) ? a : b;
  let share = 0.5;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const best = Math.abs(atA) < Math.abs(atB) ? a : b;
    if (atA === 0 || atB === 0) return best;
    const least = (EPSILON * Math.abs(best) + tolerance / 2) / Math.abs(b - a);
    if (!(least <= 0.5)) return best;
    const x = a + Math.min(Math.max(share, least), 1 - least) * (b - a);
    const at = evaluate(x);
    if (at > 0 === atA > 0) [c, atC] = [a, atA];
    else [c, atC, b, atB] = [b, atB, a, atA];
    [a, atA] = [x, at];
    share = interpolate([a, b, c], [atA, atB, atC]);
  }
  return Math.abs(atA) < Math.abs(atB) ? a : b;
}

/** The place of the root between a and b by inverse quadratic interpolation, or the middle where that is unsafe. */
function interpolate([a, b, c]: readonly [number, number, number], [atA, atB, atC]: readonly [number, number, number]) {
  const place = (a - b) / (c - b);
  const height = (atA - atB) / (atC - atB);
  if (!(height * height < place && (1 - height) ** 2 < 1 - place)) return 0.5;
  const first = (atA / (atB - atA)) * (atC / (atB - atC));
  return first + ((c - a) / (b - a)) * (atA / (atC - atA)) * (atB / (atC - atB));
}
