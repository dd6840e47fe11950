import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import { type AskedPriceDeps, moneyOf, refuseTwoCurrencies } from '../asked-prices/money-of.ts';
import { adviseByMean, adviseCheckpoints, type CheckpointAdvice, type CheckpointJob } from './advise.ts';
import { canPromise, decideDeadline, decideGreedily } from './deadline-policy.ts';
import { type DeadlinePolicy, type DeadlineReplay, drawnStarts, replayDeadline, summaryOf } from './deadline-replay.ts';
import { leastMeanHours } from './interruption-band.ts';
import type {
  adviseSpot,
  DeadlineOutcome,
  DeadlineReplayReport,
  replaySpotDeadline,
  SpotAdvice,
  SpotZoneAdvice,
} from './schema.ts';

export type SpotQuestion = z.output<typeof adviseSpot.body>;
export type DeadlineQuestion = z.output<typeof replaySpotDeadline.body>;

const HOUR_SECONDS = 3600;
const RATIO_DIGITS = 6;
/** Maximum number of decisions of a replay: ten million take about a second. */
const MOST_DECISIONS = 100_000_000;

interface AskedPrices {
  readonly spotPrice: Money | null;
  readonly onDemandPrice: Money | null;
}

async function pricesOf(
  deps: AskedPriceDeps,
  { spotPrice, onDemandPrice }: Pick<SpotQuestion, 'spotPrice' | 'onDemandPrice'>,
): Promise<AskedPrices> {
  const found = {
    spotPrice: spotPrice === undefined ? null : await moneyOf(deps, spotPrice),
    onDemandPrice: onDemandPrice === undefined ? null : await moneyOf(deps, onDemandPrice),
  };
  refuseTwoCurrencies([found.spotPrice, found.onDemandPrice]);
  return found;
}

/** Errors: `price_not_found`, `invalid_request` for prices of two currencies. */
export async function spotAdvice(deps: AskedPriceDeps, question: SpotQuestion): Promise<SpotAdvice> {
  const prices = await pricesOf(deps, question);
  const { histories, workHours, saveSeconds, restartSeconds } = question;
  const job = { workSeconds: workHours * HOUR_SECONDS, saveSeconds, restartSeconds };
  const zones: SpotZoneAdvice[] = [];
  for (const history of histories) {
    const advice = await adviseCheckpoints(history, job, async () => void (await setImmediate()));
    zones.push(zoneOf(history.name, history.lengthSeconds, advice, workHours, prices));
  }
  if (histories.length === 0) zones.push(zoneOf('stated', null, statedAdvice(question, job), workHours, prices));
  const unknown = Number.POSITIVE_INFINITY;
  return {
    workHours,
    ...prices,
    onDemandBill: times(prices.onDemandPrice, workHours, 1),
    zones: zones.toSorted((a, b) => (a.ratio ?? unknown) - (b.ratio ?? unknown)),
  };
}

function statedAdvice({ meanHours, band }: SpotQuestion, job: CheckpointJob): CheckpointAdvice {
  if (meanHours !== undefined) return adviseByMean(meanHours * HOUR_SECONDS, job, 'by the mean that was stated');
  const least = band === undefined ? null : leastMeanHours(band);
  if (least !== null) {
    const reason = 'by the shortest mean time in the band; supply your own history for a better estimate';
    return adviseByMean(least * HOUR_SECONDS, job, reason);
  }
  const reason = 'the band has no upper limit, so that the time between interruptions is not known; give a history';
  return adviseByMean(null, job, reason);
}

