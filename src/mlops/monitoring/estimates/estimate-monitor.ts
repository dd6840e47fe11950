import type { LakeSession } from '../../../platform/lake/index.ts';
import type { EstimatedQuality, Estimation, Quality } from '../monitors/schema.ts';
import { ESTIMATED, type EstimateQuestion } from './estimate-work.ts';
import {
  classMeasured,
  type Feature,
  featuresOf,
  type Measured,
  numberMeasured,
  readMeasured,
  storeMeasured,
} from './estimated-rows.ts';
import type { Figure } from './figure.ts';
import { estimateInThread } from './thread.ts';

/** Two-sided 95 % quantile of the normal law. */
const Z = 1.959963984540054;
/** Labelled predictions that a reference needs, and the most that are learned from, drawn by the hash of their id. */
const FEWEST_REFERENCE: Readonly<Record<EstimateQuestion['method'], number>> = { cbpe: 300, dle: 300 };
const MOST_REFERENCE = 20_000;
/** Numbers that are read of all windows together; of a larger window a part is drawn, also by the hash of the id. */
const MOST_NUMBERS = 8_000_000;
const FEWEST_OF_WINDOW = 200;

/** A cut of predictions into windows. */
export interface CutToEstimate {
  /** A FROM item with the rows of a relation and the place of their window, from 0 on. */
  place(relation: string): string;
  readonly windows: number;
}

export interface Estimating {
  readonly quality: Quality;
  /** FROM item with `prediction`, `inputs`, `output`, `label` and `place` 0: what is learned from. */
  readonly reference: string;
  /** FROM item with the predictions of all windows, with the same columns but the place. */
  readonly rows: string;
  readonly cuts: readonly CutToEstimate[];
  /** Measures that are wanted, in their order. */
  readonly metrics: readonly string[];
}

export interface Estimated {
  readonly estimation: Estimation;
  /** For each window of each cut its estimates, one for each measure. */
  readonly cuts: readonly (readonly (readonly EstimatedQuality[])[])[];
}

/** Estimates the quality of each window of each cut from a labelled reference, learned once; with its reason where it cannot be estimated. */
export async function estimateMonitor(session: LakeSession, estimating: Estimating): Promise<Estimated> {
  const { quality, reference, rows: predictions, cuts, metrics } = estimating;
  const plan = await planOf(session, quality, reference);
  if ('reason' in plan) return notEstimated(estimating, { ...NOTHING, reason: plan.reason });
  const { method, features, measured } = plan;
  const learned = await readMeasured(session, reference, measured, {
    labelled: true,
    places: 1,
    most: MOST_REFERENCE,
  });
  const referenceSize = learned.starts.at(-1) ?? 0;
  const estimation: Estimation = {
    method,
    referenceSize,
    calibrated: null,
    features: features.map(({ name }) => name),
    reason: null,
  };
  const fewest = FEWEST_REFERENCE[method];
  if (referenceSize < fewest) {
    const reason = `the reference has ${referenceSize} labelled predictions that can be used, and ${fewest} are needed`;
    return notEstimated(estimating, { ...estimation, reason });
  }
  const source = await storeMeasured(session, predictions, measured);
  const parts: ReadColumns[] = [];
  for (const { place, windows } of cuts) {
    const most = Math.max(FEWEST_OF_WINDOW, Math.floor(MOST_NUMBERS / Math.max(1, windows * learned.columns.length)));
    const wanted = { labelled: false, places: windows, most };
    parts.push(await readMeasured(session, place(source.relation), source.measured, wanted));
  }
  const { columns, starts } = joinParts(parts);
  const answer = await estimateInThread(
    questionOf(method, { learned: learned.columns, columns, starts }),
    session.signal,
  );
  const shown = answer.windows.map((figures, at) => {
    const sampleSize = (starts[at + 1] ?? 0) - (starts[at] ?? 0);
    return metrics.map((metric) => estimatedOf(metric, figures[metric], sampleSize));
  });
  const firsts = cuts.map((_, at) => cuts.slice(0, at).reduce((sum, { windows }) => sum + windows, 0));
  return {
    estimation: { ...estimation, calibrated: answer.calibrated },
    cuts: cuts.map(({ windows }, at) => shown.slice(firsts[at], (firsts[at] ?? 0) + windows)),
  };
}

