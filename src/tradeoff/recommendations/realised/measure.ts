import { AppError } from '../../../platform/errors/index.ts';
import { computeStudentQuantile } from '../../../platform/numbers/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { type Decimal, decimal, decimalString, formatMoneyText, type Money } from '../../../platform/units/index.ts';
import { areClusterItems, findClusterItems } from '../containers/items.ts';
import { addTimelineEntry, formatInstant, type RecommendationDeps } from '../context.ts';
import { readEndpointHours, type VariantHours } from '../endpoints/endpoint-hours.ts';
import type { Window } from '../finder.ts';
import { readStepHours } from '../purchases/steps.ts';
import type { HeldItem, Realised, Recommendation } from '../schema.ts';
import { findDueToMeasure, putRecommendation, type StoredRecommendation } from '../store.ts';
import { computeCommitmentSaving } from './commitment.ts';

const DAY_HOURS = 24;
const MONTH_HOURS = 730;
/** Longest measurement of a realized saving. */
const LONGEST_MS = 30 * DAY_HOURS * HOUR_MS;
const FEWEST_DAYS = 4;
const PLACES = 6;

/** Measures the realized savings that are due. */
export async function measureAll(deps: RecommendationDeps): Promise<void> {
  for (const kept of await findDueToMeasure(deps.store, formatInstant(deps.clock.now()))) await measure(deps, kept);
}

async function measure(deps: RecommendationDeps, kept: StoredRecommendation): Promise<void> {
  const { document } = kept;
  const now = deps.clock.now();
  const since = Date.parse(document.applied?.at ?? formatInstant(now));
  // The hour in which it was done is of both times.
  const start = since - (since % HOUR_MS) + HOUR_MS;
  const end = Math.max(start + HOUR_MS, Math.min(now - (now % HOUR_MS), start + LONGEST_MS));
  const isFinal = now >= start + LONGEST_MS;
  const measureAt = isFinal ? null : formatInstant(now + HOUR_MS);
  if (end > now) {
    await deps.store.transaction((sql) => putRecommendation(sql, { ...kept, measureAt }));
    return;
  }
  const period = { start: formatInstant(start), end: formatInstant(end) };
  const realised = { at: formatInstant(now), period, isFinal, ...(await measureSince(deps, document, { start, end })) };
  const isNews = realised.monthly !== null && (isFinal || document.realised?.monthly == null);
  const told_ =
    isNews && realised.monthly !== null
      ? addTimelineEntry(document, now, 'realised', describeRealisedSaving(realised.monthly, realised.hours))
      : document;
  await deps.store.transaction((sql) =>
    putRecommendation(sql, { ...kept, measureAt, document: { ...told_, realised } }),
  );
}

/** Whether there is a source for its realized saving. */
export function isMeasured({ action, evidence }: Pick<Recommendation, 'action' | 'evidence'>): boolean {
  return action.type === 'endpoint_replicas' || evidence.measuredBy !== null || areClusterItems(evidence.items);
}

async function measureSince(deps: RecommendationDeps, document: Recommendation, since: Window): Promise<Figures> {
  try {
    return await readSavingFigures(deps, document, since);
  } catch (error) {
    // An error of one measurement does not affect the others.
    if (!(error instanceof AppError)) throw error;
    const nothing = { monthly: null, lower: null, upper: null, isWithin: null };
    return { ...nothing, hours: 0, stated: document.saving.monthly, reason: error.message };
  }
}

async function readSavingFigures(deps: RecommendationDeps, document: Recommendation, since: Window): Promise<Figures> {
  const { measuredBy, items } = document.evidence;
  if (measuredBy?.type === 'commitment')
    return computeSaved(document, await computeCommitmentSaving(deps, measuredBy, since));
  if (measuredBy?.type === 'steps') return computeRealised(document, [await readStepHours(deps, measuredBy, since)]);
  const names = new Set(items.map(({ item }) => item));
  const hours = (await readEndpointHours(deps, since)).filter(({ item }) => names.has(item.item));
  const served = await Promise.all(hours.map((one) => leaveOutOptimized(deps, one)));
  return computeRealised(document, [...served, ...(await findClusterItems(deps.workloads, since, names))]);
}

/** Hours in which an optimization ran on the endpoint are its hours: their saving is booked there, and not twice. */
async function leaveOutOptimized(
  { optimizations, store }: RecommendationDeps,
  { served: { endpoint }, item }: VariantHours,
): Promise<HeldItem> {
  const times = await optimizations.times(store, endpoint);
  const start = Date.parse(item.start);
  const costs = item.costs.map((cost, index) => {
    const at = start + index * HOUR_MS;
    return times.some((time) => time.start < at + HOUR_MS && time.end > at) ? null : cost;
  });
  return { ...item, costs };
}

