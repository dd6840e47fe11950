import type { JournaledTable, StoredRows } from '../../platform/journal/index.ts';
import { quoteLiteral } from '../../platform/lake/index.ts';
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
}

/** Retention of rows in days; undefined: unlimited. */
export interface KeepDays {
  readonly predictionDays?: number | undefined;
  readonly labelDays?: number | undefined;
}

/** Predictions that one statement names. */
const IDS_A_STATEMENT = 1_000;

/** Previews the rows that retention would delete now. */
export async function previewRetention(deps: PredictionRetentionDeps, keep: KeepDays): Promise<PredictionRetention> {
  const { predictions, labels, monitors } = deps;
  const of = async (name: 'predictions' | 'labels', table: JournaledTable, keepDays: number | undefined) => {
    const before = computeFirstDayKept(deps.clock, keepDays);
    const removes = before === null ? NOTHING : await table.removeBefore(before, { dryRun: true });
    const [firstDay, lastDay] = [removes.days[0] ?? null, removes.days.at(-1) ?? null];
    return { table: name, keepDays: keepDays ?? null, before, deletes: toCounts(removes), firstDay, lastDay };
  };
  const tables = [
    await of('predictions', predictions, keep.predictionDays),
    await of('labels', labels, keep.labelDays),
  ];
  const before = tables.map((table) => table.before).filter((day) => day !== null);
  const last = before.toSorted().at(-1);
  if (last === undefined) return { tables, unanswerable: [] };
  return { tables, unanswerable: await monitors.questionsBefore(last) };
}

/** Preview for one table, in the format of all tables. */
export async function previewTable(
  deps: PredictionRetentionDeps,
  table: 'predictions' | 'labels',
  days: number | null,
): Promise<RetentionPreview> {
  const keep = table === 'predictions' ? { predictionDays: days ?? undefined } : { labelDays: days ?? undefined };
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

/** Deletes the predictions about a subject, labels of it, and labels of those predictions. */
export async function deleteSubject(
  { predictions, labels }: Pick<PredictionRetentionDeps, 'predictions' | 'labels'>,
  { entity, model, dryRun }: { readonly entity: string; readonly model?: string | undefined; readonly dryRun: boolean },
): Promise<PredictionDeletion> {
  const ofModel = model === undefined ? [] : [`model = ${quoteLiteral(model)}`];
  const subject = [`entity = ${quoteLiteral(entity)}`, ...ofModel].join(' AND ');
  const ids = await predictions.read((relation, session) =>
    session.query(`SELECT DISTINCT model, prediction FROM ${relation} WHERE ${subject} ORDER BY ALL`),
  );
  // Labels first: after a crash in between the predictions are still there, and name the labels that are left.
  const conditions = [subject, ...buildLabelConditions(ids)];
  let ofLabels = NOTHING;
  for (const condition of conditions) {
    const removed = await labels.removeRows(condition, { dryRun });
    ofLabels = addRows(ofLabels, removed);
  }
  const ofPredictions = await predictions.removeRows(subject, { dryRun });
  return {
    entity,
    dryRun,
    predictions: toCounts(ofPredictions),
    labels: toCounts(ofLabels),
    notSearched: describeUnsearched([predictions, labels]),
  };
}

/** Labels that name their prediction, and not the subject; many statements, so that none grows without end. */
function buildLabelConditions(ids: readonly Record<string, unknown>[]): string[] {
  const conditions: string[] = [];
  for (let at = 0; at < ids.length; at += IDS_A_STATEMENT) {
    const pairs = ids
      .slice(at, at + IDS_A_STATEMENT)
      .map((row) => `(${quoteLiteral(String(row.model))}, ${quoteLiteral(String(row.prediction))})`);
    conditions.push(`entity IS NULL AND (model, prediction) IN (${pairs.join(', ')})`);
  }
  return conditions;
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
