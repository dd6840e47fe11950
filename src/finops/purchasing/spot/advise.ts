import { averageValues, computeQuantile, sortAscending } from '../../../platform/numbers/index.ts';
import { type Availability, cutHistory, estimateInterruptions, type Interruptions } from './availability.ts';
import {
  type CheckpointCosts,
  computeDalyInterval,
  computeExpectedBillRatio,
  computeYoungInterval,
} from './checkpoint-interval.ts';
import { type CheckpointReplay, replayCheckpoints } from './checkpoint-replay.ts';

export interface CheckpointJob extends CheckpointCosts {
  readonly workSeconds: number;
}

/** Paid time over the time of the work, at one interval. */
export interface IntervalRatio {
  readonly intervalSeconds: number;
  /** Mean over the starts; null when a start does not end. */
  readonly replayedRatio: number | null;
  /** By the formula; null when M is not known. */
  readonly formulaRatio: number | null;
}

/** Of the starts at the advised interval. */
export interface ReplayedSpread {
  readonly starts: number;
  readonly meanRatio: number;
  /** 95 % of the starts lie between these. */
  readonly lowRatio: number;
  readonly highRatio: number;
  readonly medianElapsedSeconds: number;
  /** 95 % of the starts end within it. */
  readonly highElapsedSeconds: number;
}

/** How an interval that was chosen on the first half of the history did on the second half. */
export interface HoldOut {
  readonly intervalSeconds: number;
  readonly ratio: number;
  /** Ratio of the interval that was the best there in hindsight. */
  readonly bestRatio: number;
}

export interface CheckpointAdvice extends Interruptions {
  readonly youngSeconds: number | null;
  readonly dalySeconds: number | null;
  readonly grid: readonly IntervalRatio[];
  /** replay: the best of the grid on this history. daly: by the formula. none: unknown. */
  readonly method: 'replay' | 'daly' | 'none';
  readonly reason: string;
  readonly advisedSeconds: number | null;
  readonly formulaRatio: number | null;
  readonly spread: ReplayedSpread | null;
  readonly holdOut: HoldOut | null;
}

/** With fewer interruptions, the best interval is too uncertain. */
const LEAST_INTERRUPTIONS = 20;
const STARTS = 200;
/** The grid has steps of the fourth root of two, from an eighth to eight times Daly's interval. */
const STEPS_TO_TWICE = 4;
const OCTAVES = 3;

/** Yields to other requests: a replay is pure CPU work. */
export type Breathe = () => Promise<void>;

/**
 * Advises how often a job on spot capacity saves a checkpoint. It replays the job on the history from 200 evenly spaced
 * starts, or uses Daly's formula for a short history. Lengths are seconds.
 */
export async function adviseCheckpoints(
  history: Availability,
  job: CheckpointJob,
  breathe: Breathe = async () => {},
): Promise<CheckpointAdvice> {
  const found = estimateInterruptions(history);
  const mean = found.meanSeconds ?? found.lowSeconds;
  if (mean === null) return adviseWithoutReplay(found, 'there was no spot capacity at any time of the history');
  const young = computeYoungInterval(job.saveSeconds, mean);
  const daly = computeDalyInterval(job.saveSeconds, mean);
  const isReplayable = found.upSeconds >= job.workSeconds;
  const replayed = isReplayable ? await replayGrid(history, job, buildGridAround(daly, young, job), breathe) : [];
  const formula = (seconds: number) =>
    found.meanSeconds === null ? null : computeExpectedBillRatio(job, found.meanSeconds, seconds);
  const grid = replayed.map((point) => ({ ...point, formulaRatio: formula(point.intervalSeconds) }));
  const best = findBestInterval(replayed);
  const short = explainShortHistory(found, job);
  const isReplayed = short === null && best !== null;
  const advised = isReplayed ? best.intervalSeconds : Math.round(Math.max(daly, 1));
  return {
    ...found,
    youngSeconds: found.meanSeconds === null ? null : young,
    dalySeconds: found.meanSeconds === null ? null : daly,
    grid,
    method: isReplayed ? 'replay' : 'daly',
    reason:
      short ?? (best === null ? 'the job ends at no interval of the grid' : 'the best of the grid on this history'),
    advisedSeconds: advised,
    formulaRatio: formula(advised),
    spread: isReplayable ? replaySpread(history, job, advised) : null,
    holdOut: isReplayed ? await testHoldOut(history, job, breathe) : null,
  };
}

/** The same with only M known, from your own count or from a band; null: unknown. */
export function adviseByMean(meanSeconds: number | null, job: CheckpointJob, reason: string): CheckpointAdvice {
  if (meanSeconds === null) {
    return adviseWithoutReplay(
      { upSeconds: 0, interruptions: 0, meanSeconds, lowSeconds: null, highSeconds: null },
      reason,
    );
  }
  const advised = Math.round(Math.max(computeDalyInterval(job.saveSeconds, meanSeconds), 1));
  return {
    ...adviseWithoutReplay(
      { upSeconds: 0, interruptions: 0, meanSeconds, lowSeconds: null, highSeconds: null },
      reason,
    ),
    method: 'daly',
    youngSeconds: computeYoungInterval(job.saveSeconds, meanSeconds),
    dalySeconds: computeDalyInterval(job.saveSeconds, meanSeconds),
    advisedSeconds: advised,
    formulaRatio: computeExpectedBillRatio(job, meanSeconds, advised),
  };
}

