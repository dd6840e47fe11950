import type { JournaledTable, StoredRows } from '../../platform/journal/index.ts';
import { type LakeRow, quoteLiteral } from '../../platform/lake/index.ts';
import type { RetentionPreview } from '../../platform/retention/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { MonitorRules } from './monitor-rules.ts';
import type { PredictionDeletion, PredictionRetention } from './schema.ts';

interface PredictionRetentionDeps {
  readonly monitors: Pick<MonitorRules, 'questionsBefore'>;
  readonly clock: Clock;
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
  readonly shadows: JournaledTable;
}

/** Retention of rows in days; undefined: unlimited. */
export interface KeepDays {
  readonly predictionDays?: number | undefined;
  readonly labelDays?: number | undefined;
}

type RetainedTable = PredictionRetention['tables'][number]['table'];

/** Predictions that one statement names. */
const IDS_A_STATEMENT = 1_000;

/** Previews the rows that retention would delete now. */
export async function previewRetention(deps: PredictionRetentionDeps, keep: KeepDays): Promise<PredictionRetention> {
  const { predictions, labels, shadows, monitors } = deps;
  const of = async (name: RetainedTable, table: JournaledTable, keepDays: number | undefined) => {
    const before = computeFirstDayKept(deps.clock, keepDays);
    const removes = before === null ? NOTHING : await table.removeBefore(before, { dryRun: true });
    const [firstDay, lastDay] = [removes.days[0] ?? null, removes.days.at(-1) ?? null];
    return { table: name, keepDays: keepDays ?? null, before, deletes: toCounts(removes), firstDay, lastDay };
  };
  const tables = [
    await of('predictions', predictions, keep.predictionDays),
    await of('labels', labels, keep.labelDays),
    await of('shadowPredictions', shadows, keep.predictionDays),
  ];
  const before = tables.map((table) => table.before).filter((day) => day !== null);
  const last = before.toSorted().at(-1);
  if (last === undefined) return { tables, unanswerable: [] };
  return { tables, unanswerable: await monitors.questionsBefore(last) };
}

/** Preview for one table, in the format of all tables. */
export async function previewTable(
  deps: PredictionRetentionDeps,
  table: RetainedTable,
  days: number | null,
): Promise<RetentionPreview> {
  const keep = table === 'labels' ? { labelDays: days ?? undefined } : { predictionDays: days ?? undefined };
  const { tables, unanswerable } = await previewRetention(deps, keep);
  const shown = tables.find((one) => one.table === table);
  if (shown === undefined) throw new Error(`no retention for ${table}`);
  const { keepDays, before, deletes, firstDay: first, lastDay: last } = shown;
  const lost = deletes.rows === 0 ? [] : unanswerable.map(({ monitor, question }) => `${monitor}: ${question}`);
  return { keepDays, before, ...deletes, first, last, unanswerable: lost };
}

/** Deletes rows that are older than their retention period; true when rows were deleted. */
export async function retainPredictions(deps: PredictionRetentionDeps, keep: KeepDays): Promise<boolean> {
  let deletes = 0;
  const tables = [
    [deps.predictions, keep.predictionDays],
    [deps.labels, keep.labelDays],
    [deps.shadows, keep.predictionDays],
  ] as const;
  for (const [table, days] of tables) {
    const before = computeFirstDayKept(deps.clock, days);
    if (before !== null) deletes += (await table.removeBefore(before, { dryRun: false })).rows;
  }
  return deletes > 0;
}

const NOTHING: StoredRows = { rows: 0, files: 0, sizeBytes: 0, days: [] };

function computeFirstDayKept(clock: Clock, days: number | undefined): string | null {
  return days === undefined ? null : new Date(clock.now() - days * DAY_MS).toISOString().slice(0, 10);
}

/** Deletes the predictions about a subject, labels of it, labels of those predictions, and the shadow answers to the same requests. */
export async function deleteSubject(
  { predictions, labels, shadows }: Pick<PredictionRetentionDeps, 'predictions' | 'labels' | 'shadows'>,
  { entity, model, dryRun }: { readonly entity: string; readonly model?: string | undefined; readonly dryRun: boolean },
): Promise<PredictionDeletion> {
  const ofModel = model === undefined ? [] : [`model = ${quoteLiteral(model)}`];
  const subject = [`entity = ${quoteLiteral(entity)}`, ...ofModel].join(' AND ');
  const ids = await predictions.read((relation, session) =>
    session.query(`SELECT DISTINCT model, prediction FROM ${relation} WHERE ${subject} ORDER BY ALL`),
  );
  // Labels and shadow answers first: after a crash in between the predictions are still there, and name the rows that are left.
  const ofLabels = await removeAll(labels, [subject, ...buildLabelConditions(ids)], dryRun);
  const ofShadows = await removeAll(shadows, [subject, ...buildCopyConditions(entity, model, ids)], dryRun);
  const ofPredictions = await predictions.removeRows(subject, { dryRun });
  return {
    entity,
    dryRun,
    predictions: toCounts(ofPredictions),
    labels: toCounts(ofLabels),
    shadowPredictions: toCounts(ofShadows),
    notSearched: describeUnsearched([predictions, labels, shadows]),
  };
}

async function removeAll(table: JournaledTable, conditions: readonly string[], dryRun: boolean): Promise<StoredRows> {
  let removed = NOTHING;
  for (const condition of conditions) removed = addRows(removed, await table.removeRows(condition, { dryRun }));
  return removed;
}

/** Labels that name their prediction, and not the subject. */
function buildLabelConditions(ids: readonly LakeRow[]): string[] {
  return buildBatches(ids).map((batch) => {
    const pairs = batch.map((row) => `(${quoteLiteral(String(row.model))}, ${quoteLiteral(String(row.prediction))})`);
    return `entity IS NULL AND (model, prediction) IN (${pairs.join(', ')})`;
  });
}

/** Answers of shadows of another model to the requests of predictions of `model`; without a model, the subject has them all. */
function buildCopyConditions(entity: string, model: string | undefined, ids: readonly LakeRow[]): string[] {
  if (model === undefined) return [];
  const other = `entity = ${quoteLiteral(entity)} AND model <> ${quoteLiteral(model)}`;
  return buildBatches(ids).map((batch) => {
    const predictions = batch.map((row) => quoteLiteral(String(row.prediction)));
    return `${other} AND prediction IN (${predictions.join(', ')})`;
  });
}

/** Many statements, so that none grows without end. */
function buildBatches(ids: readonly LakeRow[]): LakeRow[][] {
  const count = Math.ceil(ids.length / IDS_A_STATEMENT);
  return Array.from({ length: count }, (_, at) => ids.slice(at * IDS_A_STATEMENT, (at + 1) * IDS_A_STATEMENT));
}

function describeUnsearched(tables: readonly JournaledTable[]): string | null {
  const found = tables.flatMap(({ damage: { table, spotsSetAside, segmentsKept } }) =>
    spotsSetAside + segmentsKept === 0
      ? []
      : [
          `journals/${table}: ${spotsSetAside} damaged spots set aside, ${segmentsKept} segments that could not be read`,
        ],
  );
  return found.length === 0 ? null : found.join('; ');
}

function addRows(one: StoredRows, other: StoredRows): StoredRows {
  return {
    rows: one.rows + other.rows,
    files: one.files + other.files,
    sizeBytes: one.sizeBytes + other.sizeBytes,
    days: [...new Set([...one.days, ...other.days])].toSorted(),
  };
}

function toCounts({ rows, files, sizeBytes }: StoredRows) {
  return { rows, files, sizeBytes };
}
