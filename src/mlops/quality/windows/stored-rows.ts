import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { readFileStamp } from '../../../platform/digests/index.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { buildParquetOptions, type Lake, quoteLiteral } from '../../../platform/lake/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { listScores } from '../../monitors/index.ts';
import { Estimation, type MonitorSpec } from '../../monitors/schema.ts';
import { buildConditions, type Selection } from '../../predictions/index.ts';
import type { EstimateModel } from '../estimates/learn.ts';
import { RowAnswers } from './row-answers.ts';
import { buildInputPath, type ScoredFacts, type ScoredRows } from './scored-rows.ts';
import { countVersionsOf, type VersionCount } from './version-counts.ts';
import { type ShownCut, showCut, type WindowQuery } from './windows.ts';
import { scoreColumns } from './windows-sql.ts';

export interface StoredRowsDeps {
  readonly lake: Lake;
  readonly objects: Objects;
  readonly log: Log;
}

/** Inputs that are stored, the most frequent ones first. */
const MOST_INPUTS = 500;
/** An input with a longer value, such as a document or an embedding, is not stored. */
const LONGEST_VALUE_BYTES = 256;
/** Facts that are kept in memory, each of up to 1 MB. */
const MOST_KEPT = 50;

const COLUMNS = [
  'predictedAt',
  'modelVersion',
  'endpoint',
  'environment',
  'variant',
  'latencyMs',
  'isLabelled',
  'draw',
];
const TERMS = ['term0', 'term1'];

const Numbers = z.array(z.number());
const Line = z.strictObject({ x: Numbers, y: Numbers });
const Spread = z.strictObject({ deviation: z.number(), share: z.number() });
const StoredModel = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('cbpe'),
    cbpe: z.strictObject({
      calibration: Line.nullable(),
      resampled: z.array(Line.nullable()),
      spreads: z.strictObject({ accuracy: Spread, precision: Spread, recall: Spread, f1: Spread, roc_auc: Spread }),
      referenceRows: z.number(),
    }),
  }),
  z.strictObject({
    method: z.literal('dle'),
    reference: z.strictObject({
      spreads: z.strictObject({ mae: Spread, rmse: Spread }),
      referenceRows: z.number(),
    }),
  }),
]);

/** Facts that are stored next to the file of scored rows. */
const StoredFacts = z.strictObject({
  spec: z.string(),
  state: z.string(),
  knownAt: UtcInstant,
  buildMs: z.number(),
  /** Names of the inputs of the latest predictions. */
  inputs: z.array(z.string()),
  estimation: Estimation.nullable(),
  model: StoredModel.nullable(),
  unmatchedLabels: z.number(),
  /** Inputs with a column each, `input0`, `input1` and so on. */
  columns: z.array(z.string()),
  /** Whether no row has another input. */
  hasAllInputs: z.boolean(),
  file: z.strictObject({ name: z.string(), sizeBytes: z.number(), sha256: z.string(), stamp: z.string() }),
});
type StoredFacts = z.infer<typeof StoredFacts>;

/** Freshness of the stored rows, and the facts that every response includes. */
export type RowsFacts = Pick<StoredFacts, 'spec' | 'state' | 'knownAt' | 'buildMs' | 'inputs'>;

export interface StoredRowSet extends RowsFacts {
  readonly scored: ScoredFacts;
  readonly columns: readonly string[];
  readonly hasAllInputs: boolean;
  readonly file: StoredFacts['file'];
}

/** A Parquet file of scored rows that is not an object yet; it is deleted when it is disposed of. */
export interface RowsFile extends AsyncDisposable {
  readonly path: string;
  readonly scored: ScoredFacts;
  readonly columns: readonly string[];
  readonly hasAllInputs: boolean;
}