function zoneOf(
  name: string,
  lengthSeconds: number | null,
  advice: CheckpointAdvice,
  workHours: number,
  { spotPrice, onDemandPrice }: AskedPrices,
): SpotZoneAdvice {
  const { spread, advisedSeconds } = advice;
  const ratio = advisedSeconds === null ? null : (spread?.meanRatio ?? advice.formulaRatio);
  const isPriced = spotPrice !== null && onDemandPrice !== null && ratio !== null;
  return {
    name,
    historyHours: hoursOf(lengthSeconds),
    availableShare: lengthSeconds === null ? null : advice.upSeconds / lengthSeconds,
    interruptions: advice.interruptions,
    meanHours: hoursOf(advice.meanSeconds),
    lowMeanHours: hoursOf(advice.lowSeconds),
    highMeanHours: hoursOf(advice.highSeconds),
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
    medianElapsedHours: hoursOf(spread?.medianElapsedSeconds ?? null),
    highElapsedHours: hoursOf(spread?.highElapsedSeconds ?? null),
    starts: spread?.starts ?? 0,
    holdOut: advice.holdOut,
    spotBill: times(spotPrice, workHours, ratio),
    lowSpotBill: times(spotPrice, workHours, spread?.lowRatio ?? null),
    highSpotBill: times(spotPrice, workHours, spread?.highRatio ?? null),
    breakEvenSpotPrice: breakEven(onDemandPrice, ratio),
    spotPays: isPriced ? decimal(spotPrice.amount).times(rounded(ratio)).lt(onDemandPrice.amount) : null,
  };
}

function hoursOf(seconds: number | null): number | null {
  return seconds === null ? null : seconds / HOUR_SECONDS;
}

/** Ratios are estimates: six digits of them go into money, which is then exact. */
function rounded(ratio: number): string {
  return ratio.toFixed(RATIO_DIGITS);
}

function times(price: Money | null, hours: number, ratio: number | null): Money | null {
  if (price === null || ratio === null) return null;
  const amount = decimal(price.amount).times(hours).times(rounded(ratio));
  return { amount: decimalString(amount), currency: price.currency };
}

function breakEven(onDemandPrice: Money | null, ratio: number | null): Money | null {
  if (onDemandPrice === null || ratio === null) return null;
  const amount = decimal(onDemandPrice.amount).div(rounded(ratio)).toDecimalPlaces(RATIO_DIGITS);
  return { amount: decimalString(amount), currency: onDemandPrice.currency };
}

const POLICIES: Readonly<Record<DeadlineOutcome['policy'], DeadlinePolicy>> = {
  uniformProgress: decideDeadline,
  greedy: decideGreedily,
};

/** Errors: `price_not_found`, `spot_replay_too_long`, `invalid_request` for prices of two currencies. */
export async function deadlineReplay(deps: AskedPriceDeps, question: DeadlineQuestion): Promise<DeadlineReplayReport> {
  const prices = await pricesOf(deps, question);
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
  const ratio = priceRatio(prices, question);
  const outcome = (policy: DeadlineOutcome['policy'], replays: readonly DeadlineReplay[]): DeadlineOutcome => {
    const { highElapsedSeconds, ...summary } = summaryOf(replays, job, ratio);
    const cost = times(prices.onDemandPrice, workHours, summary.costRatio);
    return { policy, ...summary, highElapsedHours: highElapsedSeconds / HOUR_SECONDS, cost };
  };
  const all = new Map<DeadlineOutcome['policy'], DeadlineReplay[]>();
  const zones: DeadlineReplayReport['zones'] = [];
  for (const [place, history] of histories.entries()) {
    const at = drawnStarts(history, starts, seed * 1000 + place);
    const outcomes: DeadlineOutcome[] = [];
    for (const name of ['uniformProgress', 'greedy'] as const) {
      const replays = await replayed(at, (start) => replayDeadline(history, start, job, POLICIES[name]));
      all.set(name, [...(all.get(name) ?? []), ...replays]);
      outcomes.push(outcome(name, replays));
    }
    zones.push({ name: history.name, outcomes });
  }
  return {
    promised: canPromise(job),
    spotPriceRatio: ratio,
    onDemandCost: times(prices.onDemandPrice, workHours, 1),
    zones,
    totals: [...all].map(([name, replays]) => outcome(name, replays)),
  };
}

async function replayed(
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

function priceRatio({ spotPrice, onDemandPrice }: AskedPrices, { spotPriceRatio }: DeadlineQuestion): number {
  if (spotPriceRatio !== undefined) return spotPriceRatio;
  if (spotPrice === null || onDemandPrice === null) throw new Error('both prices were asked for');
  if (decimal(onDemandPrice.amount).lte(0)) {
    throw new AppError('invalid_request', 'The on-demand price must be more than 0.', { price: onDemandPrice.amount });
  }
  return decimal(spotPrice.amount).div(onDemandPrice.amount).toNumber();
}
