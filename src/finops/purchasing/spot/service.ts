import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import { findPrice, type PriceInputDeps, refuseTwoCurrencies } from '../asked-prices/money-of.ts';
import { adviseByMean, adviseCheckpoints, type CheckpointAdvice, type CheckpointJob } from './advise.ts';
import { decideDeadline, decideGreedily, isFeasible } from './deadline-policy.ts';
import {
  type DeadlinePolicy,
  type DeadlineReplay,
  drawStarts,
  replayDeadline,
  summarizeReplays,
} from './deadline-replay.ts';
import type {
  adviseSpot,
  DeadlineOutcome,
  DeadlineReplayReport,
  InterruptionBand,
  replaySpotDeadline,
  SpotAdvice,
  SpotZoneAdvice,
} from './schema.ts';

/** Upper limits of the bands as the advisor's own file states them: it rounds, so that they overlap by a little. */
const MOST_IN_A_MONTH: Readonly<Record<InterruptionBand, number | null>> = {
  '<5%': 0.05,
  '5-10%': 0.11,
  '10-15%': 0.16,
  '15-20%': 0.22,
  '>20%': null,
};
const HOURS_OF_A_MONTH = 730;

/**
 * A mean time between interruptions that is no longer than the band allows: -730 h / ln(1 - p) for its upper limit p. Null for the last
 * band, which has none: capacity that lasts an hour is in it as well as capacity that lasts four months.
 * Example: `5-10%` -> 730 / 0.1165 = 6,264 h.
 */
function findLeastMeanHours(band: InterruptionBand): number | null {
  const most = MOST_IN_A_MONTH[band];
  return most === null ? null : -HOURS_OF_A_MONTH / Math.log(1 - most);
}

export type SpotQuestion = z.output<typeof adviseSpot.body>;
export type DeadlineQuestion = z.output<typeof replaySpotDeadline.body>;

const HOUR_SECONDS = 3600;
const RATIO_DIGITS = 6;
/** Maximum number of decisions of a replay: ten million take about a second. */
const MOST_DECISIONS = 100_000_000;

interface SpotPrices {
  readonly spotPrice: Money | null;
  readonly onDemandPrice: Money | null;
}

async function readSpotPrices(
  deps: PriceInputDeps,
  { spotPrice, onDemandPrice }: Pick<SpotQuestion, 'spotPrice' | 'onDemandPrice'>,
): Promise<SpotPrices> {
  const found = {
    spotPrice: spotPrice === undefined ? null : await findPrice(deps, spotPrice),
    onDemandPrice: onDemandPrice === undefined ? null : await findPrice(deps, onDemandPrice),
  };
  refuseTwoCurrencies([found.spotPrice, found.onDemandPrice]);
  return found;
}

/** Errors: `price_not_found`, `invalid_request` for prices of two currencies. */
export async function adviseSpotZones(deps: PriceInputDeps, question: SpotQuestion): Promise<SpotAdvice> {
  const prices = await readSpotPrices(deps, question);
  const { histories, workHours, saveSeconds, restartSeconds } = question;
  const job = { workSeconds: workHours * HOUR_SECONDS, saveSeconds, restartSeconds };
  const zones: SpotZoneAdvice[] = [];
  for (const history of histories) {
    const advice = await adviseCheckpoints(history, job, async () => void (await setImmediate()));
    zones.push(buildZoneAdvice(history.name, history.lengthSeconds, advice, workHours, prices));
  }
  if (histories.length === 0)
    zones.push(buildZoneAdvice('stated', null, adviseByStatement(question, job), workHours, prices));
  const unknown = Number.POSITIVE_INFINITY;
  return {
    workHours,
    ...prices,
    onDemandBill: multiplyPrice(prices.onDemandPrice, workHours, 1),
    zones: zones.toSorted((a, b) => (a.ratio ?? unknown) - (b.ratio ?? unknown)),
  };
}

function adviseByStatement({ meanHours, band }: SpotQuestion, job: CheckpointJob): CheckpointAdvice {
  if (meanHours !== undefined) return adviseByMean(meanHours * HOUR_SECONDS, job, 'by the mean that was stated');
  const least = band === undefined ? null : findLeastMeanHours(band);
  if (least !== null) {
    const reason = 'by the shortest mean time in the band; supply your own history for a better estimate';
    return adviseByMean(least * HOUR_SECONDS, job, reason);
  }
  const reason = 'the band has no upper limit, so that the time between interruptions is not known; give a history';
  return adviseByMean(null, job, reason);
}

function buildZoneAdvice(
  name: string,
  lengthSeconds: number | null,
  advice: CheckpointAdvice,
  workHours: number,
  { spotPrice, onDemandPrice }: SpotPrices,
): SpotZoneAdvice {
  const { spread, advisedSeconds } = advice;
  const ratio = advisedSeconds === null ? null : (spread?.meanRatio ?? advice.formulaRatio);
  const isPriced = spotPrice !== null && onDemandPrice !== null && ratio !== null;
  return {
    name,
    historyHours: toHours(lengthSeconds),
    availableShare: lengthSeconds === null ? null : advice.upSeconds / lengthSeconds,
    interruptions: advice.interruptions,
    meanHours: toHours(advice.meanSeconds),
    lowMeanHours: toHours(advice.lowSeconds),
    highMeanHours: toHours(advice.highSeconds),
    youngSeconds: advice.youngSeconds,
    dalySeconds: advice.dalySeconds,
    grid: [...advice.grid],
    method: advice.method,
    reason: advice.reason,
    intervalSeconds: advisedSeconds,
    ratio,
    lowRatio: spread?.lowRatio ?? null,
    highRatio: spread?.highRatio ?? null,
    formulaRatio: advice.formulaRatio,
    medianElapsedHours: toHours(spread?.medianElapsedSeconds ?? null),
    highElapsedHours: toHours(spread?.highElapsedSeconds ?? null),
    starts: spread?.starts ?? 0,
    holdOut: advice.holdOut,
    spotBill: multiplyPrice(spotPrice, workHours, ratio),
    lowSpotBill: multiplyPrice(spotPrice, workHours, spread?.lowRatio ?? null),
    highSpotBill: multiplyPrice(spotPrice, workHours, spread?.highRatio ?? null),
    breakEvenSpotPrice: breakEven(onDemandPrice, ratio),
    spotPays: isPriced ? decimal(spotPrice.amount).times(roundRatio(ratio)).lt(onDemandPrice.amount) : null,
  };
}