/** Scored rows of monitors as one Parquet object each, in the order of time, so that a cut which is not stored is one query over one file. */
export interface StoredRows {
  /** Writes the predictions of a monitor while they are being read, with their inputs as columns unless stated otherwise. */
  write(rows: ScoredRows, spec: MonitorSpec, options?: { readonly withInputs: boolean }): Promise<RowsFile>;
  /** Replaces the stored file with a newly written one. */
  put(folder: string, file: RowsFile, facts: RowsFacts): Promise<void>;
  /** Null where nothing is stored, or it is damaged. */
  find(folder: string): Promise<StoredRowSet | null>;
  /** One cut of the stored rows for a monitor; null: the rows do not have the input, or they are missing or damaged. */
  showCut(folder: string, rows: StoredRowSet, watching: WindowQuery): Promise<ShownCut | null>;
  /** Counts of the stored rows by model version in [start, end), where stated; null: the rows are missing or damaged. */
  countVersions(folder: string, rows: StoredRowSet, selection: Selection): Promise<VersionCount[] | null>;
  /** Whether the object of the rows is there. */
  isThere(folder: string): Promise<boolean>;
  forget(): void;
}

export function createStoredRows(deps: StoredRowsDeps): StoredRows {
  const kept = new Map<string, StoredRowSet>();
  const cuts = new RowAnswers<ShownCut | null>();
  const counts = new RowAnswers<VersionCount[] | null>();
  const keep = (folder: string, rows: StoredRowSet) => {
    kept.delete(folder);
    kept.set(folder, rows);
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
  };
  /** Null: the rows are damaged, or were replaced while they were read. */
  const readUndamaged = async <T>(folder: string, rows: StoredRowSet, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      if (error instanceof AppError && STOPPED.includes(error.code)) throw error;
      kept.delete(folder);
      const now = await readFacts(deps, folder);
      // Stored again or deleted while they were read.
      if (now?.file.name !== rows.file.name) return null;
      deps.log.warn({ err: error, rows: folder }, 'cannot read stored rows of a monitor; they are stored again');
      await deps.objects.remove(buildFactsKey(folder));
      return null;
    }
  };
  return {
    write: (rows, spec, { withInputs } = { withInputs: true }) => writeRows(deps, rows, spec, withInputs),
    async put(folder, file, facts) {
      const stored = await saveFile(deps, folder, file, facts);
      await removeOthers(deps, folder, stored.file.name);
      keep(folder, stored);
    },
    async find(folder) {
      const found = kept.get(folder) ?? (await readFacts(deps, folder));
      if (found !== null) keep(folder, found);
      return found;
    },
    async showCut(folder, rows, watching) {
      const { slice } = watching;
      if (slice !== undefined && !rows.columns.includes(slice) && !rows.hasAllInputs) return null;
      const show = () => readUndamaged(folder, rows, () => showStored(deps, folder, rows, watching));
      // Other cuts have many windows.
      if (watching.by !== 'all' || slice !== undefined) return show();
      return cuts.use(rows, [watching.selection, watching.from], show);
    },
    countVersions: (folder, rows, selection) =>
      counts.use(rows, selection, () => readUndamaged(folder, rows, () => countStored(deps, folder, rows, selection))),
    isThere: async (folder) => {
      const rows = kept.get(folder) ?? (await readFacts(deps, folder));
      if (rows === null || (await deps.objects.size(buildFactsKey(folder))) === null) return false;
      return (await deps.objects.size(`${folder}/${rows.file.name}`)) === rows.file.sizeBytes;
    },
    forget: () => kept.clear(),
  };
}

const STOPPED = ['server_stopping', 'lake_memory_exhausted', 'storage_full'];