function adviseWithoutReplay(found: Interruptions, reason: string): CheckpointAdvice {
  const unknown = { youngSeconds: null, dalySeconds: null, advisedSeconds: null, formulaRatio: null };
  return { ...found, ...unknown, grid: [], method: 'none', reason, spread: null, holdOut: null };
}

/** Why the history is too short for a choice by replay; null when it is not. */
function explainShortHistory(
  { interruptions, upSeconds }: Interruptions,
  { workSeconds }: CheckpointJob,
): string | null {
  if (interruptions < LEAST_INTERRUPTIONS) {
    return `${interruptions} interruptions are too few to choose by replay (${LEAST_INTERRUPTIONS} are needed)`;
  }
  return upSeconds < workSeconds ? 'the history has less capacity than the job has work' : null;
}

function buildGridAround(daly: number, young: number, { workSeconds, saveSeconds }: CheckpointJob): number[] {
  const middle = Math.max(daly, saveSeconds / 2, 1);
  const steps = Array.from({ length: 2 * OCTAVES * STEPS_TO_TWICE + 1 }, (_, step) => step / STEPS_TO_TWICE - OCTAVES);
  const all = [...steps.map((power) => middle * 2 ** power), young, workSeconds];
  const whole = all.map((seconds) => Math.max(Math.round(seconds), 1)).filter((seconds) => seconds <= workSeconds);
  return sortAscending([...new Set(whole)]);
}

function replayFromStarts(
  history: Availability,
  job: CheckpointJob,
  intervalSeconds: number,
): (CheckpointReplay | null)[] {
  return Array.from({ length: STARTS }, (_, index) =>
    replayCheckpoints(history, (index * history.lengthSeconds) / STARTS, { ...job, intervalSeconds }),
  );
}

/**
 * Paid time over work, the mean over 200 evenly spaced starts; null when a start does not end.
 * Example: capacity always there, 100 h of work, restart 360 s, one interval -> 1.001.
 */
export function meanRatio(history: Availability, job: CheckpointJob, intervalSeconds: number): number | null {
  let paid = 0;
  for (const replay of replayFromStarts(history, job, intervalSeconds)) {
    if (replay === null) return null;
    paid += replay.paidSeconds;
  }
  return paid / STARTS / job.workSeconds;
}

type Replayed = Pick<IntervalRatio, 'intervalSeconds' | 'replayedRatio'>;

async function replayGrid(
  history: Availability,
  job: CheckpointJob,
  intervals: readonly number[],
  breathe: Breathe,
): Promise<Replayed[]> {
  const points: Replayed[] = [];
  for (const intervalSeconds of intervals) {
    points.push({ intervalSeconds, replayedRatio: meanRatio(history, job, intervalSeconds) });
    await breathe();
  }
  return points;
}

function findBestInterval(grid: readonly Replayed[]): { intervalSeconds: number; ratio: number } | null {
  let best: { intervalSeconds: number; ratio: number } | null = null;
  for (const { intervalSeconds, replayedRatio: ratio } of grid) {
    if (ratio !== null && (best === null || ratio < best.ratio)) best = { intervalSeconds, ratio };
  }
  return best;
}

function replaySpread(history: Availability, job: CheckpointJob, intervalSeconds: number): ReplayedSpread | null {
  const ended = replayFromStarts(history, job, intervalSeconds).filter((replay) => replay !== null);
  if (ended.length < STARTS) return null;
  const ratios = sortAscending(ended.map(({ paidSeconds }) => paidSeconds / job.workSeconds));
  const elapsed = sortAscending(ended.map(({ elapsedSeconds }) => elapsedSeconds));
  const at = (values: readonly number[], q: number) => computeQuantile(values, q) as number;
  return {
    starts: STARTS,
    meanRatio: averageValues(ratios) as number,
    lowRatio: at(ratios, 0.025),
    highRatio: at(ratios, 0.975),
    medianElapsedSeconds: at(elapsed, 0.5),
    highElapsedSeconds: at(elapsed, 0.95),
  };
}

/** Null when a half has no interruptions, or a job that does not end. */
async function testHoldOut(history: Availability, job: CheckpointJob, breathe: Breathe): Promise<HoldOut | null> {
  const middle = history.lengthSeconds / 2;
  const [first, second] = [cutHistory(history, 0, middle), cutHistory(history, middle, history.lengthSeconds)];
  const known = estimateInterruptions(first);
  if (known.meanSeconds === null || estimateInterruptions(second).interruptions === 0) return null;
  const daly = computeDalyInterval(job.saveSeconds, known.meanSeconds);
  const intervals = buildGridAround(daly, computeYoungInterval(job.saveSeconds, known.meanSeconds), job);
  const chosen = findBestInterval(await replayGrid(first, job, intervals, breathe));
  const later = await replayGrid(second, job, intervals, breathe);
  const best = findBestInterval(later);
  const ratio = later.find(({ intervalSeconds }) => intervalSeconds === chosen?.intervalSeconds)?.replayedRatio ?? null;
  if (chosen === null || best === null || ratio === null) return null;
  return { intervalSeconds: chosen.intervalSeconds, ratio, bestRatio: best.ratio };
}
