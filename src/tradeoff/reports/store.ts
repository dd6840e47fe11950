import type { Sql, Store } from '../../platform/store/index.ts';
import type { ReportQuestion } from './make.ts';
import { type Audience, ReportDocument, type ReportSchedule, ReportSpec, type SentReport } from './schema.ts';

interface ReportTables {
  report: { name: string; spec: string; applied_at: number };
  report_sent: {
    report_id: string;
    source: string;
    schedule: ReportSchedule;
    audience: Audience;
    team: string | null;
    window_name: string;
    known_at: number;
    /** JSON. */
    document: string;
    html: string;
    html_sha256: string;
  };
  report_known: { question: string; known_at: number; document: string };
}

/** Of all windows together, so that questions cannot fill the store; those that were made longest ago go first. */
const MOST_KNOWN = 5000;

export interface StoredReport {
  readonly name: string;
  readonly spec: ReportSpec;
  /** Unix milliseconds. */
  readonly appliedAt: number;
}

/** Scheduled reports by name. */
export async function findScheduled(sql: Sql, name?: string): Promise<StoredReport[]> {
  const query = sql.tables<ReportTables>().selectFrom('report').selectAll().orderBy('name');
  const rows = await (name === undefined ? query : query.where('name', '=', name)).execute();
  return rows.map((row) => ({
    ...row,
    spec: ReportSpec.parse(JSON.parse(row.spec)),
    appliedAt: Number(row.applied_at),
  }));
}

export async function putScheduled(sql: Sql, name: string, spec: ReportSpec, appliedAt: number): Promise<void> {
  const row = { name, spec: JSON.stringify(spec), applied_at: appliedAt };
  const query = sql.tables<ReportTables>().insertInto('report').values(row);
  await query.onConflict((of) => of.column('name').doUpdateSet({ spec: row.spec })).execute();
}

export async function removeScheduled(sql: Sql, name: string): Promise<boolean> {
  const query = sql.tables<ReportTables>().deleteFrom('report').where('name', '=', name);
  return (await query.returning('name').execute()).length > 0;
}

export interface FullReport extends SentReport {
  readonly document: ReportDocument;
  readonly html: string;
}

/** False: a report of this document and window was stored before. */
export async function insertSent(sql: Sql, report: FullReport): Promise<boolean> {
  const { report: id, source, schedule, audience, team, name, knownAt, document, html, htmlSha256 } = report;
  const inserted = await sql
    .tables<ReportTables>()
    .insertInto('report_sent')
    .values({
      ...{ report_id: id, source, schedule, audience, team, window_name: name, known_at: Date.parse(knownAt) },
      ...{ document: JSON.stringify(document), html, html_sha256: htmlSha256 },
    })
    .onConflict((of) => of.columns(['source', 'window_name']).doNothing())
    .returning('report_id')
    .execute();
  return inserted.length > 0;
}

export async function hasSent(sql: Sql, source: string, name: string): Promise<boolean> {
  const query = sql.tables<ReportTables>().selectFrom('report_sent').select('report_id');
  return (await query.where('source', '=', source).where('window_name', '=', name).executeTakeFirst()) !== undefined;
}

export async function findSent(sql: Sql, id: string): Promise<FullReport | null> {
  const query = sql.tables<ReportTables>().selectFrom('report_sent').selectAll().where('report_id', '=', id);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : toFullReport(row);
}

/** The newest report of a window that was sent up to `knownAt`, Unix milliseconds; null: none. */
export async function findSentOf(
  sql: Sql,
  { audience, team, name }: Pick<SentReport, 'audience' | 'team' | 'name'>,
  knownAt: number,
): Promise<FullReport | null> {
  const query = sql
    .tables<ReportTables>()
    .selectFrom('report_sent')
    .selectAll()
    .where('window_name', '=', name)
    .where('audience', '=', audience)
    .where('known_at', '<=', knownAt);
  const row = await (team === null ? query.where('team', 'is', null) : query.where('team', '=', team))
    .orderBy('known_at', 'desc')
    .orderBy('report_id')
    .executeTakeFirst();
  return row === undefined ? null : toFullReport(row);
}

const buildKnownKey = ({ audience, team, window }: ReportQuestion) => JSON.stringify([audience, team, window.name]);

/** The first and the latest report of a window that were made on demand up to `knownAt`, Unix milliseconds; oldest first. */
export async function findKnown(sql: Sql, question: ReportQuestion, knownAt: number): Promise<ReportDocument[]> {
  const rows = await sql
    .tables<ReportTables>()
    .selectFrom('report_known')
    .select('document')
    .where('question', '=', buildKnownKey(question))
    .where('known_at', '<=', knownAt)
    .orderBy('known_at')
    .execute();
  return rows.map(({ document }) => ReportDocument.parse(JSON.parse(document)));
}

/** Keeps a report as the latest of its window, in addition to the first. */
export async function keepKnown(store: Store, question: ReportQuestion, document: ReportDocument): Promise<void> {
  const key = buildKnownKey(question);
  const row = { question: key, known_at: Date.parse(document.knownAt), document: JSON.stringify(document) };
  await store.transaction(async (sql) => {
    const tables = sql.tables<ReportTables>();
    await tables
      .insertInto('report_known')
      .values(row)
      .onConflict((of) => of.columns(['question', 'known_at']).doNothing())
      .execute();
    const kept = tables.selectFrom('report_known').where('question', '=', key);
    const ends = await kept
      .select((of) => [of.fn.min('known_at').as('first'), of.fn.max('known_at').as('latest')])
      .executeTakeFirstOrThrow();
    const between = tables.deleteFrom('report_known').where('question', '=', key);
    await between.where('known_at', '>', Number(ends.first)).where('known_at', '<', Number(ends.latest)).execute();
    const surplus = tables
      .selectFrom('report_known')
      .select('known_at')
      .orderBy('known_at', 'desc')
      .offset(MOST_KNOWN)
      .limit(1);
    const oldest = await surplus.executeTakeFirst();
    if (oldest !== undefined)
      await tables.deleteFrom('report_known').where('known_at', '<=', oldest.known_at).execute();
  });
}

/** Newest first. */
export async function listSent(sql: Sql, limit: number, teams: readonly string[] | null): Promise<SentReport[]> {
  const query = sql
    .tables<ReportTables>()
    .selectFrom('report_sent')
    .select(['report_id', 'source', 'schedule', 'audience', 'team', 'window_name', 'known_at', 'html_sha256'])
    .orderBy('known_at', 'desc')
    .orderBy('report_id')
    .limit(limit);
  const limited =
    teams === null ? query : query.where((eb) => (teams.length === 0 ? eb.lit(false) : eb('team', 'in', teams)));
  return (await limited.execute()).map(toSentReport);
}

type SentRow = Omit<ReportTables['report_sent'], 'document' | 'html'>;

function toSentReport(row: SentRow): SentReport {
  const { report_id: report, source, schedule, audience, team, window_name: name } = row;
  const knownAt = new Date(Number(row.known_at)).toISOString();
  return { report, source, schedule, audience, team, name, knownAt, htmlSha256: row.html_sha256 };
}

function toFullReport(row: ReportTables['report_sent']): FullReport {
  return { ...toSentReport(row), document: ReportDocument.parse(JSON.parse(row.document)), html: row.html };
}
