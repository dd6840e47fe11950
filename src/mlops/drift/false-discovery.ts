/**
 * p-values adjusted by Benjamini and Hochberg (1995), at the same places; null stays null and is not counted. Calling those
 * up to q drifted keeps the expected share of false ones among them at q or less, over independent columns and over columns
 * that depend on each other positively. Example: `[0.01, 0.04, 0.5]` -> `[0.03, 0.06, 0.5]`.
 */
export function adjustForDiscovery(pValues: readonly (number | null)[]): (number | null)[] {
  const known = pValues.flatMap((p, at) => (p === null ? [] : [{ p, at }])).toSorted((a, b) => b.p - a.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let least = 1;
  known.forEach(({ p, at }, place) => {
    least = Math.min(least, p * (known.length / (known.length - place)));
    adjusted[at] = least;
  });
  return adjusted;
}
