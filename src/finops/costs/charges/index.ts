import type { LakeSession } from '../../../platform/lake/index.ts';
import type { CostRelations } from '../query.ts';
import { buildRelations, type CostsDeps } from '../relations.ts';
import { buildCellsSql, createCellParser } from './cells-sql.ts';
import { buildChargesSql, listNamedDimensions } from './charges-sql.ts';
import type { ChargesQuestion, DailyCharges, DayRange } from './daily-charges.ts';
import { buildDailySql, createDayParser, findWholeDays } from './daily-sql.ts';

/** Temporary table of charges by day and kind; built once, so that all queries read one state of the bill. */
const TABLE = 'charge';

/** Runs `work` with queries over the charges of some days, all on the same state of the bill. */
export async function withDailyCharges<T>(
  deps: CostsDeps,
  question: ChargesQuestion,
  work: (charges: DailyCharges) => Promise<T>,
): Promise<T> {
  const relations = await buildRelations(
    deps,
    { from: question.from, to: question.to, filter: [] },
    listNamedDimensions(question),
  );
  return deps.lake.session(async (session) => {
    await storeCharges(session, question, relations);
    const through = await readWholeDays(session);
    return work({
      through,
      longer: await readLongerCharges(session),
      daily: async (asked) =>
        through.size === 0
          ? []
          : (await session.query(buildDailySql(TABLE, question, asked, through))).map(createDayParser(asked)),
      cells: async (asked) =>
        (await session.query(buildCellsSql(TABLE, question, asked))).map(createCellParser(question)),
    });
  });
}

/** Rows of the bill that are summed at a time: their sums by day and resource may be as many. */
const ROWS_AT_ONCE = 1_000_000;

/** Fills the table some days at a time, so that memory does not grow with the bill; a sum is always of one day. */
async function storeCharges(session: LakeSession, question: ChargesQuestion, relations: CostRelations): Promise<void> {
  const charges = buildChargesSql(question, relations);
  if (session.countFileRows(charges) <= ROWS_AT_ONCE) {
    await session.query(`CREATE TEMP TABLE ${TABLE} AS ${buildSumSql(question, charges)}`);
    return;
  }
  const days = await session.query(`SELECT day, count(*)::DOUBLE AS rows FROM (${charges}) GROUP BY 1 ORDER BY 1`);
  await session.query(`CREATE TEMP TABLE ${TABLE} AS ${buildSumSql(question, `${charges} LIMIT 0`)}`);
  for (const range of groupDays(days.map(({ day, rows }) => ({ day: String(day), rows: Number(rows) })))) {
    const select = buildSumSql(question, buildChargesSql({ ...question, ...range }, relations));
    await session.inTurn(() => session.query(`INSERT INTO ${TABLE} ${select}`));
  }
}

/** Ranges of days, in order, with up to `ROWS_AT_ONCE` rows each, or of one day. */
function groupDays(days: readonly { readonly day: string; readonly rows: number }[]): (DayRange & { rows: number })[] {
  const ranges: (DayRange & { rows: number })[] = [];
  for (const { day, rows } of days) {
    const last = ranges.at(-1);
    if (last !== undefined && last.rows + rows <= ROWS_AT_ONCE)
      ranges[ranges.length - 1] = { ...last, to: day, rows: last.rows + rows };
    else ranges.push({ from: day, to: day, rows });
  }
  return ranges;
}

function buildSumSql({ dimensions }: ChargesQuestion, charges: string): string {
  const keys = ['day', 'currency', 'source', ...dimensions.map((_, index) => `d${index}`)];
  return `SELECT ${keys.join(', ')}, sku_column, service, category, unit, judged, any_value(description) AS description,
    sum(cost) AS cost, count(cost) AS rows, count(*) AS all_rows, sum(quantity) AS quantity, count(quantity) AS measured
    FROM (${charges}) GROUP BY ALL`;
}

async function readWholeDays(session: LakeSession): Promise<Map<string, string>> {
  const counts = await session.query(
    `SELECT source, day, sum(all_rows)::INTEGER AS rows FROM ${TABLE} WHERE judged GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return findWholeDays(counts.map((row) => [String(row.source), String(row.day), Number(row.rows)] as const));
}

async function readLongerCharges(session: LakeSession): Promise<DailyCharges['longer']> {
  const rows = await session.query(`SELECT currency, sum(cost)::VARCHAR AS amount FROM ${TABLE}
    WHERE NOT judged AND coalesce(category, '') NOT IN ('Credit', 'Tax') AND cost IS NOT NULL GROUP BY 1 HAVING sum(cost) <> 0 ORDER BY 1`);
  return rows.map((row) => ({ currency: String(row.currency), amount: String(row.amount) }));
}
