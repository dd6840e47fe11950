const SUMS = `sum(BilledCost)::VARCHAR AS billed, sum(EffectiveCost)::VARCHAR AS effective`;

/** Costs of a month by team and currency, from its daily roll-up: the sums of its cells. */
export function buildTeamsSql(daily: string): string {
  return `SELECT team, BillingCurrency AS currency, ${SUMS} FROM ${daily} GROUP BY ALL ORDER BY ALL`;
}

/** The same by charge day, for conversion. */
export function buildDatedTeamsSql(daily: string): string {
  return `SELECT team, strftime(charge_day, '%Y-%m-%d') AS day, BillingCurrency AS currency, ${SUMS} FROM ${daily} GROUP BY ALL ORDER BY ALL`;
}