type Figures = Pick<Realised, 'hours' | 'monthly' | 'lower' | 'upper' | 'stated' | 'isWithin' | 'reason'>;

/**
 * Cost before less cost since, in a month of 730 hours, with a 95 % interval from the days since (t x s / sqrt(n)), from four days on. It
 * compares before with after: what demand has done meanwhile is in it too. Example: 100 before, 2 since -> 98.
 */
export function computeRealised(document: Pick<Recommendation, 'saving'>, items: readonly HeldItem[]): Figures {
  const { monthly: stated, cost: before } = document.saving;
  const hours = items.flatMap(({ costs }) => costs.filter((cost) => cost !== null)).length;
  const nothing = { hours, monthly: null, lower: null, upper: null, stated, isWithin: null };
  if (before === null) return { ...nothing, reason: 'the cost before the change is not known' };
  if (items.length === 0) return { ...nothing, reason: 'the resource no longer exists' };
  if (hours === 0) return { ...nothing, reason: 'no hour has been measured since the change' };
  if (items.some(({ currency }) => currency !== null && currency !== before.currency)) {
    return { ...nothing, reason: 'the currency of its cost has changed' };
  }
  const saved = decimal(before.amount).minus(
    items.reduce((sum, item) => sum.plus(scaleCostsToMonth(item.costs)), decimal(0)),
  );
  return buildFigures(document, { hours, saved, reach: computeHalfWidth(items), currency: before.currency });
}

/**
 * The same figures from the saving of each hour, where that is known directly: the mean of the hours, for a month of 730 hours.
 * Example: 0.5 saved in each of 48 hours -> 365.
 */
export function computeSaved(
  document: Pick<Recommendation, 'saving'>,
  { currency, costs: saved }: Pick<HeldItem, 'currency' | 'costs'>,
): Figures {
  const { monthly: stated } = document.saving;
  const hours = saved.filter((amount) => amount !== null).length;
  const nothing = { hours, monthly: null, lower: null, upper: null, stated, isWithin: null };
  if (hours === 0) return { ...nothing, reason: 'the bill has no hour since the change yet' };
  if (currency === null || currency !== stated?.currency)
    return { ...nothing, reason: 'the currency of its cost has changed' };
  return buildFigures(document, {
    hours,
    saved: scaleCostsToMonth(saved),
    reach: computeHalfWidth([{ costs: saved }]),
    currency,
  });
}

function buildFigures(
  { saving: { monthly: stated, lower, upper } }: Pick<Recommendation, 'saving'>,
  {
    hours,
    saved,
    reach,
    currency,
  }: { readonly hours: number; readonly saved: Decimal; readonly reach: Decimal | null; readonly currency: string },
): Figures {
  const money = (amount: Decimal): Money => ({ amount: decimalString(amount.toDecimalPlaces(PLACES)), currency });
  const isWithin =
    lower === null || upper === null
      ? null
      : saved.greaterThanOrEqualTo(lower.amount) && saved.lessThanOrEqualTo(upper.amount);
  return {
    ...{ hours, stated, isWithin, reason: null, monthly: money(saved) },
    lower: reach === null ? null : money(saved.minus(reach)),
    upper: reach === null ? null : money(saved.plus(reach)),
  };
}

function scaleCostsToMonth(costs: readonly (string | null)[]): Decimal {
  const known = costs.filter((cost) => cost !== null);
  if (known.length === 0) return decimal(0);
  return known
    .reduce((sum, cost) => sum.plus(cost), decimal(0))
    .times(MONTH_HOURS)
    .dividedBy(known.length);
}

/** Half of the interval of the mean of the days; null with fewer than four. */
function computeHalfWidth(items: readonly Pick<HeldItem, 'costs'>[]): Decimal | null {
  const length = Math.max(0, ...items.map(({ costs }) => costs.length));
  const days: Decimal[] = [];
  for (let from = 0; from + DAY_HOURS <= length; from += DAY_HOURS) {
    const parts = items.map(({ costs }) => costs.slice(from, from + DAY_HOURS));
    if (parts.every((part) => part.every((cost) => cost === null))) continue;
    days.push(parts.reduce((sum, part) => sum.plus(scaleCostsToMonth(part)), decimal(0)));
  }
  if (days.length < FEWEST_DAYS) return null;
  const mean = days.reduce((sum, day) => sum.plus(day), decimal(0)).dividedBy(days.length);
  const squares = days.reduce((sum, day) => sum.plus(day.minus(mean).times(day.minus(mean))), decimal(0));
  const deviation = squares.dividedBy(days.length - 1).sqrt();
  return deviation.times(computeStudentQuantile(0.975, days.length - 1)).dividedBy(Math.sqrt(days.length));
}

function describeRealisedSaving(monthly: Money, hours: number): string {
  return `${formatMoneyText(monthly)} less a month, measured over ${hours} hours`;
}