type ReadColumns = Awaited<ReturnType<typeof readMeasured>>;

/** The rows of all cuts behind each other, as if the windows were of one cut. */
function joinParts(parts: readonly ReadColumns[]): ReadColumns {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return first ?? { columns: [], starts: [0] };
  const rows = parts.map(({ starts }) => starts.at(-1) ?? 0);
  const offsets = rows.map((_, at) => rows.slice(0, at).reduce((sum, count) => sum + count, 0));
  const columns = first.columns.map((_, column) => {
    const joined = new Float64Array((offsets.at(-1) ?? 0) + (rows.at(-1) ?? 0));
    for (const [at, part] of parts.entries()) joined.set(part.columns[column] ?? [], offsets[at]);
    return joined;
  });
  const starts = parts.flatMap((part, at) => part.starts.slice(0, -1).map((start) => start + (offsets[at] ?? 0)));
  return { columns, starts: [...starts, (offsets.at(-1) ?? 0) + (rows.at(-1) ?? 0)] };
}

const NOTHING: Estimation = { method: 'cbpe', referenceSize: 0, calibrated: null, features: [], reason: null };

interface Plan {
  readonly method: EstimateQuestion['method'];
  readonly features: readonly Feature[];
  readonly measured: Measured;
}

async function planOf(session: LakeSession, quality: Quality, reference: string): Promise<Plan | { reason: string }> {
  if (quality.kind === 'ranking') return { reason: 'rankings are not estimated' };
  if (quality.kind === 'classification') {
    const { probability } = quality;
    if (probability === undefined) return { reason: 'the monitor names no probability: spec.quality.probability' };
    return { method: 'cbpe', features: [], measured: classMeasured(quality, probability) };
  }
  const features = await featuresOf(session, reference);
  return { method: 'dle', features, measured: numberMeasured(quality.output, features) };
}

interface Read {
  readonly learned: readonly Float64Array[];
  readonly columns: readonly Float64Array[];
  readonly starts: readonly number[];
}

/** Columns as `readMeasured` gives them. */
function questionOf(method: EstimateQuestion['method'], { learned, columns, starts }: Read): EstimateQuestion {
  const none = new Float64Array();
  if (method === 'dle') {
    const [said = none, error = none, ...features] = learned;
    return { method, reference: { features: [said, ...features], error }, rows: columns, starts };
  }
  const [probability = none, predicted = none, actual = none] = learned;
  const [p = none, answered = none] = columns;
  const rows = { probability: p, predicted: answered };
  return { method, reference: { probability, predicted, actual }, rows, starts };
}

function notEstimated({ metrics, cuts }: Estimating, estimation: Estimation): Estimated {
  const { reason } = estimation;
  const estimates = metrics.map((metric) => ({
    metric,
    value: null,
    lower: null,
    upper: null,
    sampleSize: 0,
    reason,
  }));
  return { estimation, cuts: cuts.map(({ windows }) => Array.from({ length: windows }, () => estimates)) };
}

function estimatedOf(metric: string, figure: Figure | undefined, sampleSize: number): EstimatedQuality {
  const none = { metric, value: null, lower: null, upper: null, sampleSize };
  if (figure === undefined) return { ...none, reason: `${metric} is not estimated` };
  if ('reason' in figure) return { ...none, reason: figure.reason };
  const { value, error } = figure;
  const shown = (end: number) => (metric === 'rmse' ? Math.sqrt(Math.max(0, end)) : Math.max(0, end));
  const most = ESTIMATED.cbpe.includes(metric) ? 1 : Number.POSITIVE_INFINITY;
  const ends =
    error === null
      ? { lower: null, upper: null }
      : { lower: shown(value - Z * error), upper: Math.min(most, shown(value + Z * error)) };
  return { metric, value: shown(value), ...ends, sampleSize, reason: null };
}
