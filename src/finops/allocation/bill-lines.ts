import { identifier, literal } from '../../platform/lake/index.ts';
import { billDimension, billRows } from '../billing/index.ts';
import { exact, type ReportDeps } from './coverage.ts';
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
export async function linesOfResource(deps: ReportDeps, resource: string, limit: number): Promise<BillLines> {
  const relation = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const from = `(SELECT *, EffectiveCost AS part FROM ${relation} WHERE ${isOf(resource)})`;
  return dearest(deps, from, limit);
}

/** Lines, or shares of lines, that allocation rules assign to a run; highest cost first. */
export async function linesOfRun(deps: ReportDeps, run: string, limit: number): Promise<BillLines> {
  const bill = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const given = await deps.lake.relation(deps.store, allocations);
  const from = `(SELECT b.*, CASE WHEN a.share IS NULL THEN b.EffectiveCost ELSE a.EffectiveCost END AS part
    FROM ${bill} b JOIN ${given} a ON a.lake_file = b.lake_file AND a.row_number = b.file_row_number
    WHERE a.run = ${literal(run)})`;
  return dearest(deps, from, limit);
}

/** One line by its storage location; null when the current bill does not contain it. */
export async function findLine(deps: ReportDeps, line: string): Promise<BillLine | null> {
  const [, file, row] = /^(.+)\/(\d{1,15})$/.exec(line) ?? [];
  if (file === undefined || row === undefined) return null;
  const relation = await deps.lake.relation(deps.store, billRows, { rowIds: true });
  const [found] = await deps.lake.query(`SELECT ${shown} FROM (SELECT *, EffectiveCost AS part FROM ${relation})
    WHERE lake_file = ${literal(file)} AND file_row_number = ${row}`);
  return found === undefined ? null : lineOf(found);
}

const folded = (expression: string) => `lower(trim(${expression}))`;
const tagOf = (field: LinkField) => billDimension(`tag:steelyard.${field}`) ?? 'NULL';

function isOf(resource: string): string {
  const [, field, value] = /^tag:steelyard\.(\w+)=(.*)$/s.exec(resource) ?? [];
  const known = linkFields.find((each) => each === field);
  const wanted = literal((known === undefined ? resource : (value ?? '')).trim().toLowerCase());
  return `${folded(known === undefined ? 'ResourceId' : tagOf(known))} = ${wanted}`;
}

const shown = `lake_file || '/' || file_row_number AS line, BillingCurrency AS currency, part::VARCHAR AS cost, ServiceName, ChargeCategory,
  ResourceId, strftime(ChargePeriodStart, '%Y-%m-%dT%H:%M:%SZ') AS started, delivery, source, file,
  ${linkFields.map((field) => `${tagOf(field)} AS ${identifier(`tag_${field}`)}`).join(', ')}`;

async function dearest({ lake }: ReportDeps, from: string, limit: number): Promise<BillLines> {
  return lake.session(async (session) => {
    await session.query(`CREATE TEMP TABLE line AS SELECT ${shown}, part,
      row_number() OVER (ORDER BY abs(part) DESC NULLS LAST, lake_file, file_row_number) AS place FROM ${from}`);
    const lines = await session.query(`SELECT * EXCLUDE (part) FROM line WHERE place <= ${limit} ORDER BY place`);
    const rest =
      await session.query(`SELECT currency, count(*)::INTEGER AS lines, coalesce(sum(part), 0)::VARCHAR AS cost
      FROM line WHERE place > ${limit} GROUP BY currency ORDER BY currency`);
    return {
      lines: lines.map(lineOf),
      rest: rest.map((row) => ({
        currency: String(row.currency),
        lines: Number(row.lines),
        cost: exact(row.cost),
      })),
    };
  });
}

function lineOf(row: Readonly<Record<string, unknown>>): BillLine {
  const tags = linkFields.flatMap((field) => {
    const value = textOrNull(row[`tag_${field}`]);
    return value === null ? [] : [[field, value] as const];
  });
  return {
    line: String(row.line),
    currency: String(row.currency),
    cost: row.cost === null ? null : exact(row.cost),
    serviceName: textOrNull(row.ServiceName),
    chargeCategory: textOrNull(row.ChargeCategory),
    resourceId: textOrNull(row.ResourceId),
    chargePeriodStart: textOrNull(row.started),
    delivery: String(row.delivery),
    source: String(row.source),
    file: String(row.file),
    tags: Object.fromEntries(tags),
  };
}

function textOrNull(value: unknown): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}