async function writeRows(
  { lake }: StoredRowsDeps,
  rows: ScoredRows,
  spec: MonitorSpec,
  withInputs: boolean,
): Promise<RowsFile> {
  const { session, relation, facts: scored, isByTime } = rows;
  const { columns, hasAllInputs } = withInputs ? await findInputs(rows) : { columns: [], hasAllInputs: false };
  const scores = spec.quality === undefined ? [] : scoreColumns(listScores(spec.quality));
  const plain = [...COLUMNS, ...scores, ...TERMS];
  const values = columns.map((_, at) => `inputValues[${at + 1}] AS input${at}`);
  const read = withInputs ? [...plain, 'inputs'] : plain;
  const parsed = withInputs ? `*, ${valuesSql(columns)} AS inputValues` : '*';
  const path = lake.scratchPath('parquet');
  const remove = () => rm(path, { force: true });
  try {
    // Sort before inputs become columns, so that the sorted rows are narrow.
    await session.query(`COPY (
        SELECT ${[...plain, ...values].join(', ')}
        FROM (SELECT ${parsed} FROM (SELECT ${read.join(', ')} FROM ${relation}${isByTime ? '' : ' ORDER BY predictedAt, draw'})))
      TO ${quoteLiteral(path)} (${buildParquetOptions(plain.length + columns.length)})`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { path, scored, columns, hasAllInputs, [Symbol.asyncDispose]: remove };
}

/** The inputs of all rows, parsed once a row. */
function valuesSql(names: readonly string[]): string {
  return names.length === 0
    ? '[]::VARCHAR[]'
    : `json_extract_string(inputs, [${names.map(buildInputPath).join(', ')}])`;
}

/** Inputs that can be columns: the most frequent ones, of short values. */
async function findInputs({ session, relation }: ScoredRows): Promise<{ columns: string[]; hasAllInputs: boolean }> {
  const named = await session.query(`SELECT name FROM (
      SELECT unnest(json_keys(inputs)) AS name FROM (SELECT inputs FROM ${relation} WHERE json_type(inputs) = 'OBJECT'))
    GROUP BY name ORDER BY count(*) DESC, name LIMIT ${MOST_INPUTS + 1}`);
  const names = named.map(({ name }) => String(name));
  const frequent = names.slice(0, MOST_INPUTS);
  const longest = frequent.map((_, at) => `max(strlen(inputValues[${at + 1}]))::INTEGER AS longest${at}`);
  const [measured] =
    frequent.length === 0
      ? []
      : await session.query(
          `SELECT ${longest.join(', ')} FROM (SELECT ${valuesSql(frequent)} AS inputValues FROM ${relation})`,
        );
  const columns = frequent.filter((_, at) => Number(measured?.[`longest${at}`] ?? 0) <= LONGEST_VALUE_BYTES);
  return { columns, hasAllInputs: columns.length === names.length };
}

async function saveFile(
  { objects }: StoredRowsDeps,
  folder: string,
  { path, scored, columns, hasAllInputs }: RowsFile,
  facts: RowsFacts,
): Promise<StoredRowSet> {
  // A new name each time, so that a query that reads the previous file can finish.
  const name = `rows-${randomUUID()}.parquet`;
  const { sizeBytes, sha256 } = await objects.put(`${folder}/${name}`, createReadStream(path));
  const stamp = (await readFileStamp(await requireLocalPath(objects, `${folder}/${name}`)))?.stamp ?? '';
  const file = { name, sizeBytes, sha256, stamp };
  const line = JSON.stringify(
    { ...facts, ...scored, columns, hasAllInputs, file } satisfies Unserialized,
    (_, value) => (value instanceof Float64Array ? Array.from(value) : value),
  );
  await objects.put(buildFactsKey(folder), `${hashLine(line)}\n${line}`);
  return { ...facts, scored, columns, hasAllInputs, file };
}

/** The facts with the arrays of the model as they are in memory. */
type Unserialized = Omit<StoredFacts, 'model' | 'columns'> & {
  readonly model: EstimateModel | null;
  readonly columns: readonly string[];
};

async function removeOthers({ objects }: StoredRowsDeps, folder: string, kept: string): Promise<void> {
  for (const { name } of await objects.list(folder)) {
    if (name.endsWith('.parquet') && name !== kept) await objects.remove(`${folder}/${name}`);
  }
}

async function readFacts({ objects }: StoredRowsDeps, folder: string): Promise<StoredRowSet | null> {
  const key = buildFactsKey(folder);
  if ((await objects.size(key)) === null) return null;
  const stored = await text((await objects.open(key)).content);
  const end = stored.indexOf('\n');
  const line = stored.slice(end + 1);
  if (end < 0 || stored.slice(0, end) !== hashLine(line)) return null;
  const parsed = StoredFacts.safeParse(JSON.parse(line));
  if (!parsed.success) return null;
  const { estimation, model, unmatchedLabels, ...rest } = parsed.data;
  return { ...rest, scored: { estimation, model: model === null ? null : toModel(model), unmatchedLabels } };
}

function toModel(stored: z.infer<typeof StoredModel>): EstimateModel {
  if (stored.method === 'dle') return stored;
  const { calibration, resampled, ...rest } = stored.cbpe;
  const toLine = (line: z.infer<typeof Line> | null) =>
    line === null ? null : { x: Float64Array.from(line.x), y: Float64Array.from(line.y) };
  return { method: 'cbpe', cbpe: { ...rest, calibration: toLine(calibration), resampled: resampled.map(toLine) } };
}

async function showStored(
  deps: StoredRowsDeps,
  folder: string,
  { scored, columns, file }: StoredRowSet,
  watching: WindowQuery,
): Promise<ShownCut> {
  const path = await requireIntactPath(deps.objects, `${folder}/${file.name}`, file);
  return showRows(deps.lake, { path, scored, columns }, watching);
}

async function countStored(
  { lake, objects }: StoredRowsDeps,
  folder: string,
  { file }: StoredRowSet,
  selection: Selection,
): Promise<VersionCount[]> {
  return countRows(lake, await requireIntactPath(objects, `${folder}/${file.name}`, file), selection);
}

/** One cut of a file of scored rows. */
export function showRows(
  lake: Pick<Lake, 'session'>,
  { path, scored, columns }: Pick<RowsFile, 'path' | 'scored' | 'columns'>,
  watching: WindowQuery,
): Promise<ShownCut> {
  const relation = buildRelation(path, watching.selection);
  const sliceSql = (input: string) => (columns.includes(input) ? `input${columns.indexOf(input)}` : 'NULL::VARCHAR');
  return lake.session((session) => showCut({ session, relation, facts: scored, isByTime: true, sliceSql }, watching));
}

/** Rows of a file by model version in [start, end), where stated. */
export function countRows(lake: Pick<Lake, 'session'>, path: string, selection: Selection): Promise<VersionCount[]> {
  return lake.session((session) => countVersionsOf(session, buildRelation(path, selection)));
}

/** Selected rows of a file as a relation. */
function buildRelation(path: string, selection: Selection): string {
  const where = ['true', ...buildConditions(selection)].join(' AND ');
  return `(SELECT * FROM read_parquet(${quoteLiteral(path)}) WHERE ${where})`;
}

/** Path of a stored file that has the bytes which were written. */
async function requireIntactPath(objects: Objects, key: string, file: StoredFacts['file']): Promise<string> {
  const path = await requireLocalPath(objects, key);
  await assertIntact(objects, key, { ...file, path });
  return path;
}

/** Verifies the digest of a file if it was modified after it was written. */
async function assertIntact(
  objects: Objects,
  key: string,
  { path, sizeBytes, sha256, stamp }: StoredFacts['file'] & { readonly path: string },
): Promise<void> {
  const now = await readFileStamp(path);
  if (now === null || now.sizeBytes !== sizeBytes) throw new Error(`${key} is missing or has another size`);
  if (now.stamp === stamp) return;
  if ((await objects.digest(key))?.sha256 !== sha256)
    throw new Error(`${key} does not have the bytes that were written`);
}

async function requireLocalPath(objects: Objects, key: string): Promise<string> {
  const path = await objects.localPath(key);
  if (path === null) throw new Error('stored rows are on this machine, where the lake reads them');
  return path;
}

function buildFactsKey(folder: string): string {
  return `${folder}/rows.json`;
}

function hashLine(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
