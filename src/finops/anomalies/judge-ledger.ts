import { setImmediate } from 'node:timers/promises';
import type { DailyCharges } from '../costs/index.ts';
import type { GpuDay } from '../gpu-usage/index.ts';
import type { CountedPredictions } from '../metering/index.ts';
import { alarmStrengthFor, FALSE_ALARMS_PER_30_DAYS } from './alarm-rate.ts';
import { dayText } from './day.ts';
import { type Described, describeCause, type Found } from './describe-cause.ts';
import { describeGpuCause, type GpuLedger } from './describe-gpu.ts';
import { findCauses } from './find-causes.ts';
import { findGpuCauses } from './gpu-causes.ts';
import { GPU_DIMENSIONS, gpuCharges } from './gpu-charges.ts';
import { gpuSeries } from './gpu-series.ts';
import { type Candidate, judgeSeries } from './judge-series.ts';
import { type Judged, lessonsFor } from './lessons.ts';
import type { LedgerJudging } from './schema.ts';
import { type LedgerSeries, type SeriesContext, seriesOf } from './series.ts';
import type { SeriesMemory } from './series-memory.ts';
import { servedSeries } from './served-series.ts';
import { isOfGpus, JUDGED_DIMENSIONS, sliceKey } from './slice.ts';
import { createSpend } from './spend.ts';

export interface JudgedLedger {
  readonly found: readonly Found[];
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
  const charges = askedOnce(asked);
  const days = await charges.daily({ dimensions: JUDGED_DIMENSIONS, where: [], most: MOST_SLICES });
  const ofBill = seriesOf(days, question);
  const gpus = gpuLedgerOf(question.gpus);
  const idle = await gpus.idle.daily({ dimensions: GPU_DIMENSIONS, where: [], most: MOST_SLICES });
  const ofGpus = gpuSeries(gpus.days, idle);
  const series = [...ofBill, ...servedSeries(ofBill, question.predictions), ...ofGpus];
  const alarmStrength = alarmStrengthFor(series.length);
  const candidates = await judgeAll(series, alarmStrength, question);
  const spend = createSpend(days);
  const described = await describeAll(charges, gpus, candidates);
  const found = described.map((one) => ({ ...one, spend: spend(one) }));
  const last = lastOf(ofBill);
  const first = days.map(({ day }) => day).toSorted()[0];
  return {
    found,
    judging: {
      from: first ?? null,
      through: last,
      gpusThrough: lastOf(ofGpus),
      series: series.length,
      slices: new Set(series.map(({ slice }) => sliceKey(slice))).size,
      falseAlarmsPer30Days: FALSE_ALARMS_PER_30_DAYS,
      alarmStrength,
      sources: [...charges.through].map(([source, through]) => ({ source, through })),
      longer: charges.longer.map((one) => ({ ...one })),
    },
  };
}

/** Finding, joining and describing causes read the same charges: this cache saves nearly half of the queries. */
function askedOnce(charges: DailyCharges): DailyCharges {
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

export function gpuLedgerOf(days: readonly GpuDay[]): GpuLedger {
  return { days, idle: gpuCharges(days, 'idle'), unused: gpuCharges(days, 'unused') };
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

function lastOf(series: readonly LedgerSeries[]): string | null {
  const last = series.flatMap(({ points }) => points.at(-1)?.day ?? []);
  return last.length === 0 ? null : dayText(Math.max(...last));
}

/** One series after the other, so that requests are answered in between. */
async function judgeAll(
  series: readonly LedgerSeries[],
  alarmStrength: number,
  { said, memory }: LedgerQuestion,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const one of series) {
    candidates.push(...judgeSeries(one, alarmStrength, lessonsFor(one, said), memory));
    await setImmediate();
  }
  memory?.sweep();
  return candidates;
}
