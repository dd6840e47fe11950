import { quoteLiteral } from '../../platform/lake/index.ts';
import { buildRowSource, type CostRelations } from '../costs/index.ts';

/** Path by which the cost of a row reaches the team; see `StatementWay`. */
const WAY = `CASE WHEN a.share IS NULL THEN 'direct' WHEN a.kind = 'idle' THEN 'idle' ELSE 'shared' END`;

/** Charge kind of a row; see `StatementCharge`. */
const CHARGE = `CASE
    WHEN ChargeCategory = 'Usage' AND CommitmentDiscountStatus = 'Unused' THEN 'commitment-unused'
    WHEN ChargeCategory IN ('Usage', 'Purchase') AND CommitmentDiscountId IS NOT NULL THEN 'commitment'
    WHEN ChargeCategory IN ('Usage', 'Purchase', 'Credit', 'Tax', 'Adjustment') THEN lower(ChargeCategory)
    ELSE 'other' END`;

/** Reason why a row is unallocated. */
const REASON = `CASE WHEN a.team IS NOT NULL THEN NULL
    WHEN a.rule IS NULL THEN ${quoteLiteral('no rule matches it')}
    WHEN a.kind = 'idle' THEN ${quoteLiteral('idle: requested and not used, without a team')}
    ELSE coalesce(a.reason, ${quoteLiteral('its rule names no team')}) END`;

/** Keys of a cell; every breakdown of a statement sums the same cells. */
const KEYS = {
  team: 'a.team',
  way: WAY,
  rule: 'a.rule',
  method: 'a.method',
  layer: 'a.layer',
  charge: CHARGE,
  service: 'ServiceName',
  project: 'a.project',
  reason: REASON,
  currency: 'BillingCurrency',
} as const;

/** `undefined`: all teams; null: unallocated cost. */
export type TeamChoice = string | null | undefined;

function buildTeamCondition(team: TeamChoice): string {
  if (team === undefined) return '';
  return team === null ? 'WHERE a.team IS NULL' : `WHERE a.team = ${quoteLiteral(team)}`;
}

const SUMS = `sum(billed)::VARCHAR AS billed, sum(effective)::VARCHAR AS effective,
    count(*) FILTER (billed IS NULL)::INTEGER AS without_billed, count(*) FILTER (effective IS NULL)::INTEGER AS without_effective`;

/** Cells of a month: costs by every breakdown of a statement, for the chosen team. */
export function buildCellsSql(relations: CostRelations, team: TeamChoice): string {
  const { from, cost } = buildRowSource({ filter: [] }, ['rule'], relations);
  const keys = Object.keys(KEYS).join(', ');
  const columns = Object.entries(KEYS).map(([name, sql]) => `${sql} AS ${name}`);
  return `SELECT ${keys}, ${SUMS}
    FROM (SELECT ${columns.join(', ')}, ${cost('BilledCost')} AS billed, ${cost('EffectiveCost')} AS effective
      FROM ${from} ${buildTeamCondition(team)})
    GROUP BY ${keys} ORDER BY ${keys}`;
}

/** Whole pools of a month by rule, layer and currency, over all teams. */
export function buildPoolsSql(relations: CostRelations): string {
  const { from, cost } = buildRowSource({ filter: [] }, ['rule'], relations);
  return `SELECT rule, layer, currency, coalesce(sum(billed), 0)::VARCHAR AS billed, coalesce(sum(effective), 0)::VARCHAR AS effective
    FROM (SELECT a.rule AS rule, a.layer AS layer, BillingCurrency AS currency, ${cost('BilledCost')} AS billed,
      ${cost('EffectiveCost')} AS effective FROM ${from} WHERE a.share IS NOT NULL)
    GROUP BY ALL ORDER BY layer, rule, currency`;
}

/** The whole bill of a month, from bill rows alone, so that a missing share is detected. */
export function buildBillSql({ bill }: CostRelations): string {
  return `SELECT BillingCurrency AS currency, coalesce(sum(BilledCost), 0)::VARCHAR AS billed,
      coalesce(sum(EffectiveCost), 0)::VARCHAR AS effective,
      count(*) FILTER (BilledCost IS NULL)::INTEGER AS without_billed,
      count(*) FILTER (EffectiveCost IS NULL)::INTEGER AS without_effective
    FROM ${bill} GROUP BY 1 ORDER BY 1`;
}
