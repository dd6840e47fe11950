import { rm } from 'node:fs/promises';
import { buildParquetOptions, type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { buildConditions, buildInstantSql, type Selection } from '../../predictions/index.ts';

/** Temporary tables of the facts about all rows of a model that the parts of its predictions need. */
const KEYS = 'monitor_key';
const TWICE = 'monitor_twice';
const RIVALS = 'monitor_rival';
const TOLD = 'monitor_told';
/** Temporary tables of one part. */
const PART = 'monitor_part';
const FIRST = 'monitor_first';
const OUTCOME = 'monitor_outcome';
const ENTITIES = 'monitor_entity';

/** The engine's memory for one row of a part, in bytes: rows, join and sort. Chosen so that a part uses about a quarter of the limit. */
const BYTES_A_ROW = 2_000;
const FEWEST_AT_ONCE = 10_000;
const KEY = 'md5_number(prediction)';
const WIDEST_SCRATCH = 40;

/** Predictions of a time, and of one share of the ids where the time has too many of them. */
export interface Part {
  /** Unix ms, half-open. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share number `share` of `shares`, by a hash of the id. */
  readonly share: number;
  readonly shares: number;
  /** Recorded rows, about so many for a share. */
  readonly rows: number;
}

/** Predictions that are scored so far, and all that are to be scored. */
export interface ScoringProgress {
  readonly predictions: number;
  readonly of: number;
}

export interface PartsRequest {
  /** FROM items: predictions of all days and of the selected time, and labels. */
  readonly relations: { readonly all: string; readonly selected: string; readonly labels: string };
  readonly selection: Selection;
  readonly withinMs: number;
  readonly withInputs: boolean;
  /** SQL of the columns of a scored row, over a prediction with its `label`. */
  readonly columns: readonly string[];
}

/** Rows that are joined, sorted or grouped at a time under the memory limit of the engine. */
export async function readRowsAtOnce(session: LakeSession): Promise<number> {
  const [row] = await session.query(`SELECT current_setting('memory_limit') AS size`);
  return Math.max(FEWEST_AT_ONCE, Math.floor(parseBytes(String(row?.size)) / BYTES_A_ROW));
}

const UNITS: Readonly<Record<string, number>> = { bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** A size as the engine writes it. Example: "953.6 MiB" -> 999,922,074. */
function parseBytes(size: string): number {
  const [number, unit = 'bytes'] = size.split(' ');
  return Number(number) * (UNITS[unit] ?? 1);
}

/** Divides the rows of a selection into parts of at most `most` rows: of whole hours, or of shares of one hour. */
export async function planParts(session: LakeSession, request: PartsRequest, most: number): Promise<Part[]> {
  const { relations, selection } = request;
  const where = [...buildKnown(selection), ...buildConditions(selection)].join(' AND ');
  const hours =
    await session.query(`SELECT (epoch_ms(predictedAt) // ${HOUR_MS} * ${HOUR_MS})::DOUBLE AS at, count(*)::DOUBLE AS rows
    FROM ${relations.selected} WHERE ${where} GROUP BY 1 ORDER BY 1`);
  return groupHours(
    hours.map(({ at, rows }) => ({ at: Number(at), rows: Number(rows) })),
    most,
  );
}

interface Hour {
  readonly at: number;
  readonly rows: number;
}

/** Consecutive hours together up to `most` rows; one hour with more is divided into shares. Example: 3, 4, 9 rows, most 8 -> [3, 4], [9 / 2], [9 / 2]. */
export function groupHours(hours: readonly Hour[], most: number): Part[] {
  const parts: Part[] = [];
  for (const { at, rows } of hours) {
    const untilMs = at + HOUR_MS;
    const shares = Math.ceil(rows / most);
    const last = parts.at(-1);
    if (shares === 1 && last !== undefined && last.shares === 1 && last.rows + rows <= most) {
      parts[parts.length - 1] = { ...last, untilMs, rows: last.rows + rows };
      continue;
    }
    for (let share = 0; share < shares; share += 1) {
      parts.push({ fromMs: at, untilMs, share, shares, rows: Math.round(rows / shares) });
    }
  }
  return parts;
}

/** Facts that hold for every part; their temporary tables are in the session. */
export interface PreparedParts {
  readonly hasRivals: boolean;
  readonly unmatchedLabels: number;
}

/**
 * Prepares what a part cannot know from its own rows: ids that were recorded more than once, and the prediction that each label of an
 * entity belongs to. Ids are compared by 128 bits of their MD5, so that memory does not grow with their length.
 */
export async function prepareParts(session: LakeSession, request: PartsRequest, most: number): Promise<PreparedParts> {
  const { relations, selection } = request;
  const known = buildKnown(selection).join(' AND ');
  await session.query(
    `CREATE OR REPLACE TEMP TABLE ${KEYS} AS SELECT ${KEY} AS k FROM ${relations.all} WHERE ${known}`,
  );
  await session.query(`CREATE OR REPLACE TEMP TABLE ${TOLD} AS
    SELECT ${KEY} AS k, value, NULL::TIMESTAMP AS observedAt, recordedAt, true AS named
    FROM ${relations.labels} WHERE ${known} AND prediction IS NOT NULL`);
  const shares = Math.max(1, Math.ceil((await countRows(session, KEYS)) / (2 * most)));
  await session.query(`CREATE OR REPLACE TEMP TABLE ${TWICE} (k UHUGEINT)`);
  let unmatchedLabels = 0;
  for (let share = 0; share < shares; share += 1) {
    const ofShare = buildShareCondition('k', { share, shares });
    await session.query(`INSERT INTO ${TWICE} SELECT k FROM ${KEYS} WHERE ${ofShare} GROUP BY k HAVING count(*) > 1`);
    const [row] = await session.query(`SELECT count(DISTINCT k)::DOUBLE AS labels
      FROM (FROM ${TOLD} WHERE ${ofShare}) told ANTI JOIN (FROM ${KEYS} WHERE ${ofShare}) known USING (k)`);
    unmatchedLabels += Number(row?.labels ?? 0);
  }
  await session.query(`DROP TABLE ${KEYS}`);
  const hasRivals = (await countRows(session, TWICE)) > 0;
  if (hasRivals) {
    await session.query(`CREATE OR REPLACE TEMP TABLE ${RIVALS} AS
      SELECT ${KEY} AS k, ${SENT} AS sent FROM ${relations.all} WHERE ${known} AND ${KEY} IN (FROM ${TWICE})`);
  }
  await matchEntities(session, request, { hasRivals, most });
  return { hasRivals, unmatchedLabels };
}

/** The order that decides which of several rows of an id counts: the least. */
const SENT = '{ recorded: recordedAt, predicted: predictedAt, answer: hash(output) }';

/** Adds labels of entities to the told labels, with the prediction that each belongs to. */
async function matchEntities(
  session: LakeSession,
  { relations, selection, withinMs }: PartsRequest,
  { hasRivals, most }: { readonly hasRivals: boolean; readonly most: number },
): Promise<void> {
  const known = buildKnown(selection).join(' AND ');
  const labels = `(SELECT entity, value, observedAt, recordedAt FROM ${relations.labels} WHERE ${known} AND entity IS NOT NULL)`;
  const count = await countRows(session, labels);
  if (count === 0) return;
  const predictions = await countRows(session, `(FROM ${relations.all} WHERE ${known} AND entity IS NOT NULL)`);
  const shares = Math.ceil((count + predictions) / most);
  for (let share = 0; share < shares; share += 1) {
    const ofShare = buildShareCondition('hash(entity)', { share, shares });
    await session.query(`CREATE OR REPLACE TEMP TABLE ${ENTITIES} AS
      SELECT ${KEY} AS k, entity, predictedAt, ${SENT} AS sent FROM ${relations.all}
      WHERE ${known} AND entity IS NOT NULL AND ${ofShare}`);
    if (hasRivals) await deleteLaterSent(session, ENTITIES);
    await session.query(`INSERT INTO ${TOLD}
      SELECT predicted.k, told.value, told.observedAt, told.recordedAt, false
      FROM (FROM ${labels} WHERE ${ofShare}) told
      ASOF JOIN ${ENTITIES} predicted ON told.entity = predicted.entity AND told.observedAt >= predicted.predictedAt
      WHERE told.observedAt <= predicted.predictedAt + INTERVAL (${Math.round(withinMs)}) MILLISECOND`);
  }
  await session.query(`DROP TABLE ${ENTITIES}`);
}

/** Keeps one row for each id of a table: the one that was sent first. */
async function deleteLaterSent(session: LakeSession, table: string): Promise<void> {
  await session.query(`CREATE OR REPLACE TEMP TABLE ${FIRST} AS
    SELECT k, min(sent) AS sent FROM ${RIVALS} WHERE k IN (SELECT k FROM ${table}) GROUP BY k`);
  await session.query(`DELETE FROM ${table} USING ${FIRST} one WHERE one.k = ${table}.k AND ${table}.sent > one.sent`);
  await session.query(`DELETE FROM ${table} WHERE rowid IN (
    SELECT rowid FROM (SELECT rowid, row_number() OVER (PARTITION BY k ORDER BY rowid) AS place FROM ${table} WHERE k IN (SELECT k FROM ${FIRST}))
    WHERE place > 1)`);
}

/** Scores one part, and writes it as a Parquet file in the order of time. */
export async function writePart(
  session: LakeSession,
  request: PartsRequest,
  part: Part,
  { hasRivals }: PreparedParts,
): Promise<string> {
  const { relations, selection, withInputs, columns } = request;
  const where = [...buildKnown(selection), ...buildConditions(selection), ...buildPartConditions(part)].join(' AND ');
  await session.query(`CREATE OR REPLACE TEMP TABLE ${PART} AS
    SELECT ${withInputs ? '*' : '* EXCLUDE (inputs)'}, ${KEY} AS k, ${SENT} AS sent FROM ${relations.selected} WHERE ${where}`);
  if (hasRivals) await deleteLaterSent(session, PART);
  const path = session.scratchPath('parquet');
  await session.query(`CREATE OR REPLACE TEMP TABLE ${OUTCOME} AS FROM ${TOLD} WHERE k IN (SELECT k FROM ${PART})`);
  // An aggregate with one state for each prediction, where there are several labels: memory does not grow with their number.
  await session.query(`COPY (
      WITH several AS (SELECT k FROM ${OUTCOME} GROUP BY k HAVING count(*) > 1),
      outcome AS (
        SELECT k, value AS label, recordedAt AS labelledAt FROM ${OUTCOME} WHERE k NOT IN (FROM several)
        UNION ALL
        SELECT k, chosen[1], chosen[2] FROM (
          SELECT k, arg_min(ROW(value, recordedAt), ROW(NOT named, coalesce(observedAt, TIMESTAMP 'epoch'), -epoch_us(recordedAt), value)) AS chosen
          FROM ${OUTCOME} WHERE k IN (FROM several) GROUP BY k)),
      labelled AS (
        SELECT part.* EXCLUDE (k, sent), outcome.label, outcome.labelledAt
        FROM ${PART} part LEFT JOIN outcome USING (k))
      SELECT ${columns.join(', ')} FROM labelled ORDER BY predictedAt, draw)
    TO ${quoteLiteral(path)} (${buildParquetOptions(WIDEST_SCRATCH)})`);
  for (const table of [PART, OUTCOME]) await session.query(`DROP TABLE ${table}`);
  return path;
}

/** Frees what `prepareParts` keeps, once no part is to be written any more. */
export async function dropPrepared(session: LakeSession): Promise<void> {
  for (const table of [TOLD, TWICE, RIVALS]) await session.query(`DROP TABLE IF EXISTS ${table}`);
}

/** FROM item of scored rows in files. */
export function buildFilesRelation(paths: readonly string[]): string {
  return `read_parquet([${paths.map(quoteLiteral).join(', ')}])`;
}

export async function removeFiles(paths: readonly string[]): Promise<void> {
  for (const path of paths) await rm(path, { force: true });
}

function buildKnown({ model, knownAt }: Selection): string[] {
  const known = knownAt === undefined ? [] : [`recordedAt <= ${buildInstantSql(knownAt)}`];
  return [`model = ${quoteLiteral(model)}`, ...known];
}

function buildPartConditions({ fromMs, untilMs, share, shares }: Part): string[] {
  const time = [`predictedAt >= ${toInstantSql(fromMs)}`, `predictedAt < ${toInstantSql(untilMs)}`];
  return shares === 1 ? time : [...time, buildShareCondition(KEY, { share, shares })];
}

function buildShareCondition(key: string, { share, shares }: Pick<Part, 'share' | 'shares'>): string {
  return shares === 1 ? 'true' : `hash(${key}) % ${shares} = ${share}`;
}

function toInstantSql(atMs: number): string {
  return buildInstantSql(new Date(atMs).toISOString());
}

async function countRows(session: LakeSession, relation: string): Promise<number> {
  const [row] = await session.query(`SELECT count(*)::DOUBLE AS rows FROM ${relation}`);
  return Number(row?.rows ?? 0);
}
