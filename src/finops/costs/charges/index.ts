import type { LakeSession } from '../../../platform/lake/index.ts';
import { type CostsDeps, relationsOf } from '../relations.ts';
import { cellsSql, rowOfCell } from './cells-sql.ts';
import { chargesSql, namedDimensions } from './charges-sql.ts';
import type { ChargesQuestion, DailyCharges } from './daily-charges.ts';
import { dailySql, rowOfDay, throughOf } from './daily-sql.ts';

/** Temporary table of charges by day and kind; built once, so that all queries read one state of the bill. */
const TABLE = 'charge';

/** Runs `work` with queries over the charges of some days, all on the same state of the bill. */
export async function withDailyCharges<T>(
  deps: CostsDeps,
  question: ChargesQuestion,
  work: (charges: DailyCharges) => Promise<T>,
): Promise<T> {
  const relations = await relationsOf(
    deps,
    { from: question.from, to: question.to, filter: [] },
    namedDimensions(question),
  );
  return deps.lake.session(async (session) => {
    await session.query(`CREATE TEMP TABLE ${TABLE} AS ${summedSql(question, chargesSql(question, relations))}`);
    const through = await throughIn(session);
    return work({
      through,
      longer: await longerIn(session),
      daily: async (asked) =>
        through.size === 0 ? [] : (await session.query(dailySql(TABLE, question, asked, through))).map(rowOfDay(asked)),
      cells: async (asked) => (await session.query(cellsSql(TABLE, question, asked))).map(rowOfCell(question)),
    });
  });
}

function summedSql({ dimensions }: ChargesQuestion, charges: string): string {
  const keys = ['day', 'currency', 'source', ...dimensions.map((_, index) => `d${index}`)];
  return `SELECT ${keys.join(', ')}, sku_column, service, category, unit, judged, any_value(description) AS description,
    sum(cost) AS cost, count(cost) AS rows, count(*) AS all_rows, sum(quantity) AS quantity, count(quantity) AS measured
    FROM (${charges}) GROUP BY ALL`;
}

async function throughIn(session: LakeSession): Promise<Map<string, string>> {
  const counts = await session.query(
    `SELECT source, day, sum(all_rows)::INTEGER AS rows FROM ${TABLE} WHERE judged GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return throughOf(counts.map((row) => [String(row.source), String(row.day), Number(row.rows)] as const));
}

async function longerIn(session: LakeSession): Promise<DailyCharges['longer']> {
  const rows = await session.query(`SELECT currency, sum(cost)::VARCHAR AS amount FROM ${TABLE}
    WHERE NOT judged AND coalesce(category, '') NOT IN ('Credit', 'Tax') AND cost IS NOT NULL GROUP BY 1 HAVING sum(cost) <> 0 ORDER BY 1`);
  return rows.map((row) => ({ currency: String(row.currency), amount: String(row.amount) }));
}
