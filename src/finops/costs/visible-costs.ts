import { AppError } from '../../platform/errors/index.ts';
import { type Identity, limitMoney } from '../../platform/http/index.ts';
import { buildExactFilter, parseFilter } from './filters.ts';

/** The team of a row under a second name: filters of one dimension are alternatives, and a limit must hold in addition. */
export const TEAM_LIMIT = 'visibleTeam';

/** Dimensions of totals; the others would list the rows of the bill, such as resources and their tags. */
const OF_TOTALS: ReadonlySet<string> = new Set([
  ...['team', 'project', 'environment', 'purpose', 'kind', 'day', 'week', 'month'],
  ...['serviceName', 'serviceCategory', 'providerName', 'chargeCategory', 'billingCurrency', 'regionId', 'regionName'],
]);

/** The teams of an answer that leaves out the cost of others. */
export interface PartialCosts {
  readonly teams: string[];
}

/** Whether the costs of a caller are only those of some teams; null: of all. */
export function describePartial(identity: Identity): PartialCosts | null {
  const teams = limitMoney(identity);
  return teams === null ? null : { teams: [...teams] };
}

/**
 * The filters of a query with the limits of the caller, which hold for every row before anything is summed. `dimensions`: all others that the
 * query uses. Error: `not_visible` for rows, of a caller who sees totals.
 */
export function limitFilters(
  identity: Identity,
  filters: readonly string[],
  dimensions: readonly string[] = [],
): readonly string[] {
  const named = [...dimensions, ...filters.map((filter) => parseFilter(filter).dimension)];
  if (identity.visible.money === 'totals') checkTotals(identity, named);
  const teams = limitMoney(identity);
  if (teams === null) return filters;
  if (named.includes(TEAM_LIMIT)) throw refuseDimension(identity, TEAM_LIMIT);
  return [...filters, ...buildTeamLimit(teams)];
}

/** A member without teams: two filters that exclude each other. */
function buildTeamLimit(teams: readonly string[]): string[] {
  if (teams.length === 0) return [`${TEAM_LIMIT}=none`, `${TEAM_LIMIT}!=none`];
  return teams.map((team) => buildExactFilter(TEAM_LIMIT, team));
}

function checkTotals(identity: Identity, dimensions: readonly string[]): void {
  const other = dimensions.find((dimension) => !OF_TOTALS.has(dimension));
  if (other !== undefined) throw refuseDimension(identity, other);
}

function refuseDimension({ name }: Identity, dimension: string): AppError {
  const detail = `The role of ${name} does not see costs by "${dimension}". Group by team, project, serviceName, day or month.`;
  return new AppError('not_visible', detail, { account: name, dimension });
}
