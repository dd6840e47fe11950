import type { JournaledTable } from '../../../platform/journal/index.ts';
import { type LakeSession, quoteLiteral } from '../../../platform/lake/index.ts';
import { DAY_MS } from '../../../platform/units/durations.ts';
import type { Period } from '../../../platform/units/index.ts';
import { listScores } from '../../monitors/index.ts';
import type { Estimation, MonitorSpec } from '../../monitors/schema.ts';
import {
  buildInstantSql,
  computeReadRange,
  labelledSql,
  type ReadColumns,
  rowsOfModelSql,
  type Selection,
} from '../../predictions/index.ts';
import { type EstimateModel, type LearnedEstimate, learnEstimates, storeLosses, termsSql } from '../estimates/learn.ts';
import {
  buildFilesRelation,
  dropPrepared,
  type Part,
  type PartsRequest,
  type PreparedParts,
  planParts,
  prepareParts,
  readRowsAtOnce,
  removeFiles,
  type ScoringProgress,
  writePart,
} from './scored-parts.ts';
import { scoresSql } from './windows-sql.ts';

const PREDICTION = 'monitor_prediction';
const LABELLED = 'monitor_labelled';
const LOSSES = 'monitor_losses';

export interface Tables {
  readonly predictions: Pick<JournaledTable, 'read' | 'state' | 'waitingBytes'>;
  readonly labels: Pick<JournaledTable, 'read' | 'state' | 'waitingBytes'>;
}

/** Facts that windows of any cut of scored predictions need in addition to the rows. */
export interface ScoredFacts {
  readonly estimation: Estimation | null;
  readonly model: EstimateModel | null;
  readonly unmatchedLabels: number;
}

/** Predictions of a selection, each once. */
export interface ScoredRows {
  readonly session: LakeSession;
  /**
   * FROM item: `predictedAt`, `modelVersion`, `endpoint`, `environment`, `variant`, `latencyMs`, `isLabelled`, the columns of `scoresSql`, the terms of
   * estimates `term0` and `term1` (null where there are none), and `draw`, a hash that parts are drawn by.
   */
  readonly relation: string;
  readonly facts: ScoredFacts;
  /** Whether the relation gives its rows in the order of time. */
  readonly isByTime: boolean;
  /** SQL of the value of an input as text. */
  sliceSql(input: string): string;
}

export interface ScoringRequest {
  readonly spec: MonitorSpec;
  readonly selection: Selection;
  /** Whether to read the inputs of rows (column `inputs`, JSON). */
  readonly withInputs: boolean;
  /** Called before each part where rows are scored in parts. */
  readonly onProgress?: (progress: ScoringProgress) => void;
}

/** Bytes of the shortest row that waits in a journal, to count these rows without a read. */
export const SHORTEST_ROW_BYTES = 100;

/**
 * Joins predictions with their labels and scores them, for the time of `work`. More rows than the memory of the engine is for are scored in
 * parts, into files that are deleted after `work`.
 */
export function scoreRows<T>(
  tables: Tables,
  scoring: ScoringRequest,
  work: (rows: ScoredRows) => Promise<T>,
): Promise<T> {
  const { spec, selection } = scoring;
  const withinMs = spec.labels.withinDays * DAY_MS;
  // Two reads: windows need the requested days; references, and labels without a prediction, need all days.
  return tables.predictions.read((all, session) =>
    tables.predictions.read(
      (selected) =>
        tables.labels.read(async (labels) => {
          const relations = { all, selected, labels };
          const parts = await planLarge(tables, session, relations, scoring);
          if (parts !== null) return scoreParts(session, { relations, scoring, ...parts }, work);
          const copied = await copyRows(session, relations, scoring);
          return work(await scoreCopied(session, copied, scoring));
        }),
      computeReadRange(selection, withinMs),
    ),
  );
}

interface LargePlan {
  readonly parts: readonly Part[];
  readonly most: number;
}

