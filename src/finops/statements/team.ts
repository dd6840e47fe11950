/** How what no team pays is called where a team is asked for. */
const NOBODY = '-';

export function teamOf(word: string): string | null {
  return word === NOBODY ? null : word;
}

/** A team as people read it. */
export function shownTeam(team: string | null): string {
  return team ?? 'Unallocated';
}
