/** At most seven series before "other" (LOOK); the eighth colour is for a list of teams that is exactly eight long. */
export const SERIES_LIMIT = 7;
const COLOURS = 8;

/** CSS variable of the n-th category colour. */
export function categoryColour(index: number): string {
  return `--cat-${(index % COLOURS) + 1}`;
}

export const OTHER_COLOUR = '--cat-other';

/**
 * Colour of each team: its place in the alphabetical list of all teams, so that a team looks the same on every page.
 * Example: teams b, a -> a gets the first colour, b the second, whichever spends more.
 */
export function teamColours(teams: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...teams].sort().map((team, index) => [team, categoryColour(index)]));
}
