import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import type { Period } from '../../../platform/units/index.ts';
import { type CutToEstimate, estimateMonitor } from '../estimates/estimate-monitor.ts';
import { labelledSql, type ReadColumns, rangeOf, rowsOfModelSql, type Selection } from '../predictions/labelled.ts';
import { meanInterval, wilsonInterval } from './intervals.ts';
import type { EstimatedQuality, Estimation, MeasuredQuality, MonitorSpec, MonitorWindow } from './schema.ts';
import { type Score, scoresOf } from './scores.ts';
import { shownQuality } from './shown-quality.ts';
import { type Cut, placedSql, scoredSql, unmatchedSql, windowsSql } from './windows-sql.ts';

const DAY_MS = 86_400_000;

export interface Watching extends Cut {
  readonly spec: MonitorSpec;
  readonly selection: Selection;
}

export interface Tables {
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
}

export interface ShownCut {
  readonly windows: MonitorWindow[];
  readonly estimation: Estimation | null;
  readonly unmatchedLabels: number;
}

/** What a monitor shows of one cut: everything is summed where the rows are; numbers that estimates are made of leave as columns. */
export async function watched(tables: Tables, { spec, selection, ...cut }: Watching): Promise<ShownCut> {
  const [shown] = await watchedCuts(tables, { spec, selection }, [cut]);
  if (shown === undefined) throw new Error('one cut is asked for');
  return shown;
}

/** The same of several cuts, from one reading of the rows. */
export async function watchedCuts(
  tables: Tables,
  { spec, selection }: Omit<Watching, keyof Cut>,
  cuts: readonly Cut[],
): Promise<ShownCut[]> {
  const scores = spec.quality === undefined ? [] : scoresOf(spec.quality);
  const withinMs = spec.labels.withinDays * DAY_MS;
  const isSliced = cuts.some(({ slice }) => slice !== undefined);
  // Of numbers the loss is learned from the inputs.
  const ofInputs = isSliced || (spec.estimate !== undefined && spec.quality?.kind === 'regression');
  const columns: ReadColumns = ofInputs ? 'all' : 'answers';
  // Twice: the windows are of the days that are asked for, references and labels without a prediction of any day.
  return tables.predictions.read((all, session) =>
    tables.predictions.read(
      (selected) =>
        tables.labels.read(async (labels) => {
          const copied = await copyRows(session, { all, selected, labels }, { selection, columns });
          const reading: Reading = { session, spec, selection, scores, withinMs, columns, relations: copied };
          return showCuts(reading, cuts);
        }),
      rangeOf(selection, withinMs),
    ),
  );
}

interface AllRelations {
  /** Predictions of any day, and of the days that are asked for. */
  readonly all: string;
  readonly selected: string;
  readonly labels: string;
}

interface Reading extends Omit<Watching, keyof Cut> {
  readonly session: LakeSession;
  readonly scores: readonly Score[];
  readonly withinMs: number;
  readonly columns: ReadColumns;
  readonly relations: AllRelations;
}

/** Rows of the model as temporary tables, because a history is thousands of files: labels, and predictions where those of all days are asked for. */
async function copyRows(
  session: LakeSession,
  { all, selected, labels }: AllRelations,
  { selection, columns }: { readonly selection: Selection; readonly columns: ReadColumns },
): Promise<AllRelations> {
  const copy = (table: string, relation: string, read: ReadColumns) =>
    session.query(`CREATE OR REPLACE TEMP TABLE ${table} AS ${rowsOfModelSql(relation, selection, read)}`);
  await copy('monitor_label', labels, 'all');
  if (selection.start !== undefined || selection.end !== undefined) return { all, selected, labels: 'monitor_label' };
  await copy('monitor_prediction', all, columns);
  return { all: 'monitor_prediction', selected: 'monitor_prediction', labels: 'monitor_label' };
}

