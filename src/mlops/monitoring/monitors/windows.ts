import type { JournaledTable } from '../../../platform/journal/index.ts';
import type { LakeRow, LakeSession } from '../../../platform/lake/index.ts';
import type { Period } from '../../../platform/units/index.ts';
import { estimateMonitor } from '../estimates/estimate-monitor.ts';
import { labelledSql, type ReadColumns, rangeOf, type Selection } from '../predictions/labelled.ts';
import { meanInterval, wilsonInterval } from './intervals.ts';
import type { EstimatedQuality, MeasuredQuality, MonitorSpec, MonitorWindow } from './schema.ts';
import { type Score, scoresOf } from './scores.ts';
import { shownQuality } from './shown-quality.ts';
import { type Cut, placedSql, unmatchedSql, windowsSql } from './windows-sql.ts';

const DAY_MS = 86_400_000;

export interface Watching extends Cut {
  readonly spec: MonitorSpec;
  readonly selection: Selection;
}

export interface Tables {
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
}

/** What a monitor shows: everything is summed where the rows are; numbers that estimates are made of leave as columns. */
export async function watched(tables: Tables, watching: Watching) {
  const { spec, selection, by, slice } = watching;
  const scores = spec.quality === undefined ? [] : scoresOf(spec.quality);
  const withinMs = spec.labels.withinDays * DAY_MS;
  // Twice: the windows are of the days that are asked for, references and labels without a prediction of any day.
  return tables.predictions.read((all, session) =>
    tables.predictions.read(
      (selected) =>
        tables.labels.read(async (labels) => {
          const labelledIn = (predictions: string) => (of: Selection, columns: ReadColumns) =>
            labelledSql({ predictions, labels }, of, withinMs, columns);
          const columns = slice === undefined ? 'answers' : 'all';
          const rows = await session.query(windowsSql(labelledIn(selected)(selection, columns), { by, slice, scores }));
          const [unmatched] = await session.query(unmatchedSql({ predictions: all, labels }, selection));
          const estimated = await estimatedWindows(session, labelledIn(all), {
            watching,
            scores,
            windows: rows.length,
          });
          return {
            windows: rows.map((row, at) =>
              windowOf(row, { watching, scores, estimates: estimated?.windows[at] ?? [] }),
            ),
            estimation: estimated?.estimation ?? null,
            unmatchedLabels: Number(unmatched?.labels ?? 0),
          };
        }),
      rangeOf(selection, withinMs),
    ),
  );
}

async function estimatedWindows(
  session: LakeSession,
  labelled: (of: Selection, columns: ReadColumns) => string,
  { watching, scores, windows }: { watching: Watching; scores: readonly Score[]; windows: number },
) {
  const { spec, selection } = watching;
  if (spec.estimate === undefined || spec.quality === undefined) return null;
  const { model, knownAt } = selection;
  // Of numbers the loss is learned from the inputs.
  const columns = spec.quality.kind === 'regression' || watching.slice !== undefined ? 'all' : 'answers';
  const reference = labelled({ model, knownAt, ...spec.estimate.reference }, columns);
  return estimateMonitor(session, {
    quality: spec.quality,
    reference: `(WITH ${reference} SELECT 0 AS place, * FROM labelled WHERE label IS NOT NULL)`,
    rows: `(${placedSql(labelled(selection, columns), watching)})`,
    windows,
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
