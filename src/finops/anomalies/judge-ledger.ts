import { setImmediate } from 'node:timers/promises';
import type { DailyCharges } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';
import type { CountedPredictions } from '../metering/index.ts';
import { computeAlarmStrength, FALSE_ALARMS_PER_30_DAYS } from './alarm-rate.ts';
import { formatDay, toDayNumber } from './day.ts';
import { type Described, describeCause, type FoundAnomaly } from './describe-cause.ts';
import { describeGpuCause, type GpuLedger } from './describe-gpu.ts';
import { findCauses } from './find-causes.ts';
import { findGpuCauses } from './gpu-causes.ts';
import { buildGpuCharges, GPU_DIMENSIONS } from './gpu-charges.ts';
import { buildGpuSeries } from './gpu-series.ts';
import { type Candidate, judgeSeries } from './judge-series.ts';
import { findLessons, type Judged } from './lessons.ts';
import type { LedgerJudging } from './schema.ts';
import { buildSliceSeries, isDaily, type LedgerSeries, type SeriesContext } from './series.ts';
import type { SeriesMemory } from './series-memory.ts';
import { buildSliceKey, isOfGpus, JUDGED_DIMENSIONS } from './slice.ts';
import { createSpend } from './spend.ts';

/** Fewer predictions of a day are no rate. */
const LEAST_PREDICTIONS = 1000;
const PER = 1000;

/**
 * Daily cost of 1,000 predictions of an endpoint or a model: its cost on the bill divided by its counted predictions. Days
 * without a count, or with fewer than 1,000 predictions, are left out. `costs`: the cost series of the ledger.
 */
function buildServedSeries(costs: readonly LedgerSeries[], counted: readonly CountedPredictions[]): LedgerSeries[] {
  return costs.flatMap((series) => {
    const [part] = series.slice;
    if (series.measure !== 'cost' || (part?.dimension !== 'endpoint' && part?.dimension !== 'model')) return [];
    const { dimension, value } = part;
    const alone = costs.filter(
      ({ measure, slice: [of] }) => measure === 'cost' && of?.dimension === dimension && of.value === value,
    );
    // With costs in two currencies, neither alone is the cost of a prediction.
    if (alone.length > 1) return [];
    const predictions = new Map<number, number>();
    for (const one of counted) {
      const day = toDayNumber(one.day);
      if (one[dimension] === value) predictions.set(day, (predictions.get(day) ?? 0) + one.predictions);
    }
    const points = series.points.flatMap(({ day, value: cost }) => {
      const count = predictions.get(day) ?? 0;
      return count < LEAST_PREDICTIONS ? [] : [{ day, value: (cost * PER) / count }];
    });
    const weights = new Map([...predictions].map(([day, count]) => [day, count / PER]));
    const served: LedgerSeries = {
      ...series,
      measure: 'cost_per_1000_predictions',
      unit: '1,000 predictions',
      points,
      weights,
    };
    return isDaily(served) ? [served] : [];
  });
}

export interface JudgedLedger {
  readonly found: readonly FoundAnomaly[];
  readonly judging: Omit<LedgerJudging, 'judgedAt'>;
}

export interface LedgerQuestion extends SeriesContext {
  /** Anomalies with the feedback so far. */
  readonly said: readonly Judged[];
  /** Daily GPU time from the readings. */
  readonly gpus: readonly GpuDay[];
  /** Daily counts of predictions. */
  readonly predictions: readonly CountedPredictions[];
  /** Results of the previous judging; without them every day is judged. */
  readonly memory?: SeriesMemory;
}

/** Maximum number of judged slices per dimension, those with the largest cost; the coarser slices contain the rest. */
const MOST_SLICES = 100;

/** Judges every series of the ledger as if its days arrived one by one. Deterministic for the same bill and the same verdicts. */
export async function judgeLedger(asked: DailyCharges, question: LedgerQuestion): Promise<JudgedLedger> {
  const charges = cacheCharges(asked);
  const days = await charges.daily({ dimensions: JUDGED_DIMENSIONS, where: [], most: MOST_SLICES });
  const ofBill = buildSliceSeries(days, question);
  const gpus = buildGpuLedger(question.gpus);
  const idle = await gpus.idle.daily({ dimensions: GPU_DIMENSIONS, where: [], most: MOST_SLICES });
  const ofGpus = buildGpuSeries(gpus.days, idle);
  const series = [...ofBill, ...buildServedSeries(ofBill, question.predictions), ...ofGpus];
  const alarmStrength = computeAlarmStrength(series.length);
  const candidates = await judgeAll(series, alarmStrength, question);
  const spend = createSpend(days);
  const described = await describeAll(charges, gpus, candidates);
  const found = described.map((one) => ({ ...one, spend: spend(one) }));
  const last = findLastDay(ofBill);
  const first = days.map(({ day }) => day).toSorted()[0];
  return {
    found,
    judging: {
      from: first ?? null,
      through: last,
      gpusThrough: findLastDay(ofGpus),
      series: series.length,
      slices: new Set(series.map(({ slice }) => buildSliceKey(slice))).size,
      falseAlarmsPer30Days: FALSE_ALARMS_PER_30_DAYS,
      alarmStrength,
      sources: [...charges.through].map(([source, through]) => ({ source, through })),
      longer: charges.longer.map((one) => ({ ...one })),
    },
  };
}

/** Finding, joining and describing causes read the same charges: this cache saves nearly half of the queries. */
function cacheCharges(charges: DailyCharges): DailyCharges {
  const answers = new Map<string, ReturnType<DailyCharges['cells']>>();
  return {
    ...charges,
    cells: (question) => {
      const key = JSON.stringify(question);
      const known = answers.get(key);
      if (known !== undefined) return known;
      const answer = charges.cells(question);
      answers.set(key, answer);
      return answer;
    },
  };
}

export function buildGpuLedger(days: readonly GpuDay[]): GpuLedger {
  return { days, idle: buildGpuCharges(days, 'idle'), unused: buildGpuCharges(days, 'unused') };
}

/** Causes of bills and of GPUs are found separately. Both may show the same event; then they are related. */
async function describeAll(
  charges: DailyCharges,
  gpus: GpuLedger,
  candidates: readonly Candidate[],
): Promise<Described[]> {
  const found: (Described | null)[] = [];
  const [ofGpus, others] = [true, false].map((wanted) =>
    candidates.filter(({ series }) => isOfGpus(series.measure) === wanted),
  );
  for (const cause of await findCauses(charges.cells, others ?? [])) {
    found.push(await describeCause(charges, cause, candidates));
  }
  for (const cause of await findGpuCauses(gpus.idle, gpus.days, ofGpus ?? [])) {
    found.push(await describeGpuCause(gpus, cause, candidates));
  }
  return found.filter((one) => one !== null);
}

function findLastDay(series: readonly LedgerSeries[]): string | null {
  const last = series.flatMap(({ points }) => points.at(-1)?.day ?? []);
  return last.length === 0 ? null : formatDay(Math.max(...last));
}

/** One series after the other, so that requests are answered in between. */
async function judgeAll(
  series: readonly LedgerSeries[],
  alarmStrength: number,
  { said, memory }: LedgerQuestion,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const one of series) {
    candidates.push(...judgeSeries(one, alarmStrength, findLessons(one, said), memory));
    await setImmediate();
  }
  memory?.sweep();
  return candidates;
}
