import { quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import { billRows, findBillDimension } from '../billing/index.ts';
import { type ReportDeps, toExact } from './coverage.ts';
import { type LinkField, linkFields } from './reconciliation/billed-charges.ts';
import { allocations } from './tables.ts';

/** One row of the current bill. */
export interface BillLine {
  /** `lake file/row`: storage location of the row. A different delivery of the bill yields different lines. */
  readonly line: string;
  readonly currency: string;
  /** EffectiveCost of the row, or of the selected share of it; null when the bill does not state it. */
  readonly cost: string | null;
  readonly serviceName: string | null;
  readonly chargeCategory: string | null;
  readonly resourceId: string | null;
  /** UTC instant; null when the bill does not state it. */
  readonly chargePeriodStart: string | null;
  readonly delivery: string;
  readonly source: string;
  readonly file: string;
  /** Tags `steelyard.run`, `.pipelineRun` and `.endpoint`, where the row has them. */
  readonly tags: Readonly<Partial<Record<LinkField, string>>>;
}

/** The lines with the highest cost, and the sum of the others: lines + rest equals the total exactly. */
export interface BillLines {
  readonly lines: readonly BillLine[];
  readonly rest: readonly { readonly currency: string; readonly lines: number; readonly cost: string }[];
}

/** Lines of a resource, named as in the reconciliation: a ResourceId, or `tag:steelyard.<field>=<value>`; by cost. */
export async function readResourceLines(deps: ReportDeps, resource: string, limit: number): Promise<BillLines> {
  const relation = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const from = `(SELECT *, EffectiveCost AS part FROM ${relation} WHERE ${buildResourceCondition(resource)})`;
  return readLargestLines(deps, from, limit);
}

/** Lines, or shares of lines, that allocation rules assign to a run; highest cost first. */
export async function readRunLines(deps: ReportDeps, run: string, limit: number): Promise<BillLines> {
  const bill = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const given = await deps.lake.relation(deps.store, allocations);
  const from = `(SELECT b.*, CASE WHEN a.share IS NULL THEN b.EffectiveCost ELSE a.EffectiveCost END AS part
    FROM ${bill} b JOIN ${given} a ON a.lake_file = b.lake_file AND a.row_number = b.file_row_number
    WHERE a.run = ${quoteLiteral(run)})`;
  return readLargestLines(deps, from, limit);
}

/** One line by its storage location; null when the current bill does not contain it. */
export async function findLine(deps: ReportDeps, line: string): Promise<BillLine | null> {
  const [, file, row] = /^(.+)\/(\d{1,15})$/.exec(line) ?? [];
  if (file === undefined || row === undefined) return null;
  const relation = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const [found] = await deps.lake.query(`SELECT ${lineColumns} FROM (SELECT *, EffectiveCost AS part FROM ${relation})
    WHERE lake_file = ${quoteLiteral(file)} AND file_row_number = ${row}`);
  return found === undefined ? null : parseBillLine(found);
}

const foldSql = (expression: string) => `lower(trim(${expression}))`;
const buildTagSql = (field: LinkField) => findBillDimension(`tag:steelyard.${field}`) ?? 'NULL';

function buildResourceCondition(resource: string): string {
  const [, field, value] = /^tag:steelyard\.(\w+)=(.*)$/s.exec(resource) ?? [];
  const known = linkFields.find((each) => each === field);
  const wanted = quoteLiteral((known === undefined ? resource : (value ?? '')).trim().toLowerCase());
  return `${foldSql(known === undefined ? 'ResourceId' : buildTagSql(known))} = ${wanted}`;
}

const lineColumns = `lake_file || '/' || file_row_number AS line, BillingCurrency AS currency, part::VARCHAR AS cost, ServiceName, ChargeCategory,
  ResourceId, strftime(ChargePeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS started, delivery, source, file,
  ${linkFields.map((field) => `${buildTagSql(field)} AS ${quoteIdentifier(`tag_${field}`)}`).join(', ')}`;

async function readLargestLines({ lake }: ReportDeps, from: string, limit: number): Promise<BillLines> {
  return lake.session(async (session) => {
    await session.query(`CREATE TEMP TABLE line AS SELECT ${lineColumns}, part,
      row_number() OVER (ORDER BY abs(part) DESC NULLS LAST, lake_file, file_row_number) AS place FROM ${from}`);
    const lines = await session.query(`SELECT * EXCLUDE (part) FROM line WHERE place <= ${limit} ORDER BY place`);
    const rest =
      await session.query(`SELECT currency, count(*)::INTEGER AS lines, coalesce(sum(part), 0)::VARCHAR AS cost
      FROM line WHERE place > ${limit} GROUP BY currency ORDER BY currency`);
    return {
      lines: lines.map(parseBillLine),
      rest: rest.map((row) => ({
        currency: String(row.currency),
        lines: Number(row.lines),
        cost: toExact(row.cost),
      })),
    };
  });
}

function parseBillLine(row: Readonly<Record<string, unknown>>): BillLine {
  const tags = linkFields.flatMap((field) => {
    const value = toTextOrNull(row[`tag_${field}`]);
    return value === null ? [] : [[field, value] as const];
  });
  return {
    line: String(row.line),
    currency: String(row.currency),
    cost: row.cost === null ? null : toExact(row.cost),
    serviceName: toTextOrNull(row.ServiceName),
    chargeCategory: toTextOrNull(row.ChargeCategory),
    resourceId: toTextOrNull(row.ResourceId),
    chargePeriodStart: toTextOrNull(row.started),
    delivery: String(row.delivery),
    source: String(row.source),
    file: String(row.file),
    tags: Object.fromEntries(tags),
  };
}

function toTextOrNull(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}
