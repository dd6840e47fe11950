import type { LakeSession } from '../../../platform/lake/index.ts';
import { buildRelations, type CostsDeps } from '../relations.ts';
import { buildCellsSql, createCellParser } from './cells-sql.ts';
import { buildChargesSql, listNamedDimensions } from './charges-sql.ts';
import type { ChargesQuestion, DailyCharges } from './daily-charges.ts';
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
    const select = buildSumSql(question, buildChargesSql(question, relations));
    await session.inTurn(() => session.query(`CREATE TEMP TABLE ${TABLE} AS ${select}`));
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
