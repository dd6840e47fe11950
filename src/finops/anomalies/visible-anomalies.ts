import type { Sql } from '../../platform/store/index.ts';
import type { LedgerJudging } from './schema.ts';
import type { Slice } from './slice.ts';
import { findAnomaly, type StoredAnomaly } from './store.ts';

/** Team of the charges of an anomaly; null: of charges of several teams, or of none. */
function readTeam(slice: Slice): string | null {
  return slice.find(({ dimension }) => dimension === 'team')?.value ?? null;
}

/** Team of an anomaly; null: there is no such anomaly. */
export async function findAnomalyTeam(sql: Sql, id: string): Promise<{ readonly team: string | null } | null> {
  const found = await findAnomaly(sql, id);
  return found === null ? null : { team: readTeam(found.slice) };
}

/**
 * The anomalies of the charges of these teams alone, without the spend and the names of other slices that show them. Null: all anomalies as
 * they are.
 */
export function limitAnomalies<Found extends Omit<StoredAnomaly, 'evidence'>>(
  teams: readonly string[] | null,
  anomalies: readonly Found[],
): Found[] {
  if (teams === null) return [...anomalies];
  const isOwn = (slice: Slice) => teams.includes(readTeam(slice) ?? '');
  return anomalies
    .filter(({ slice }) => isOwn(slice))
    .map((one) => ({
      ...one,
      seenIn: one.seenIn.filter(isOwn),
      spend: one.spend.filter(({ dimension, value }) => dimension === 'team' && teams.includes(value ?? '')),
    }));
}

/** Without the sources of bills and the sums of charges that are not judged, which are of all teams. */
export function limitJudging(teams: readonly string[] | null, judging: LedgerJudging | null): LedgerJudging | null {
  return teams === null || judging === null ? judging : { ...judging, sources: [], longer: [] };
}
