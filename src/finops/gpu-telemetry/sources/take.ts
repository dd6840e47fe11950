import type { JournaledRow } from '../../../platform/journal/index.ts';
import { stretchesOf } from '../series/holder-stretches.ts';
import { type Labels, renamedJobs, type SeriesSubject, subjectOf } from '../series/labels.ts';
import { type LeftOut, noteLeftOut } from '../series/left-out.ts';
import { readingOf, type Signal, signalOf } from './signals.ts';

/** A series with its samples, independent of its transport. */
export interface Series {
  readonly labels: Labels;
  /** Unix milliseconds and the value as it was sent. */
  readonly samples: readonly (readonly [at: number, value: number])[];
}

export interface Taking {
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

interface Known {
  readonly series: Series;
  readonly signal: Signal;
  readonly subject: SeriesSubject;
}

/** Converts series of the DCGM exporter into readings, and into stretches of holders. Other series are skipped. */
export function takeSeries(all: readonly Series[], taking: Taking): Taken {
  const leftOut: LeftOut[] = [];
  const renamed = renamedJobs(all.map(({ labels }) => labels));
  const known = all.flatMap((series): Known[] => {
    const signal = signalOf(series.labels.__name__);
    if (signal === null) return [];
    const subject = subjectOf(series.labels, renamed.has(series.labels.job ?? ''));
    if (subject !== null) return [{ series, signal, subject }];
    noteLeftOut(leftOut, 'no UUID names the GPU', series.samples.length, () => JSON.stringify(series.labels));
    return [];
  });
  const rows = known.flatMap((one) => readingRows(one, taking, leftOut));
  const held = stretchesOf(
    known.map(({ subject, series }) => ({
      subject: { ...subject, ...(subject.holder ?? { namespace: null, pod: null, container: null }), pid: null },
      instants: series.samples.flatMap(([at]) => (at >= taking.earliest && at <= taking.latest ? [at] : [])),
    })),
    taking,
  );
  return { rows: [...rows, ...held], readings: rows.length, leftOut };
}

function readingRows({ series, signal, subject }: Known, taking: Taking, leftOut: LeftOut[]): JournaledRow[] {
  const { pod, namespace } = subject.holder ?? { pod: null, namespace: null };
  const holder = pod === null ? null : `${namespace ?? ''}/${pod}/${subject.holder?.container ?? ''}`;
  return series.samples.flatMap(([at, sent]) => {
    const value = at > taking.latest ? 'the time is in the future' : readingOf(sent, signal, taking.noiseRatio);
    const fault = at < taking.earliest ? 'older than readings are kept' : value;
    if (typeof fault === 'number')
      return [readingRow({ at, value: fault, holder, rank: signal.rank }, subject.gpu, signal.metric, taking)];
    noteLeftOut(leftOut, fault, 1, () => `${series.labels.__name__} of ${subject.gpu} at ${isoOf(at)}: ${sent}`);
    return [];
  });
}

function isoOf(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15 ? new Date(at).toISOString() : String(at);
}

/** A reading as the table of recent readings has it. */
export function readingRow(
  reading: { readonly at: number; readonly value: number; readonly holder: string | null; readonly rank: number },
  gpu: string,
  metric: Signal['metric'],
  { source, intervalMs }: Pick<Taking, 'source' | 'intervalMs'>,
): JournaledRow {
  const { at, value, holder, rank } = reading;
  return { metric, gpu, sampledAt: new Date(at).toISOString(), value, signal: rank, holder, intervalMs, source };
}
