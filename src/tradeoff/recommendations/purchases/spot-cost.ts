import type { MeteredUsage } from '../../../finops/metering/index.ts';
import {
  adviseSpot,
  type DeadlineReplayReport,
  replaySpotDeadline,
  type SpotZoneAdvice,
} from '../../../finops/purchasing/schema.ts';
import { SECOND_MS } from '../../../platform/units/durations.ts';
import { decimal, formatPriceText } from '../../../platform/units/index.ts';
import type { Finding } from '../finder.ts';
import type { PurchaseFinderDeps } from './deps.ts';
import type { SpotOffer } from './schema.ts';
import { computeMeteredPerHour } from './step-hours.ts';
import type { StoredTerms } from './terms.ts';

const HOUR_SECONDS = 3600;
const MINUTE_SECONDS = 60;
const STEP_SECONDS = 60;

/** Cost of work on spot capacity, as a share of its on-demand cost. */
export interface SpotCost {
  readonly keep: number;
  /** 95 % interval over the start times; null without a replay. */
  readonly range: { readonly least: number; readonly most: number } | null;
  readonly onDemandPerHour: string;
  readonly intervalText: string;
  /** Deadline of a step for its manifest; null without one. */
  readonly deadline: Readonly<Record<string, string>> | null;
  readonly isMeasured: boolean;
  readonly figures: readonly { readonly name: string; readonly value: string | null }[];
  readonly risk: Finding['risk'];
  readonly guard: string;
}

interface SpotCostRequest {
  readonly offer: SpotOffer;
  readonly workHours: number;
  readonly own: readonly MeteredUsage[];
}

/** Cost on spot capacity; a string is the reason why spot saves nothing, or why that is unknown. */
export async function computeSpotCost(
  { purchasing }: PurchaseFinderDeps,
  { spec: { currency } }: StoredTerms,
  { offer, workHours, own }: SpotCostRequest,
): Promise<SpotCost | string> {
  const onDemandPerHour = computeMeteredPerHour(own, currency);
  if (onDemandPerHour === null) return `no price for ${offer.resource} in ${currency}`;
  const prices = {
    spotPrice: { amount: offer.perHour, currency },
    onDemandPrice: { amount: onDemandPerHour, currency },
  };
  const { histories, meanHours, band, save, restart } = offer;
  const [zone] = (
    await purchasing.spot(
      adviseSpot.body.parse({
        ...{ histories, workHours, saveSeconds: save / SECOND_MS, restartSeconds: restart / SECOND_MS },
        ...(meanHours === undefined ? {} : { meanHours }),
        ...(band === undefined ? {} : { band }),
        ...prices,
      }),
    )
  ).zones;
  if (zone === undefined || zone.ratio === null) return zone?.reason ?? 'no data about interruptions';
  const priceRatio = decimal(offer.perHour).dividedBy(onDemandPerHour).toNumber();
  const replay = await replayDeadline(purchasing, offer, { workHours, zone, prices });
  if (typeof replay === 'string') return replay;
  const [keep, least, most] =
    replay === null
      ? [zone.ratio * priceRatio, multiplyRatio(zone.lowRatio, priceRatio), multiplyRatio(zone.highRatio, priceRatio)]
      : [replay.costRatio, replay.lowCostRatio, replay.highCostRatio];
  if (keep >= 1) {
    return `spot would cost ${formatShare(keep)} of the on-demand cost; it saves below ${zone.breakEvenSpotPrice === null ? 'an unknown price' : formatPriceText(zone.breakEvenSpotPrice)} an hour`;
  }
  return {
    keep,
    range:
      least === null || most === null
        ? null
        : { least: Math.min(least, keep), most: Math.min(1, Math.max(most, keep)) },
    onDemandPerHour,
    intervalText: formatDuration(zone.intervalSeconds ?? 0),
    deadline: replay === null ? null : formatDeadline(offer, workHours),
    isMeasured: zone.method === 'replay',
    figures: listSpotFigures(zone, replay, offer),
    ...assessSpotRisk(zone, replay, offer),
  };
}

function multiplyRatio(ratio: number | null, by: number): number | null {
  return ratio === null ? null : ratio * by;
}

type Outcome = DeadlineReplayReport['totals'][number];

