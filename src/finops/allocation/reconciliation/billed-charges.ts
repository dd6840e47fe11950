import { rm } from 'node:fs/promises';
import { type LakeRow, type LakeSession, quoteIdentifier, quoteLiteral } from '../../../platform/lake/index.ts';
import { findBillDimension } from '../../billing/index.ts';
import type { Charge } from './reconcile.ts';

const ROWS_A_STATEMENT = 1000;
/** Rows of the bill that are grouped at a time: their groups by resource and time may be as many. */
const ROWS_AT_ONCE = 1_000_000;

/** Usage without a resource id links to rows with its run, its pipeline run or its endpoint as a tag. */
export const linkFields = ['run', 'pipelineRun', 'endpoint'] as const;
export type LinkField = (typeof linkFields)[number];

/** Link between usage and rows: `resource` or `tag:<field>`, with the common text. */
export interface Link {
  readonly by: 'resource' | LinkField;
  /** Trimmed, in lower case. */
  readonly value: string;
}

export interface LinkedCharge extends Charge {
  readonly gpuCount: string | null;
  readonly coreCount: string | null;
}

/** Charges of one link in one currency, in order of time. */
export interface LinkedCharges {
  readonly link: Link;
  readonly currency: string;
  readonly charges: readonly LinkedCharge[];
}

const foldSql = (expression: string) => `lower(trim(${expression}))`;
const buildFoldedTagSql = (field: LinkField) => foldSql(findBillDimension(`tag:steelyard.${field}`) ?? 'NULL');

/**
 * Fills `linked`: the bill's rows with their link to usage; the resource takes precedence over tags. `bill` has
 * `amount`.
 */
export async function createLinked(
  session: LakeSession,
  bill: string,
  links: readonly Link[],
  rowsAtOnce = ROWS_AT_ONCE,
): Promise<void> {
  await session.query('CREATE TEMP TABLE wanted (link_by VARCHAR, link_value VARCHAR)');
  const rows = links.map(({ by, value }) => `(${quoteLiteral(by)}, ${quoteLiteral(value)})`);
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    await session.query(`INSERT INTO wanted VALUES ${rows.slice(start, start + ROWS_A_STATEMENT).join(', ')}`);
  }
  const joins = linkFields.map(
    (field) =>
      `LEFT JOIN wanted ${quoteIdentifier(field)} ON ${quoteIdentifier(field)}.link_by = ${quoteLiteral(field)} AND ${quoteIdentifier(field)}.link_value = b.tag_${field}`,
  );
  const tags = linkFields.map((field) => `${buildFoldedTagSql(field)} AS tag_${field}`).join(', ');
  const by = linkFields
    .map((field) => `WHEN ${quoteIdentifier(field)}.link_value IS NOT NULL THEN ${quoteLiteral(field)}`)
    .join(' ');
  const values = ['resource', ...linkFields].map((field) => `${quoteIdentifier(field)}.link_value`).join(', ');
  const matched = `SELECT
      CASE WHEN resource.link_value IS NOT NULL THEN 'resource' ${by} END AS link_by, coalesce(${values}) AS link_value,
      ResourceId, currency, start_ms, end_ms, amount, hours, gpus, cores
    FROM (SELECT ${foldSql('ResourceId')} AS resource_id, ResourceId, BillingCurrency AS currency, amount, ServiceCategory,
        epoch_ms(ChargePeriodStart) AS start_ms, epoch_ms(ChargePeriodEnd) AS end_ms, ${tags},
        CASE WHEN ConsumedUnit ILIKE 'hour%' AND ChargeCategory = 'Usage' AND ConsumedQuantity > 0 THEN ConsumedQuantity END AS hours,
        TRY_CAST(SkuPriceDetails->>'$.GpuCount' AS DECIMAL(18,6)) AS gpus, TRY_CAST(SkuPriceDetails->>'$.CoreCount' AS DECIMAL(18,6)) AS cores
      FROM ${bill} WHERE amount IS NOT NULL) b
    LEFT JOIN wanted resource ON resource.link_by = 'resource' AND resource.link_value = b.resource_id ${joins.join(' ')}
    WHERE coalesce(${values}) IS NOT NULL OR (b.resource_id <> '' AND b.ServiceCategory IN ('Compute', 'AI and Machine Learning'))`;
  if (session.countFileRows(bill) <= rowsAtOnce) await storeGroups(session, `(${matched})`, 1);
  else await storeLargeGroups(session, matched, rowsAtOnce);
}

/** Fills `linked` in shares of the resources: a resource is in one share, so that each group is whole and memory does not grow with the bill. */
async function storeGroups(session: LakeSession, matched: string, shares: number): Promise<void> {
  for (let share = 0; share < shares; share += 1) {
    const condition = shares === 1 ? 'true' : `hash(ResourceId) % ${shares} = ${share}`;
    const into = share === 0 ? 'CREATE TEMP TABLE linked AS' : 'INSERT INTO linked';
    await session.inTurn(() =>
      session.query(`${into} SELECT link_by, link_value, ResourceId, currency, start_ms, end_ms, sum(amount) AS billed,
        max(hours) AS hours, max(gpus) AS gpus, max(cores) AS cores FROM ${matched} WHERE ${condition} GROUP BY ALL`),
    );
  }
}

/** Reads a large bill once, into a file with the columns that count, and groups that. */
async function storeLargeGroups(session: LakeSession, matched: string, rowsAtOnce: number): Promise<void> {
  const path = session.scratchPath('parquet');
  try {
    const [copied] = await session.inTurn(() =>
      session.query(`COPY (${matched}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`),
    );
    const shares = Math.max(1, Math.ceil(Number(copied?.Count ?? 0) / rowsAtOnce));
    await storeGroups(session, `read_parquet(${quoteLiteral(path)})`, shares);
  } finally {
    await rm(path, { force: true });
  }
}

/** Charges with a link to usage, by link, currency and time. */
export async function readLinkedCharges(
  session: LakeSession,
  window: { start: number; end: number },
): Promise<LinkedCharges[]> {
  const rows =
    await session.query(`SELECT link_by, link_value, currency, coalesce(start_ms, ${window.start})::VARCHAR AS start,
      coalesce(end_ms, ${window.end})::VARCHAR AS until, sum(billed)::VARCHAR AS billed, max(hours)::VARCHAR AS hours,
      max(gpus)::VARCHAR AS gpus, max(cores)::VARCHAR AS cores
    FROM linked WHERE link_by IS NOT NULL GROUP BY ALL ORDER BY ALL`);
  const groups = Map.groupBy(rows, (row) => JSON.stringify([row.link_by, row.link_value, row.currency]));
  return [...groups.values()].map((group) => ({
    link: { by: group[0]?.link_by as Link['by'], value: String(group[0]?.link_value) },
    currency: String(group[0]?.currency),
    charges: group.map((row) => ({
      start: Number(row.start),
      end: Number(row.until),
      billed: String(row.billed),
      hours: toTextOrNull(row.hours),
      gpuCount: toTextOrNull(row.gpus),
      coreCount: toTextOrNull(row.cores),
    })),
  }));
}

/** Compute without any metered usage, by resource. */
export async function readUntrackedResources(session: LakeSession): Promise<LakeRow[]> {
  return session.query(`SELECT ResourceId AS resource, currency, sum(billed)::VARCHAR AS billed,
      sum(coalesce(hours, greatest(end_ms - start_ms, 0) / 3600000.0))::DECIMAL(38,6)::VARCHAR AS hours
    FROM linked WHERE link_by IS NULL GROUP BY ALL ORDER BY sum(billed) DESC, resource`);
}

function toTextOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
