/** Placeholder for unallocated cost in parameters that expect a team. */
const NO_TEAM = '-';

export function parseTeam(word: string): string | null {
  return word === NO_TEAM ? null : word;
}

/** Display name of a team. */
export function formatTeam(team: string | null): string {
  return team ?? 'Unallocated';
}
