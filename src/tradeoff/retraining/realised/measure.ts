import { selectLossMetric } from '../../../mlops/monitoring/index.ts';
import { DAY_MS, HOUR_MS } from '../../../platform/units/durations.ts';
import { decimal, decimalString, formatMoneyText, type Money, type Period } from '../../../platform/units/index.ts';
import { formatInstant, type RetrainingDeps } from '../context.ts';
import type { RetrainingRound, TimelineEntry } from '../schema.ts';
import { findRetrainings, findRound, putRound, type StoredRound } from '../store.ts';
import { appendEntry } from '../timeline.ts';
import { computeExpectedGain, computeRealisedSums } from './gain.ts';
import type { RealisedGain } from './schema.ts';

/** Period for the quality before, without an episode. */
const BEFORE_MS = 7 * DAY_MS;
/** Labels that a quality needs until it is believed. */
const FEWEST_LABELS = 30;
const PLACES = 6;

type Monitor = NonNullable<Awaited<ReturnType<RetrainingDeps['monitoring']['monitor']>>>;
type Rollout = NonNullable<RetrainingRound['rollout']>;

/** When a promoted round is measured first. */
export function computeFirstMeasurement(rolledOutAt: number): string {
  return formatInstant(rolledOutAt + HOUR_MS);
}

/** Measures the gain of a promoted round so far, each hour, until its horizon and the delay of its labels have passed. */
export async function measureRealised(deps: RetrainingDeps, name: string, number: number): Promise<void> {
  const [retraining] = await findRetrainings(deps.store, name);
  const before = await findRound(deps.store, name, number);
  if (retraining === undefined || before === null || before.document.rollout === null) return;
  const { rollout, worth, monitor: watching } = before.document;
  const monitor = await deps.monitoring.monitor(deps.store, watching);
  const [now, start] = [deps.clock.now(), Date.parse(rollout.at)];
  const end = start + (worth === null ? retraining.spec.worth.horizon : measureSpanMs(worth.horizon));
  const isFinal = now >= end + (monitor?.spec.labels.withinDays ?? 0) * DAY_MS;
  const period = { start: rollout.at, end: formatInstant(Math.max(Math.min(now, end), start + 1)) };
  const realised = await buildRealisedGain(deps, before, { monitor, rollout, at: formatInstant(now), period, isFinal });
  await deps.store.transaction(async (sql) => {
    const round = await findRound(sql, name, number);
    if (round === null || round.lookAt !== before.lookAt) return;
    const lookAt = isFinal ? null : formatInstant(now + HOUR_MS);
    await putRound(sql, { ...round, lookAt, document: setRealisedGain(round.document, realised) });
  });
}

interface MeasureRequest extends Pick<RealisedGain, 'at' | 'period' | 'isFinal'> {
  /** Null: it was deleted. */
  readonly monitor: Monitor | null;
  readonly rollout: Rollout;
}

async function buildRealisedGain(
  deps: RetrainingDeps,
  round: StoredRound,
  { monitor, rollout, at, period, isFinal }: MeasureRequest,
): Promise<RealisedGain> {
  const { worth, cost, unpricedSteps } = round.document;
  const metric = monitor === null ? null : (worth?.loss?.metric ?? selectLossMetric(monitor));
  const known = unpricedSteps === 0 ? cost : null;
  const measured =
    monitor === null || metric === null
      ? { before: null, after: null, predictions: null, labels: 0 }
      : await measureBothVersions(deps, round, { monitor, metric, period, rollout });
  const valuePerPrediction =
    monitor === null || metric === null ? null : findUnitValue(round.document, monitor, metric);
  const { labels, ...sides } = measured;
  const facts = { metric: metric ?? '', ...sides, valuePerPrediction, cost: known };
  const expected = worth === null ? null : computeExpectedGain(worth.gain, worth.horizon, period);
  return {
    ...{
      at,
      period,
      isFinal,
      metric,
      ...sides,
      valuePerPrediction,
      ...computeRealisedSums(facts),
      expected,
      cost: known,
    },
    reason: explainUnknownGain({ ...facts, metric, version: rollout.to, labels }),
  };
}

interface Measuring {
  readonly monitor: Monitor;
  readonly metric: string;
  readonly period: Period;
  readonly rollout: Rollout;
}

