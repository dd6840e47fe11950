import type { JournaledRow } from '../../../platform/journal/index.ts';
import { buildHolderRows } from '../series/holder-stretches.ts';
import { findRenamedJobs, type Labels, parseSeriesSubject, type SeriesSubject } from '../series/labels.ts';
import { addLeftOut, type LeftOut } from '../series/left-out.ts';
import { convertReading, findSignal, type Signal } from './signals.ts';

/** A series with its samples, independent of its transport. */
export interface Series {
  readonly labels: Labels;
  /** Unix milliseconds and the value as it was sent. */
  readonly samples: readonly (readonly [at: number, value: number])[];
}

export interface ReadingLimits {
  /** Id of the source, under which its prices are known. */
  readonly source: string;
  readonly intervalMs: number;
  readonly noiseRatio: number;
  /** Unix milliseconds: readings outside of [earliest, latest] are rejected as too old for the retention, or implausible. */
  readonly earliest: number;
  readonly latest: number;
}

export interface Taken {
  /** Rows of the table of recent readings. */
  readonly rows: readonly JournaledRow[];
  /** Number of readings among them. */
  readonly readings: number;
  readonly leftOut: readonly LeftOut[];
}

interface KnownSeries {
  readonly series: Series;
  readonly signal: Signal;
  readonly subject: SeriesSubject;
}

/** Converts series of the DCGM exporter into readings, and into stretches of holders. Other series are skipped. */
export function takeSeries(all: readonly Series[], taking: ReadingLimits): Taken {
  const leftOut: LeftOut[] = [];
  const renamed = findRenamedJobs(all.map(({ labels }) => labels));
  const known = all.flatMap((series): KnownSeries[] => {
    const signal = findSignal(series.labels.__name__);
    if (signal === null) return [];
    const subject = parseSeriesSubject(series.labels, renamed.has(series.labels.job ?? ''));
    if (subject !== null) return [{ series, signal, subject }];
    addLeftOut(leftOut, 'no UUID names the GPU', series.samples.length, () => JSON.stringify(series.labels));
    return [];
  });
  const rows = known.flatMap((one) => buildReadingRows(one, taking, leftOut));
  const held = buildHolderRows(
    known.map(({ subject, series }) => ({
      subject: { ...subject, ...(subject.holder ?? { namespace: null, pod: null, container: null }), pid: null },
      instants: series.samples.flatMap(([at]) => (at >= taking.earliest && at <= taking.latest ? [at] : [])),
    })),
    taking,
  );
  return { rows: [...rows, ...held], readings: rows.length, leftOut };
}

function buildReadingRows(
  { series, signal, subject }: KnownSeries,
  taking: ReadingLimits,
  leftOut: LeftOut[],
): JournaledRow[] {
  const { pod, namespace } = subject.holder ?? { pod: null, namespace: null };
  const holder = pod === null ? null : `${namespace ?? ''}/${pod}/${subject.holder?.container ?? ''}`;
  return series.samples.flatMap(([at, sent]) => {
    const value = at > taking.latest ? 'the time is in the future' : convertReading(sent, signal, taking.noiseRatio);
    const fault = at < taking.earliest ? 'older than readings are kept' : value;
    if (typeof fault === 'number')
      return [buildReadingRow({ at, value: fault, holder, rank: signal.rank }, subject.gpu, signal.metric, taking)];
    addLeftOut(leftOut, fault, 1, () => `${series.labels.__name__} of ${subject.gpu} at ${toIso(at)}: ${sent}`);
    return [];
  });
}

function toIso(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at);
}

/** A reading as the table of recent readings has it. */
export function buildReadingRow(
  reading: { readonly at: number; readonly value: number; readonly holder: string | null; readonly rank: number },
  gpu: string,
  metric: Signal['metric'],
  { source, intervalMs }: Pick<ReadingLimits, 'source' | 'intervalMs'>,
): JournaledRow {
  const { at, value, holder, rank } = reading;
  return { metric, gpu, sampledAt: new Date(at).toISOString(), value, signal: rank, holder, intervalMs, source };
}
