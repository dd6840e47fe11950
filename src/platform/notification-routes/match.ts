import { compareSeverity, type Severity } from '../notices/schema.ts';
import type { RouteMatch, Topic } from './schema.ts';

/** Facts of a notice that routes match. */
export interface NoticeFacts {
  readonly topic: Topic;
  readonly severity: Severity;
  /** Every team whose money or work the notice names; empty: no team is known. */
  readonly teams: readonly string[];
  readonly projects?: readonly string[];
  readonly models?: readonly string[];
  readonly endpoints?: readonly string[];
}

/**
 * Whether a route delivers a notice. A team filter matches only if **every** team of the notice is listed and there is one, so
 * that a route of a team never receives money of another team. The other filters match if one value is listed.
 */
export function isMatch(match: RouteMatch, notice: NoticeFacts): boolean {
  if (match.topics === undefined ? notice.topic === 'report' : !match.topics.includes(notice.topic)) return false;
  if (compareSeverity(notice.severity, match.minSeverity) < 0) return false;
  const { teams } = match;
  if (teams !== undefined && (notice.teams.length === 0 || !notice.teams.every((team) => teams.includes(team)))) {
    return false;
  }
  return (
    hasListed(match.projects, notice.projects) &&
    hasListed(match.models, notice.models) &&
    hasListed(match.endpoints, notice.endpoints)
  );
}

function hasListed(listed: readonly string[] | undefined, values: readonly string[] = []): boolean {
  return listed === undefined || values.some((value) => listed.includes(value));
}