/** The new version since its rollout, and the one before it until then. */
async function measureBothVersions(
  { monitoring }: RetrainingDeps,
  { document, episode }: StoredRound,
  { monitor, metric, period, rollout }: Measuring,
) {
  const of = async (part: Period, modelVersion: string | null) => {
    const { predictions, quality } = await monitoring.measured(monitor, {
      ...part,
      modelVersion: modelVersion ?? undefined,
    });
    const found = quality.find((one) => one.metric === metric);
    if (found === undefined || found.value === null || found.sampleSize < FEWEST_LABELS) {
      return { predictions, labels: found?.sampleSize ?? 0, quality: null };
    }
    const { value, lower, upper } = found;
    return { predictions, labels: found.sampleSize, quality: { value, lower, upper } };
  };
  const after = await of(period, rollout.to);
  const from = episode?.window.start ?? formatInstant(Date.parse(document.startedAt ?? rollout.at) - BEFORE_MS);
  const old = await of({ start: from, end: rollout.at }, rollout.from);
  const { sample } = monitor.spec.log;
  return {
    before: old.quality === null ? readEpisodeQuality(document, metric) : { ...old.quality, from: 'labels' as const },
    after: after.quality === null ? null : { ...after.quality, labels: after.labels },
    predictions:
      sample === 0 ? null : decimalString(decimal(after.predictions).dividedBy(sample).toDecimalPlaces(PLACES)),
    labels: after.labels,
  };
}

/** Quality before, from the episode that triggered the round. */
function readEpisodeQuality({ worth }: RetrainingRound, metric: string): RealisedGain['before'] {
  const loss = worth?.loss ?? null;
  if (loss === null || loss.metric !== metric) return null;
  return { value: loss.current, lower: loss.lower, upper: loss.upper, from: 'episode' };
}

/** The value from the evaluation of the round, else that of the monitor for the same metric. */
function findUnitValue({ worth }: RetrainingRound, monitor: Monitor, metric: string): Money | null {
  const own = worth?.valuePerPrediction ?? null;
  if (own !== null) return own;
  const { valuePerPrediction: said } = monitor.spec;
  return said === undefined || selectLossMetric(monitor) !== metric
    ? null
    : { amount: said.amount, currency: said.currency };
}

interface Reasoning extends Pick<RealisedGain, 'metric' | 'before' | 'after' | 'predictions' | 'valuePerPrediction'> {
  readonly version: string;
  readonly labels: number;
}

function explainUnknownGain({ metric, before, after, predictions, valuePerPrediction, version, labels }: Reasoning) {
  if (metric === null) return 'The monitor has no measure of quality.';
  if (after === null) {
    return `Version ${version} has ${labels} labelled predictions since its rollout; ${FEWEST_LABELS} are needed.`;
  }
  if (before === null) return 'The quality of the previous version was not measured.';
  if (predictions === null) return 'The monitor records no predictions, so their number is not known.';
  if (valuePerPrediction === null) return 'No value of a prediction is stated.';
  return null;
}

/** The timeline tells it when it is known first, and at the end. */
function setRealisedGain(document: RetrainingRound, realised: RealisedGain): RetrainingRound {
  const isNews = realised.isFinal || (realised.gain !== null && document.realised?.gain == null);
  const entry: TimelineEntry = {
    at: realised.at,
    step: 'realised',
    text: describeRealisedGain(realised),
    evidence: [],
  };
  const timeline = isNews ? appendEntry(document.timeline, entry) : document.timeline;
  return { ...document, realised, realisedGain: realised.gain, timeline };
}

function describeRealisedGain({ gain, gainLower, gainUpper, expected, reason, isFinal }: RealisedGain): string {
  const until = isFinal ? 'In total' : 'So far';
  if (gain === null) return `Realized gain not known: ${reason}`;
  const ends =
    gainLower === null || gainUpper === null ? '' : ` (${formatMoneyText(gainLower)} to ${formatMoneyText(gainUpper)})`;
  return `${until} it gained ${formatMoneyText(gain)}${ends}${expected === null ? '' : `; expected: ${formatMoneyText(expected)}`}.`;
}

function measureSpanMs({ start, end }: Period): number {
  return Date.parse(end) - Date.parse(start);
}