async function showCuts(reading: Reading, cuts: readonly Cut[]): Promise<ShownCut[]> {
  const { session, spec, selection, scores, withinMs, columns, relations } = reading;
  const { all, selected, labels } = relations;
  const common = labelledSql({ predictions: selected, labels }, selection, withinMs, columns);
  const labelled = 'monitor_labelled';
  await session.query(`CREATE OR REPLACE TEMP TABLE ${labelled} AS ${scoredSql(common, scores)}`);
  const summed: LakeRow[][] = [];
  for (const cut of cuts) summed.push(await session.query(windowsSql(labelled, { ...cut, scores })));
  const [unmatched] = await session.query(unmatchedSql({ predictions: all, labels }, selection));
  const estimated = await estimateCuts(
    reading,
    labelled,
    cuts.map((cut, at) => ({
      place: (relation: string) => `(${placedSql(relation, cut)})`,
      windows: summed[at]?.length ?? 0,
    })),
  );
  return cuts.map((cut, at) => ({
    windows: (summed[at] ?? []).map((row, window) => {
      const estimates = estimated?.cuts[at]?.[window] ?? [];
      return windowOf(row, { watching: { ...cut, spec, selection }, scores, estimates });
    }),
    estimation: estimated?.estimation ?? null,
    unmatchedLabels: Number(unmatched?.labels ?? 0),
  }));
}

async function estimateCuts(reading: Reading, rows: string, cuts: readonly CutToEstimate[]) {
  const { session, spec, selection, scores, withinMs, columns, relations } = reading;
  if (spec.estimate === undefined || spec.quality === undefined) return null;
  const { model, knownAt } = selection;
  const { all: predictions, labels } = relations;
  const learned = { model, knownAt, ...spec.estimate.reference };
  const reference = labelledSql({ predictions, labels }, learned, withinMs, columns);
  return estimateMonitor(session, {
    quality: spec.quality,
    reference: `(WITH ${reference} SELECT 0 AS place, * FROM labelled WHERE label IS NOT NULL)`,
    rows,
    cuts,
    metrics: scores.map(({ metric }) => metric),
  });
}

interface Showing {
  readonly watching: Watching;
  readonly scores: readonly Score[];
  readonly estimates: readonly EstimatedQuality[];
}

function windowOf(row: LakeRow, { watching: { by, spec, selection }, scores, estimates }: Showing): MonitorWindow {
  const period = by === 'all' ? null : { start: String(row.start), end: String(row.until) };
  const [predictions, labelled] = [Number(row.predictions), Number(row.labelled)];
  const measured = scores[0] === undefined ? 0 : Math.max(...scores.map((_, index) => Number(row[`n${index}`])));
  const completeness = predictions === 0 ? 0 : labelled / predictions;
  const quality = scores.map((score, index) => measuredOf(score, row, index));
  const [p50, p95, p99] = [row.latency0, row.latency1, row.latency2];
  return {
    period,
    slice: row.slice === null ? null : String(row.slice),
    predictions,
    labelled,
    completeness,
    unmeasured: scores.length === 0 ? 0 : labelled - measured,
    latencyMs: p50 === null ? null : { p50: Number(p50), p95: Number(p95), p99: Number(p99) },
    quality,
    estimates: [...estimates],
    shown: shownQuality(quality, estimates, { completeness, until: spec.estimate?.until ?? 1 }),
    inReference: overlaps(spec.estimate?.reference, period ?? selection),
  };
}

function measuredOf({ metric, of }: Score, row: LakeRow, index: number): MeasuredQuality {
  const sampleSize = Number(row[`n${index}`]);
  if (sampleSize === 0) return { metric, value: null, lower: null, upper: null, sampleSize };
  const [mean, sd] = [Number(row[`mean${index}`]), row[`sd${index}`] === null ? null : Number(row[`sd${index}`])];
  const interval =
    of === 'share' || of === 'f1' ? wilsonInterval(mean, sampleSize) : meanInterval(mean, sd, sampleSize);
  const shown = SHOWN[of];
  const ends = interval === null ? [null, null] : [shown(interval.lower), shown(interval.upper)];
  return { metric, value: shown(mean), lower: ends[0] ?? null, upper: ends[1] ?? null, sampleSize };
}

/** The measure by the mean of its scores. */
const SHOWN: Readonly<Record<Score['of'], (mean: number) => number>> = {
  share: (mean) => mean,
  mean: (mean) => mean,
  rootMean: (mean) => Math.sqrt(Math.max(0, mean)),
  f1: (share) => (2 * share) / (1 + share),
  auc: (mean) => Math.min(1, Math.max(0, mean)),
};

/** null bounds: since ever, until now. Both half-open. */
function overlaps(reference: Period | undefined, { start, end }: Pick<Selection, 'start' | 'end'>): boolean {
  if (reference === undefined) return false;
  const from = start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start);
  const until = end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end);
  return from < Date.parse(reference.end) && until > Date.parse(reference.start);
}