/** Null: one statement can score the rows within the memory of the engine. */
async function planLarge(
  tables: Tables,
  session: LakeSession,
  relations: AllRelations,
  scoring: ScoringRequest,
): Promise<LargePlan | null> {
  const waiting = (tables.predictions.waitingBytes + tables.labels.waitingBytes) / SHORTEST_ROW_BYTES;
  const stored = session.countFileRows(relations.all) + session.countFileRows(relations.labels);
  if (stored + waiting < FEWEST_OF_MANY) return null;
  const most = await readRowsAtOnce(session);
  if (stored + waiting < most) return null;
  const ofModel = `WHERE model = ${quoteLiteral(scoring.selection.model)}`;
  const [row] = await session.query(`SELECT (SELECT count(*) FROM ${relations.all} ${ofModel})::DOUBLE AS predictions,
    (SELECT count(*) FROM ${relations.labels} ${ofModel})::DOUBLE AS labels`);
  if (Number(row?.predictions ?? 0) + Number(row?.labels ?? 0) < most) return null;
  return { parts: await planParts(session, buildPartsRequest(relations, scoring), most), most };
}

/** With fewer rows in all, the memory of the engine is not asked for. */
const FEWEST_OF_MANY = 10_000;

function buildPartsRequest(relations: AllRelations, scoring: ScoringRequest): PartsRequest {
  const { spec, selection } = scoring;
  const withInputs = selectReadColumns(scoring) === 'all';
  return { relations, selection, withInputs, withinMs: computeLabelWindowMs(spec), columns: buildScoredColumns(spec) };
}

interface LargeScoring extends LargePlan {
  readonly relations: AllRelations;
  readonly scoring: ScoringRequest;
}

/** Each statement takes its turn, so that other work gets the memory of the engine in between. */
function takeTurns(session: LakeSession): LakeSession {
  return {
    ...session,
    query: (sql, parameters) => session.inTurn(() => session.query(sql, parameters)),
    doubles: (select, rows) => session.inTurn(() => session.doubles(select, rows)),
  };
}

async function scoreParts<T>(
  untimed: LakeSession,
  large: LargeScoring,
  work: (rows: ScoredRows) => Promise<T>,
): Promise<T> {
  const session = takeTurns(untimed);
  const { relations, scoring, parts, most } = large;
  const request = buildPartsRequest(relations, scoring);
  const files: string[] = [];
  try {
    const prepared = await prepareParts(session, request, most);
    const of = parts.reduce((sum, { rows }) => sum + rows, 0);
    let predictions = 0;
    for (const part of parts) {
      scoring.onProgress?.({ predictions, of });
      predictions += part.rows;
      files.push(await writePart(session, request, part, prepared));
    }
    // A model without rows has the columns of one part all the same.
    if (files.length === 0) files.push(await writePart(session, request, NO_ROWS, prepared));
    const learned = await learnOfParts(session, large, { prepared, files });
    const { estimation = null, model = null, losses = null } = learned ?? {};
    await dropPrepared(session);
    if (losses !== null) await replaceWithLosses(session, files, losses);
    const facts = { estimation, model, unmatchedLabels: prepared.unmatchedLabels };
    return await work({ session, facts, isByTime: true, sliceSql: inputSql, relation: buildFilesRelation(files) });
  } finally {
    await removeFiles(files);
  }
}

const NO_ROWS: Part = { fromMs: 0, untilMs: 0, share: 0, shares: 1, rows: 0 };

/** Learns from the reference: from the scored rows where they have all of it, else from separate parts. */
async function learnOfParts(
  session: LakeSession,
  { relations, scoring, most }: LargeScoring,
  { prepared, files }: { readonly prepared: PreparedParts; readonly files: readonly string[] },
): Promise<LearnedEstimate | null> {
  const { quality, estimate } = scoring.spec;
  if (estimate === undefined || quality === undefined) return null;
  const learnFrom = (paths: readonly string[]) =>
    learnEstimates(session, quality, buildReferenceSql(buildFilesRelation(paths), estimate.reference));
  if (isWhole(scoring.selection)) return learnFrom(files);
  const { model, knownAt } = scoring.selection;
  const selection = { model, knownAt, ...estimate.reference };
  const request = buildPartsRequest({ ...relations, selected: relations.all }, { ...scoring, selection });
  const own: string[] = [];
  try {
    const parts = await planParts(session, request, most);
    for (const part of parts.length === 0 ? [NO_ROWS] : parts)
      own.push(await writePart(session, request, part, prepared));
    return await learnFrom(own);
  } finally {
    await removeFiles(own);
  }
}

