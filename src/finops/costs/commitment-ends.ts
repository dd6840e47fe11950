import { DAY_MS } from '../../platform/units/durations.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { billRows } from '../billing/index.ts';
import { buildRowSource } from './query.ts';
import { buildRelations, type CostsDeps } from './relations.ts';
import { toTextOrNull } from './text-row.ts';

/** Change of a team's daily cost when a commitment has ended. */
export interface EndedCommitmentPart {
  readonly team: string | null;
  /** Null unless all usage that the commitment covers belongs to one service. */
  readonly serviceName: string | null;
  readonly dailyAmount: string;
}

/** End of a commitment, as stated by the bill. */
export interface CommitmentEnd {
  /** FOCUS CommitmentDiscountId. */
  readonly commitment: string;
  readonly name: string | null;
  /** FOCUS CommitmentDiscountType. */
  readonly type: string | null;
  /** First day without it, UTC. */
  readonly end: string;
  readonly currency: string;
  readonly parts: readonly EndedCommitmentPart[];
}

/** Cloud-specific columns with the end of a commitment; FOCUS has none. */
const END_COLUMNS = [
  'x_savingsPlan/EndTime',
  'x_savings_plan_end_time',
  'x_reservation/EndTime',
  'x_reservation_end_time',
] as const;
/** Term of a purchase in months (Azure). */
const TERM_COLUMN = 'x_SkuTerm';
/** A purchase with a longer charge period is charged for its term; a shorter one for a month of it. */
const LEAST_TERM = 'INTERVAL 300 DAY';
/** Days of history before its end used to measure a commitment. */
const LOOKED_AT_DAYS = 28;
const NO_CENT = '0.005';

/**
 * Commitments whose end the bill states: in a column of the cloud (AWS), by the term of a purchase (Azure), or by a
 * purchase whose charge period is the term (FOCUS). The change replaces the effective cost of the covered usage and of
 * the unused part with the contracted cost of the same usage. It is measured over the last 28 days before the end, or
 * before the end of the bill. `from` and `to` are days; `to` is exclusive.
 */
export async function findCommitmentEnds(
  deps: CostsDeps,
  { from, to, through }: { readonly from: string; readonly to: string; readonly through: string },
): Promise<CommitmentEnd[]> {
  const files = await deps.lake.files(deps.store, billRows);
  if (files.length === 0) return [];
  const ends = await readEnds(deps, { from, to });
  const found: CommitmentEnd[] = [];
  for (const end of ends) found.push(...(await readEndParts(deps, end, through)));
  return found;
}

type End = Omit<CommitmentEnd, 'currency' | 'parts'>;

async function readEnds(deps: CostsDeps, { from, to }: { readonly from: string; readonly to: string }): Promise<End[]> {
  const named = [...END_COLUMNS, TERM_COLUMN];
  const { bill } = await buildRelations(deps, { filter: [] }, named);
  const isPurchase = `ChargeCategory = 'Purchase'`;
  const ends = [
    ...END_COLUMNS.map((name) => `TRY_CAST("${name}" AS TIMESTAMP)`),
    `CASE WHEN ${isPurchase} AND ChargePeriodEnd - ChargePeriodStart >= ${LEAST_TERM} THEN ChargePeriodEnd END`,
    `CASE WHEN ${isPurchase} AND ChargeFrequency = 'One-Time'
      THEN ChargePeriodStart + to_months(TRY_CAST("${TERM_COLUMN}" AS INTEGER)) END`,
  ];
  const rows = await deps.lake.engine.queryKept(`SELECT id, name, type, strftime(last, '%Y-%m-%d') AS last FROM (
      SELECT CommitmentDiscountId AS id, max(CommitmentDiscountName) AS name, max(CommitmentDiscountType) AS type,
        max(greatest(${ends.join(', ')})) - INTERVAL 1 SECOND AS last
      FROM ${bill} WHERE CommitmentDiscountId IS NOT NULL GROUP BY 1)
    WHERE last IS NOT NULL ORDER BY last, id`);
  return rows
    .map((row) => ({
      commitment: String(row.id),
      name: toTextOrNull(row.name),
      type: toTextOrNull(row.type),
      end: getNextDay(String(row.last)),
    }))
    .filter(({ end }) => end >= from && end < to);
}

const formatDay = (at: number): string => new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);

function getNextDay(day: string): string {
  return formatDay(Date.parse(`${day}T00:00:00Z`) + DAY_MS);
}

async function readEndParts(deps: CostsDeps, end: End, through: string): Promise<CommitmentEnd[]> {
  const behind = Date.parse(`${end.end <= through ? end.end : getNextDay(through)}T00:00:00Z`);
  const range = { from: formatDay(behind - LOOKED_AT_DAYS * DAY_MS), to: formatDay(behind - DAY_MS) };
  const selection = { ...range, filter: [] };
  const { from, where, cost } = buildRowSource(selection, ['team'], await buildRelations(deps, selection, ['team']));
  const isOfIt = `CommitmentDiscountId = $1 AND ChargeCategory = 'Usage'`;
  const isUsed = `coalesce(CommitmentDiscountStatus, 'Used') = 'Used'`;
  const rows = await deps.lake.engine.query(
    `SELECT a.team AS team, min(ServiceName) AS first_service, max(ServiceName) AS last_service,
        BillingCurrency AS currency, sum(CASE WHEN ${isUsed} THEN coalesce(${cost('ContractedCost')}, ${cost('ListCost')}) ELSE 0 END)::VARCHAR AS after,
        sum(${cost('EffectiveCost')})::VARCHAR AS before
      FROM ${from} ${where === '' ? 'WHERE' : `${where} AND`} ${isOfIt} GROUP BY ALL ORDER BY team, currency`,
    [end.commitment],
  );
  const services = new Set(rows.flatMap(({ first_service: first, last_service: last }) => [first, last]));
  const [only] = services;
  const serviceName = services.size === 1 ? toTextOrNull(only) : null;
  const parts = rows.flatMap((row) => {
    if (row.after === null || row.before === null) return [];
    const change = decimal(String(row.after)).minus(String(row.before)).dividedBy(LOOKED_AT_DAYS);
    if (change.abs().lessThan(NO_CENT)) return [];
    const dailyAmount = decimalString(change.toDecimalPlaces(2));
    return [{ currency: String(row.currency), team: toTextOrNull(row.team), serviceName, dailyAmount }];
  });
  return [...Map.groupBy(parts, ({ currency }) => currency)].map(([currency, of]) => ({
    ...end,
    currency,
    parts: of.map(({ currency: _, ...part }) => part),
  }));
}
