/**
 * Returns a function that records wishes and returns the highest of the last `windowSeconds`, the newest included. It keeps
 * a count from falling as soon as demand falls (HPA's `scaleDown.stabilizationWindowSeconds`, Knative's `scale-down-delay`).
 * Example: 5 at 0 s and 2 at 100 s within 300 s is 5; at 301 s it is 2.
 */
export function createHighestOfLast(windowSeconds: number): (atSeconds: number, wish: number) => number {
  const wishes: { readonly at: number; readonly wish: number }[] = [];
  return (at, wish) => {
    // A lower or equal wish before a higher one can never be the highest again.
    while ((wishes.at(-1)?.wish ?? Number.POSITIVE_INFINITY) <= wish) wishes.pop();
    wishes.push({ at, wish });
    while ((wishes[0]?.at ?? at) < at - windowSeconds) wishes.shift();
    return wishes[0]?.wish ?? wish;
  };
}
