import type { JournaledTable } from '../../../platform/journal/index.ts';
import { identifier, type LakeRow, literal } from '../../../platform/lake/index.ts';
import { labelledSql, type Selection } from '../predictions/labelled.ts';
import { meanInterval, wilsonInterval } from './intervals.ts';
import type { MeasuredQuality, MonitorSpec, MonitorWindow, WINDOWS } from './schema.ts';
import { type Score, scoresOf } from './scores.ts';
import { shownQuality } from './shown-quality.ts';

const MOST_WINDOWS = 5_000;
const DAY_MS = 86_400_000;

export interface Watching {
  readonly spec: MonitorSpec;
  readonly selection: Selection;
  readonly by: (typeof WINDOWS)[number];
  readonly slice?: string | undefined;
}

export interface Tables {
  readonly predictions: JournaledTable;
  readonly labels: JournaledTable;
}

/** What a monitor shows: everything is summed where the rows are, and only sums leave. */
export async function watched(tables: Tables, watching: Watching) {
  const { spec, selection, by, slice } = watching;
  const scores = spec.quality === undefined ? [] : scoresOf(spec.quality);
  return tables.predictions.read((predictions, session) =>
    tables.labels.read(async (labels) => {
      const common = labelledSql({ predictions, labels }, selection, spec.labels.withinDays * DAY_MS);
      const rows = await session.query(windowsSql(common, { by, slice, scores }));
      const [unmatched] = await session.query(unmatchedSql({ predictions, labels }, selection));
      return {
        windows: rows.map((row) => windowOf(row, by, scores)),
        estimation: null,
        unmatchedLabels: Number(unmatched?.labels ?? 0),
      };
    }),
  );
}

function windowsSql(
  common: string,
  { by, slice, scores }: Pick<Watching, 'by' | 'slice'> & { readonly scores: readonly Score[] },
): string {
  const start = by === 'all' ? 'NULL::TIMESTAMP' : `date_trunc(${literal(by)}, predictedAt)`;
  const part =
    slice === undefined ? 'NULL::VARCHAR' : `json_extract_string(inputs, ${literal(`$.${identifier(slice)}`)})`;
  const scored = scores.map(({ score }, index) => `CASE WHEN label IS NOT NULL THEN ${score} END AS score${index}`);
  const sums = scores.flatMap((_, index) => [
    `count(score${index})::INTEGER AS n${index}`,
    `avg(score${index}) AS mean${index}`,
    `stddev_samp(score${index}) AS sd${index}`,
  ]);
  const quantiles = [0.5, 0.95, 0.99].map((q, index) => `quantile_cont(latencyMs, ${q}) AS latency${index}`);
  return `WITH ${common},
    scored AS (SELECT ${[`${start} AS start`, `${part} AS slice`, 'label', 'latencyMs', ...scored].join(', ')} FROM labelled)
    SELECT strftime(start, '%Y-%m-%dT%H:%M:%SZ') AS start, ${by === 'all' ? 'NULL' : `strftime(start + INTERVAL 1 ${by}, '%Y-%m-%dT%H:%M:%SZ')`} AS until,
      slice, count(*)::INTEGER AS predictions, count(label)::INTEGER AS labelled,
      ${[...quantiles, ...sums].join(', ')}
    FROM scored GROUP BY ALL ORDER BY start, slice NULLS FIRST LIMIT ${MOST_WINDOWS}`;
}

function unmatchedSql({ predictions, labels }: { predictions: string; labels: string }, selection: Selection): string {
  const { model, knownAt } = selection;
  const ids = labelledSql({ predictions, labels }, { model, knownAt }, 0);
  return `WITH ${ids} SELECT count(DISTINCT prediction) AS labels FROM told
    WHERE prediction IS NOT NULL AND prediction NOT IN (SELECT prediction FROM predicted)`;
}

function windowOf(row: LakeRow, by: Watching['by'], scores: readonly Score[]): MonitorWindow {
  const [predictions, labelled] = [Number(row.predictions), Number(row.labelled)];
  const measured = scores[0] === undefined ? 0 : Math.max(...scores.map((_, index) => Number(row[`n${index}`])));
  const completeness = predictions === 0 ? 0 : labelled / predictions;
  const quality = scores.map((score, index) => measuredOf(score, row, index));
  const [p50, p95, p99] = [row.latency0, row.latency1, row.latency2];
  return {
    period: by === 'all' ? null : { start: String(row.start), end: String(row.until) },
    slice: row.slice === null ? null : String(row.slice),
    predictions,
    labelled,
    completeness,
    unmeasured: scores.length === 0 ? 0 : labelled - measured,
    latencyMs: p50 === null ? null : { p50: Number(p50), p95: Number(p95), p99: Number(p99) },
    quality,
    estimates: [],
    shown: shownQuality(quality, [], { completeness, until: 1 }),
    inReference: false,
  };
}

function measuredOf({ metric, of }: Score, row: LakeRow, index: number): MeasuredQuality {
  const sampleSize = Number(row[`n${index}`]);
  if (sampleSize === 0) return { metric, value: null, lower: null, upper: null, sampleSize };
  const [mean, sd] = [Number(row[`mean${index}`]), row[`sd${index}`] === null ? null : Number(row[`sd${index}`])];
  const interval = of === 'share' ? wilsonInterval(mean, sampleSize) : meanInterval(mean, sd, sampleSize);
  const shown = of === 'rootMean' ? (value: number) => Math.sqrt(Math.max(0, value)) : (value: number) => value;
  const ends = interval === null ? [null, null] : [shown(interval.lower), shown(interval.upper)];
  return { metric, value: shown(mean), lower: ends[0] ?? null, upper: ends[1] ?? null, sampleSize };
}