/** The policy replayed where a deadline is stated; null where none is. */
async function replayDeadline(
  purchasing: PurchaseFinderDeps['purchasing'],
  { deadlineRatio, histories, restart }: SpotOffer,
  { workHours, zone, prices }: { readonly workHours: number; readonly zone: SpotZoneAdvice; readonly prices: object },
): Promise<Outcome | string | null> {
  if (deadlineRatio === undefined) return null;
  const history = histories.filter(({ name }) => name === zone.name);
  const changeoverSeconds = Math.ceil(restart / SECOND_MS);
  const body = {
    histories: history,
    workHours,
    deadlineHours: workHours * deadlineRatio,
    changeoverSeconds,
    stepSeconds: STEP_SECONDS,
    ...prices,
  };
  const { promised, totals } = await purchasing.deadline(replaySpotDeadline.body.parse(body));
  if (!promised) return `a deadline of ${deadlineRatio} times the work leaves no time for a changeover to on demand`;
  return totals.find(({ policy }) => policy === 'uniformProgress') ?? null;
}

function formatDeadline({ deadlineRatio = 1, restart }: SpotOffer, workHours: number): Record<string, string> {
  return {
    deadline: formatDuration(workHours * deadlineRatio * HOUR_SECONDS),
    work: formatDuration(workHours * HOUR_SECONDS),
    changeover: formatDuration(restart / SECOND_MS),
  };
}

function listSpotFigures(zone: SpotZoneAdvice, replay: Outcome | null, { name }: SpotOffer): SpotCost['figures'] {
  const seconds = (value: number | null) => (value === null ? null : formatDuration(value));
  return [
    {
      name: 'history',
      value: zone.historyHours === null ? `stated: ${name}` : `${zone.name}, ${zone.historyHours.toFixed(0)} h`,
    },
    { name: 'available capacity', value: zone.availableShare === null ? null : formatShare(zone.availableShare) },
    {
      name: 'mean time between interruptions',
      value: zone.meanHours === null ? null : `${zone.meanHours.toFixed(2)} h`,
    },
    { name: 'checkpoint interval by Young', value: seconds(zone.youngSeconds) },
    { name: 'checkpoint interval by Daly', value: seconds(zone.dalySeconds) },
    { name: 'recommended checkpoint interval', value: `${seconds(zone.intervalSeconds)}: ${zone.reason}` },
    { name: 'paid hours for each hour of work', value: formatRange(zone.ratio, zone.lowRatio, zone.highRatio) },
    {
      name: 'paid hours for each hour of work, by the formula',
      value: zone.formulaRatio === null ? null : zone.formulaRatio.toFixed(3),
    },
    ...(replay === null
      ? []
      : [
          {
            name: 'cost with the deadline, as a share of on demand',
            value: formatRange(replay.costRatio, replay.lowCostRatio, replay.highCostRatio),
          },
          { name: 'deadlines missed in the replay', value: `${replay.misses} of ${replay.starts}` },
        ]),
  ];
}

function formatRange(value: number | null, low: number | null, high: number | null): string | null {
  if (value === null) return null;
  return low === null || high === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} (95 % of the starts: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function assessSpotRisk(
  zone: SpotZoneAdvice,
  replay: Outcome | null,
  { restart }: SpotOffer,
): Pick<SpotCost, 'risk' | 'guard'> {
  const every = zone.meanHours === null ? 'at unknown intervals' : `every ${zone.meanHours.toFixed(1)} h`;
  const lost = `Interruption ${every}: work since the last checkpoint is repeated, after a restart of ${formatDuration(restart / SECOND_MS)}.`;
  if (replay !== null) {
    return {
      risk: {
        level: 'medium',
        text: `${lost} Without spot capacity the job waits, and switches to on demand in time.`,
      },
      guard: `The deadline policy switches to on demand before the deadline is at risk: the replay missed ${replay.misses} of ${replay.starts} deadlines.`,
    };
  }
  const late =
    zone.highElapsedHours === null
      ? 'The delay is not known.'
      : `95 % of the replayed starts finished within ${zone.highElapsedHours.toFixed(1)} h.`;
  return {
    risk: { level: 'medium', text: `${lost} ${late} No deadline is enforced: state deadlineRatio.` },
    guard:
      'The trained model is the same: an attempt resumes from the last checkpoint. A step without checkpoints restarts from the beginning each time.',
  };
}

function formatShare(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}

/** `1h2m`; whole seconds. */
function formatDuration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  const [h, m, s] = [
    Math.floor(whole / HOUR_SECONDS),
    Math.floor((whole % HOUR_SECONDS) / MINUTE_SECONDS),
    whole % MINUTE_SECONDS,
  ];
  return `${h > 0 ? `${h}h` : ''}${m > 0 ? `${m}m` : ''}${s > 0 || whole === 0 ? `${s}s` : ''}`;
}
