/** Placeholder for unallocated cost in parameters that expect a team. */
const NOBODY = '-';

export function teamOf(word: string): string | null {
  return word === NOBODY ? null : word;
}

/** Display name of a team. */
export function shownTeam(team: string | null): string {
  return team ?? 'Unallocated';
}
