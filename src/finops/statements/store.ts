import type { Generated } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import { IssuedStatement, StatementFacts } from './schema.ts';

interface StatementTables {
  statement: {
    number: Generated<number>;
    period: string;
    team: string | null;
    record: string;
    facts: string;
    html: string;
    csv: string;
  };
}

/** A statement before its insertion, without a number. */
export type UnnumberedStatement = Omit<IssuedStatement, 'number'>;
export interface StatementFiles {
  readonly html: string;
  readonly csv: string;
}

/** Inserts a statement; its files contain the number assigned here. */
export async function insertStatement(
  sql: Sql,
  record: UnnumberedStatement,
  facts: StatementFacts,
  render: (issued: IssuedStatement) => StatementFiles,
): Promise<IssuedStatement> {
  const db = sql.tables<StatementTables>();
  const { number } = await db
    .insertInto('statement')
    .values({
      period: record.period,
      team: record.team,
      record: JSON.stringify(record),
      facts: JSON.stringify(facts),
      html: '',
      csv: '',
    })
    .returning('number')
    .executeTakeFirstOrThrow();
  const issued = { number: Number(number), ...record };
  await db.updateTable('statement').set(render(issued)).where('number', '=', number).execute();
  return issued;
}

export async function findStatement(
  sql: Sql,
  number: number,
): Promise<{ issued: IssuedStatement; facts: StatementFacts; files: StatementFiles } | null> {
  const row = await sql
    .tables<StatementTables>()
    .selectFrom('statement')
    .selectAll()
    .where('number', '=', number)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { html, csv } = row;
  return { issued: rowToStatement(row), facts: StatementFacts.parse(JSON.parse(row.facts)), files: { html, csv } };
}

/** Issued statements that depend on one of these deliveries, by number. */
export async function findStatementsOnDeliveries(
  sql: Sql,
  deliveries: ReadonlySet<string>,
): Promise<Pick<IssuedStatement, 'number' | 'period'>[]> {
  const rows = await sql
    .tables<StatementTables>()
    .selectFrom('statement')
    .select(['number', 'period', 'record'])
    .orderBy('number')
    .execute();
  return rows
    .map(rowToStatement)
    .filter((issued) => issued.deliveries.some((delivery) => deliveries.has(delivery)))
    .map(({ number, period }) => ({ number, period }));
}

export interface LatestStatement {
  readonly issued: IssuedStatement;
  readonly facts: StatementFacts;
}

/** The newest issued statement of every team of a month. */
export async function findLatestStatements(sql: Sql, period: string): Promise<LatestStatement[]> {
  const rows = await sql
    .tables<StatementTables>()
    .selectFrom('statement')
    .select(['number', 'team', 'record', 'facts'])
    .where('period', '=', period)
    .orderBy('number')
    .execute();
  const latest = new Map(rows.map((row) => [row.team, row]));
  return [...latest.values()].map((row) => ({
    issued: rowToStatement(row),
    facts: StatementFacts.parse(JSON.parse(row.facts)),
  }));
}

export interface StatementPage {
  readonly period: string | null;
  /** Undefined for all, null for unallocated cost. */
  readonly team: string | null | undefined;
  /** Only of these teams; null: of all, and of unallocated cost. */
  readonly only: readonly string[] | null;
  /** Number of the last statement of the previous page; null for the first page. */
  readonly before: number | null;
  readonly limit: number;
}

/** Newest first. */
export async function findStatementPage(sql: Sql, page: StatementPage): Promise<IssuedStatement[]> {
  const { period, team, only, before, limit } = page;
  if (only !== null && only.length === 0) return [];
  let query = sql.tables<StatementTables>().selectFrom('statement').select(['number', 'record']);
  if (period !== null) query = query.where('period', '=', period);
  if (team === null) query = query.where('team', 'is', null);
  else if (team !== undefined) query = query.where('team', '=', team);
  if (only !== null) query = query.where('team', 'in', only);
  if (before !== null) query = query.where('number', '<', before);
  return (await query.orderBy('number', 'desc').limit(limit).execute()).map(rowToStatement);
}

function rowToStatement(row: { readonly number: number; readonly record: string }): IssuedStatement {
  return IssuedStatement.parse({ number: Number(row.number), ...(JSON.parse(row.record) as object) });
}