function toHours(seconds: number | null): number | null {
  return seconds === null ? null : seconds / HOUR_SECONDS;
}

/** Ratios are estimates: six digits of them go into money, which is then exact. */
function roundRatio(ratio: number): string {
  return ratio.toFixed(RATIO_DIGITS);
}

function multiplyPrice(price: Money | null, hours: number, ratio: number | null): Money | null {
  if (price === null || ratio === null) return null;
  const amount = decimal(price.amount).times(hours).times(roundRatio(ratio));
  return { amount: decimalString(amount), currency: price.currency };
}

function breakEven(onDemandPrice: Money | null, ratio: number | null): Money | null {
  if (onDemandPrice === null || ratio === null) return null;
  const amount = decimal(onDemandPrice.amount).div(roundRatio(ratio)).toDecimalPlaces(RATIO_DIGITS);
  return { amount: decimalString(amount), currency: onDemandPrice.currency };
}

const POLICIES: Readonly<Record<DeadlineOutcome['policy'], DeadlinePolicy>> = {
  uniformProgress: decideDeadline,
  greedy: decideGreedily,
};

/** Errors: `price_not_found`, `spot_replay_too_long`, `invalid_request` for prices of two currencies. */
export async function reportDeadlineReplay(
  deps: PriceInputDeps,
  question: DeadlineQuestion,
): Promise<DeadlineReplayReport> {
  const prices = await readSpotPrices(deps, question);
  const { histories, workHours, deadlineHours, changeoverSeconds, stepSeconds, starts, seed } = question;
  const job = {
    workSeconds: workHours * HOUR_SECONDS,
    deadlineSeconds: deadlineHours * HOUR_SECONDS,
    changeoverSeconds,
    stepSeconds,
  };
  const longest = job.deadlineSeconds + job.workSeconds + changeoverSeconds;
  const work = histories.map(({ lengthSeconds, up }) => longest / stepSeconds + (longest / lengthSeconds) * up.length);
  refuseLongReplay(work.reduce((sum, one) => sum + one, 0) * starts * Object.keys(POLICIES).length);
  const ratio = computePriceRatio(prices, question);
  const outcome = (policy: DeadlineOutcome['policy'], replays: readonly DeadlineReplay[]): DeadlineOutcome => {
    const { highElapsedSeconds, ...summary } = summarizeReplays(replays, job, ratio);
    const cost = multiplyPrice(prices.onDemandPrice, workHours, summary.costRatio);
    return { policy, ...summary, highElapsedHours: highElapsedSeconds / HOUR_SECONDS, cost };
  };
  const all = new Map<DeadlineOutcome['policy'], DeadlineReplay[]>();
  const zones: DeadlineReplayReport['zones'] = [];
  for (const [place, history] of histories.entries()) {
    const at = drawStarts(history, starts, seed * 1000 + place);
    const outcomes: DeadlineOutcome[] = [];
    for (const name of ['uniformProgress', 'greedy'] as const) {
      const replays = await replayStarts(at, (start) => replayDeadline(history, start, job, POLICIES[name]));
      all.set(name, [...(all.get(name) ?? []), ...replays]);
      outcomes.push(outcome(name, replays));
    }
    zones.push({ name: history.name, outcomes });
  }
  return {
    promised: isFeasible(job),
    spotPriceRatio: ratio,
    onDemandCost: multiplyPrice(prices.onDemandPrice, workHours, 1),
    zones,
    totals: [...all].map(([name, replays]) => outcome(name, replays)),
  };
}

async function replayStarts(
  starts: readonly number[],
  replay: (start: number) => DeadlineReplay,
): Promise<DeadlineReplay[]> {
  const replays: DeadlineReplay[] = [];
  for (const start of starts) {
    replays.push(replay(start));
    if (replays.length % 20 === 0) await setImmediate();
  }
  return replays;
}

function refuseLongReplay(decisions: number): void {
  if (decisions <= MOST_DECISIONS) return;
  const detail = `That is ${Math.round(decisions / 1e6)} million decisions, of at most ${MOST_DECISIONS / 1e6} million. Take fewer starts or histories, or a longer step.`;
  throw new AppError('spot_replay_too_long', detail, { mostDecisions: MOST_DECISIONS });
}

function computePriceRatio({ spotPrice, onDemandPrice }: SpotPrices, { spotPriceRatio }: DeadlineQuestion): number {
  if (spotPriceRatio !== undefined) return spotPriceRatio;
  if (spotPrice === null || onDemandPrice === null) throw new Error('both prices were asked for');
  if (decimal(onDemandPrice.amount).lte(0)) {
    throw new AppError('invalid_request', 'The on-demand price must be more than 0.', { price: onDemandPrice.amount });
  }
  return decimal(spotPrice.amount).div(onDemandPrice.amount).toNumber();
}