/** Rewrites files of scored rows with the predicted losses as their terms. */
async function replaceWithLosses(
  session: LakeSession,
  files: string[],
  losses: NonNullable<LearnedEstimate['losses']>,
): Promise<void> {
  for (const [at, file] of files.entries()) {
    await session.query(`CREATE OR REPLACE TEMP TABLE ${LABELLED} AS FROM ${buildFilesRelation([file])}`);
    await storeLosses(session, { rows: LABELLED, losses: LOSSES }, losses);
    const path = session.scratchPath('parquet');
    await session.query(
      `COPY (FROM ${LOSS_RELATION} ORDER BY predictedAt, draw) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    files[at] = path;
    await removeFiles([file]);
  }
  await session.query(`DROP TABLE ${LABELLED}`);
  await session.query(`DROP TABLE ${LOSSES}`);
}

/** SQL of the value of an input of a row with `inputs`. */
export function inputSql(input: string): string {
  return `json_extract_string(inputs, ${buildInputPath(input)})`;
}

/** SQL of the place of an input in `inputs`, as a JSON pointer (RFC 6901): any name is one. */
export function buildInputPath(input: string): string {
  return quoteLiteral(`/${input.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

interface AllRelations {
  /** Predictions of all days, and of the requested days. */
  readonly all: string;
  readonly selected: string;
  readonly labels: string;
}

function isOfAllTime({ start, end }: Selection): boolean {
  return start === undefined && end === undefined;
}

/** Whether a selection has all predictions of its model. */
function isWhole({ modelVersion, endpoint, environment, variant, ...time }: Selection): boolean {
  return isOfAllTime(time) && [modelVersion, endpoint, environment, variant].every((one) => one === undefined);
}

/** For numeric outputs, the loss is learned from the inputs, so the inputs are read. */
function selectReadColumns({ spec, withInputs }: ScoringRequest): ReadColumns {
  const isLearned = spec.estimate !== undefined && spec.quality?.kind === 'regression';
  return withInputs || isLearned ? 'all' : 'answers';
}

/**
 * Copies rows of the model into temporary tables, because a history has thousands of files: labels, and predictions where
 * all days are requested.
 */
async function copyRows(
  session: LakeSession,
  { all, selected, labels }: AllRelations,
  scoring: ScoringRequest,
): Promise<AllRelations> {
  const copy = (table: string, relation: string, read: ReadColumns) =>
    session.query(`CREATE OR REPLACE TEMP TABLE ${table} AS ${rowsOfModelSql(relation, scoring.selection, read)}`);
  await copy('monitor_label', labels, 'all');
  if (!isOfAllTime(scoring.selection)) return { all, selected, labels: 'monitor_label' };
  await copy(PREDICTION, all, selectReadColumns(scoring));
  return { all: PREDICTION, selected: PREDICTION, labels: 'monitor_label' };
}

async function scoreCopied(
  session: LakeSession,
  relations: AllRelations,
  scoring: ScoringRequest,
): Promise<ScoredRows> {
  await storeLabelled(session, relations, scoring);
  const unmatchedLabels = await countUnmatched(session, relations, scoring.selection);
  // The stored rows have all of it; memory is for one copy.
  if (isWhole(scoring.selection)) await session.query(`DROP TABLE ${PREDICTION}`);
  const learned = await learn(session, relations, scoring);
  const { estimation = null, model = null, losses = null } = learned ?? {};
  const facts = { estimation, model, unmatchedLabels };
  const rows = { session, facts, isByTime: false, sliceSql: inputSql };
  if (losses === null) return { ...rows, relation: LABELLED };
  await storeLosses(session, { rows: LABELLED, losses: LOSSES }, losses);
  return { ...rows, relation: LOSS_RELATION };
}

/** FROM item: scored rows with the predicted losses as their terms. */
const LOSS_RELATION = `(SELECT labelled.* EXCLUDE (term0, term1), predicted.term0, predicted.term1
    FROM ${LABELLED} labelled LEFT JOIN ${LOSSES} predicted ON predicted."row" = labelled.rowid)`;

/** SQL of the columns of a scored row, over a prediction with its `label`. */
function buildScoredColumns(spec: MonitorSpec): string[] {
  const scores = spec.quality === undefined ? [] : listScores(spec.quality);
  const withTerms = spec.estimate === undefined ? null : termsSql(spec.quality);
  const terms = withTerms ?? ['NULL::DOUBLE', 'NULL::DOUBLE'];
  return [
    '*',
    'label IS NOT NULL AS isLabelled',
    'hash(prediction) AS draw',
    ...scoresSql(scores),
    ...terms.map((sql, at) => `${sql} AS term${at}`),
  ];
}

/** Stores predictions with their labels, scores and terms, so that several cuts parse outputs and labels once. */
async function storeLabelled(session: LakeSession, relations: AllRelations, scoring: ScoringRequest): Promise<void> {
  const { spec, selection } = scoring;
  const columns = buildScoredColumns(spec);
  const common = labelledSql(
    buildPredictionRelations(relations, selection),
    selection,
    computeLabelWindowMs(spec),
    selectReadColumns(scoring),
  );
  await session.query(
    `CREATE OR REPLACE TEMP TABLE ${LABELLED} AS WITH ${common} SELECT ${columns.join(', ')} FROM labelled`,
  );
}

function buildPredictionRelations({ all, selected, labels }: AllRelations, selection: Selection) {
  const relations = { predictions: selected, labels };
  return isOfAllTime(selection) ? relations : { ...relations, predictionsOfAnyDay: all };
}

function computeLabelWindowMs({ labels }: MonitorSpec): number {
  return labels.withinDays * DAY_MS;
}

/** Labels that name a prediction which is not known. */
async function countUnmatched(
  session: LakeSession,
  { all, labels }: AllRelations,
  { model, knownAt }: Selection,
): Promise<number> {
  const known = rowsOfModelSql(all, { model, knownAt }, 'answers');
  const [row] = await session.query(`SELECT count(DISTINCT prediction)::INTEGER AS labels FROM ${labels} told
    WHERE NOT EXISTS (FROM (SELECT prediction FROM (${known})) known WHERE known.prediction = told.prediction)`);
  return Number(row?.labels ?? 0);
}

/** FROM item: labelled rows of the reference. */
function buildReferenceSql(relation: string, { start, end }: Period): string {
  return `(SELECT * FROM ${relation} WHERE label IS NOT NULL
    AND predictedAt >= ${buildInstantSql(start)} AND predictedAt < ${buildInstantSql(end)})`;
}

async function learn(
  session: LakeSession,
  relations: AllRelations,
  scoring: ScoringRequest,
): Promise<LearnedEstimate | null> {
  const { spec, selection } = scoring;
  const { quality, estimate } = spec;
  if (estimate === undefined || quality === undefined) return null;
  const { model, knownAt } = selection;
  const { all, labels } = relations;
  if (isWhole(selection)) {
    return learnEstimates(session, quality, buildReferenceSql(LABELLED, estimate.reference));
  }
  const learned = { model, knownAt, ...estimate.reference };
  const common = labelledSql(
    { predictions: all, predictionsOfAnyDay: all, labels },
    learned,
    computeLabelWindowMs(spec),
    selectReadColumns(scoring),
  );
  return learnEstimates(session, quality, `(WITH ${common} SELECT * FROM labelled WHERE label IS NOT NULL)`);
}
